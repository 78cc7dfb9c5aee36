// Plays a film of a floor: play and pause, a slider for the week, arrow keys on it. `FloorView` paints the frames.
class FloorPlayer {
  constructor(root, drawing, data, theme) {
    this.root = root;
    root.querySelector("[data-part=stage]").innerHTML = drawing;
    this.svg = root.querySelector("svg");
    this.svg.setAttribute("data-theme", theme);
    this.view = new FloorView(this.svg, data);
    this.last = data.frames.length - 1;
    this.slider = root.querySelector("[data-part=week]");
    this.button = root.querySelector("[data-part=play]");
    this.shown = root.querySelector("[data-part=shown]");
    this.speed = root.querySelector("[data-part=speed]");
    this.slider.max = this.last;
    this.slider.oninput = () => { this.pause(); this.show(Number(this.slider.value)); };
    this.button.onclick = () => (this.timer ? this.pause() : this.play());
    this.speed.onchange = () => { if (this.timer) { this.pause(); this.play(); } };
    root.hidden = false;
    this.show(0);
  }

  show(week) {
    this.week = Math.max(0, Math.min(week, this.last));
    this.slider.value = this.week;
    this.slider.setAttribute("aria-valuetext", `week ${this.week} of ${this.last}`);
    this.shown.textContent = `week ${this.week} of ${this.last}`;
    this.view.show(this.week);
  }

  play() {
    if (this.week >= this.last) this.show(0);
    this.button.textContent = "Pause";
    this.timer = setInterval(() => {
      // A drawing that has left the page, for another film, ends its own clock.
      if (!this.svg.isConnected || this.week >= this.last) this.pause();
      else this.show(this.week + 1);
    }, Number(this.speed.value));
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.button.textContent = "Play";
  }
}
