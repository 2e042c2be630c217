// @ts-check
// Rows that can be dragged by their handle: a drop does what the buttons of the row do. Nothing here is needed.

/** @type {HTMLElement | null} */
let dragged = null;

/** @param {Event} event */
function rowOf(event) {
  if (!(event.target instanceof Element)) return null;
  return /** @type {HTMLElement | null} */ (event.target.closest(".arranged > li"));
}

/** @param {HTMLElement} row @param {DragEvent} event */
function side(row, event) {
  const box = row.getBoundingClientRect();
  return event.clientY < box.top + box.height / 2 ? "above" : "below";
}

/** @param {HTMLElement} [row] @param {string} [where] */
function point(row, where) {
  for (const marked of document.querySelectorAll("[data-drop]")) marked.removeAttribute("data-drop");
  if (row && where) row.dataset.drop = where;
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target instanceof Element && event.target.matches(".handle") ? rowOf(event) : null;
  if (dragged) event.dataTransfer?.setDragImage(dragged, 0, 0);
});
document.addEventListener("dragover", (event) => {
  const row = rowOf(event);
  if (!dragged || !row) return;
  event.preventDefault();
  point(row, side(row, event));
});
document.addEventListener("dragend", () => point());
document.addEventListener("drop", (event) => {
  const row = rowOf(event);
  if (!dragged || !row || row === dragged) return;
  event.preventDefault();
  const values = { [side(row, event)]: row.dataset.paper };
  const place = { source: "#act", target: "#arrange", select: "#arrange", swap: "outerHTML" };
  // @ts-ignore: htmx is a script of its own
  htmx.ajax("POST", dragged.dataset.move, { ...place, values });
});
