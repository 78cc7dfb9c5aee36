// Native sliders: their value in words, beside them and for screen readers, follows the hand without asking the server.
function wordsOf(slider) {
  const { factor, decimals, unit } = slider.dataset;
  const value = Number(slider.value) * Number(factor);
  const digits = decimals === "auto" ? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2) : Number(decimals);
  const number = decimals === "auto" ? String(Number(value.toFixed(digits))) : value.toFixed(digits);
  return unit ? `${number} ${unit}` : number;
}

function tellSlider(slider) {
  const words = wordsOf(slider);
  slider.setAttribute("aria-valuetext", words);
  const shown = slider.closest(".lever").querySelector(".lever-value");
  if (shown.textContent !== words) shown.textContent = words;
}

// What the server sets: [id, least, most, step, value] each.
function setSliders(wanted, tries = 100) {
  const missing = [];
  for (const [id, least, most, step, value] of wanted) {
    const slider = document.getElementById(`c${id}`);
    if (!slider) {
      missing.push([id, least, most, step, value]);
      continue;
    }
    Object.assign(slider, { min: least, max: most, step, value });
    tellSlider(slider);
  }
  if (missing.length && tries) setTimeout(() => setSliders(missing, tries - 1), 20);
}

document.addEventListener("input", (event) => {
  if (event.target.matches(".lever input")) tellSlider(event.target);
});
