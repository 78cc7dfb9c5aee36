// Paints a film, as `film_data` gives it, on the drawing that `svg` makes. No dependencies.
//
//   const view = new FloorView(document.querySelector("[data-floor-view=floor]"), data);
//   view.show(0);
"use strict";

globalThis.FloorView = (() => {
  class FloorView {
    /**
     * @param {SVGSVGElement} svgElement made by `svg` for the same numbers of reps and slots, at the same width
     * @param {{schemes: string[][], frames: object[]}} data made by `film_data`
     */
    constructor(svgElement, data) {
      this.element = svgElement;
      this.data = data;
      this.index = null; // of the frame that is shown
      this.parts = Object.fromEntries(
        ["description", "week", "progress"].map((name) => [name, partsOf(svgElement, name)[0]]),
      );
      this.figures = partsOf(svgElement, "figure");
      this.lines = partsOf(svgElement, "line");
      this.reps = Array.from(svgElement.querySelectorAll("[data-rep]"), readRep);
      const slots = this.reps.reduce((sum, rep) => sum + rep.dots.length, 0);
      const given = data.frames.length ? data.frames[0].slots.length : slots;
      if (given !== slots) {
        throw new RangeError(`the film has ${given} slots, the drawing ${slots}: make both from one config`);
      }
      this.slots = ""; // letters of the dots that are shown
    }

    /** Number of frames. */
    get length() {
      return this.data.frames.length;
    }

    /** Paint a frame; index 0 is the opening. */
    show(index) {
      const frame = this.data.frames[index];
      if (frame === undefined) {
        throw new RangeError(`frame ${index}: must be 0 to ${this.length - 1}`);
      }
      this.parts.description.textContent = frame.description;
      this.parts.week.textContent = frame.week;
      fill(this.parts.progress, frame.progress);
      this.figures.forEach((element, place) => (element.textContent = frame.figures[place]));
      this.writeLines(frame);
      let from = 0;
      this.reps.forEach((rep, place) => {
        paintRep(rep, frame.notes[place], frame.bars[place]);
        paintDots(rep, this.slots.slice(from, from + rep.dots.length), frame.slots.slice(from, from + rep.dots.length));
        from += rep.dots.length;
      });
      this.slots = frame.slots;
      this.index = index;
    }

    writeLines(frame) {
      const lines = [...this.data.schemes[frame.scheme], frame.news];
      this.lines.forEach((element, place) => {
        const news = frame.closed ? "alarm" : "muted";
        element.textContent = lines[place] ?? "";
        element.setAttribute("class", place === lines.length - 1 ? news : "ink");
      });
    }
  }

  const LEFT_WRONGED = "v";

  function partsOf(element, name) {
    return Array.from(element.querySelectorAll(`[data-part="${name}"]`));
  }

  function readRep(group) {
    const [strain, motivation, ...stretches] = partsOf(group, "bar");
    return {
      note: partsOf(group, "note")[0],
      seated: partsOf(group, "seated")[0],
      bars: [strain, motivation, ...stretches.reverse()], // drawn from the last on, each below those before it
      crosses: partsOf(group, "crosses")[0],
      dots: Array.from(group.querySelectorAll("circle")),
    };
  }

  function paintRep(rep, note, bars) {
    rep.note.textContent = note;
    rep.seated.setAttribute("visibility", bars ? "visible" : "hidden");
    rep.bars.forEach((bar, place) => fill(bar, bars ? bars[place] : 0));
  }

  /** Only dots that have changed are touched. */
  function paintDots(rep, before, now) {
    if (before === now) return;
    let crosses = "";
    rep.dots.forEach((dot, slot) => {
      if (now[slot] !== before[slot]) dot.setAttribute("class", `slot-${now[slot]}`);
      if (now[slot] === LEFT_WRONGED) crosses += cross(dot);
    });
    rep.crosses.setAttribute("d", crosses);
  }

  function cross(dot) {
    const [x, y, radius] = ["cx", "cy", "r"].map((name) => Number(dot.getAttribute(name)));
    const reach = 0.72 * radius;
    const across = 2 * reach;
    return `M${x - reach} ${y - reach}l${across} ${across}m0 ${-across}l${-across} ${across}`;
  }

  function fill(bar, perMille) {
    bar.setAttribute("width", (perMille / 1000) * Number(bar.dataset.full));
  }

  return FloorView;
})();
