"use strict";

const OPTIONS = { displayModeBar: false, responsive: true, scrollZoom: false };

function draw(plot) {
  const drawing = JSON.parse(plot.nextElementSibling.textContent);
  plot.style.height = `${drawing.layout.height}px`;
  return Plotly.newPlot(plot, drawing.data, drawing.layout, OPTIONS);
}

/** Show in every figure of a section the policies that are ticked, and no others. */
function choose(fieldset) {
  const boxes = [...fieldset.querySelectorAll("input")];
  const ticked = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  for (const plot of document.querySelectorAll(`[data-chosen-by="${fieldset.id}"] .plot`)) {
    Plotly.restyle(plot, { visible: plot.data.map((trace) => ticked.has(String(trace.meta))) });
  }
}

function offerChoice(fieldset) {
  fieldset.addEventListener("change", () => choose(fieldset));
  for (const button of fieldset.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      for (const box of fieldset.querySelectorAll("input")) {
        box.checked = button.value === "all" || (button.value === "first" && box.defaultChecked);
      }
      choose(fieldset);
    });
  }
  fieldset.hidden = false;
  choose(fieldset);
}

/** What a cell is sorted by: its number where it has one. */
function order(row, column) {
  const cell = row.cells[column];
  return cell.dataset.order === undefined ? cell.textContent : Number(cell.dataset.order);
}

function sortBy(heading) {
  const table = heading.closest("table");
  const column = heading.cellIndex;
  const numbers = !heading.classList.contains("words");
  const before = heading.getAttribute("aria-sort");
  const downwards = before ? before === "ascending" : numbers; // numbers first from the top
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", downwards ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows].sort((a, b) => {
    const [x, y] = [order(a, column), order(b, column)];
    return (x > y ? 1 : x < y ? -1 : 0) * (downwards ? -1 : 1);
  });
  table.tBodies[0].append(...rows);
}

/** Headings become buttons only where there is a script to sort by them. */
function offerSorting(heading) {
  const button = document.createElement("button");
  button.append(...heading.childNodes);
  heading.append(button);
  button.addEventListener("click", () => sortBy(heading));
}

document.querySelectorAll("table.sortable thead th").forEach(offerSorting);
Promise.all([...document.querySelectorAll(".plot")].map(draw)).then(() => {
  document.querySelectorAll("fieldset.choose").forEach(offerChoice);
  document.documentElement.dataset.drawn = "yes";
});
