// @ts-check
// Each month of the archive's calendars is one stop of the Tab key, and the arrow keys go from day to day.

for (const calendar of document.querySelectorAll(".heatmap")) {
  /** @type {SVGAElement[]} */
  const days = Array.from(calendar.querySelectorAll("a"));
  const month = (/** @type {SVGAElement} */ day) => day.href.baseVal.slice(0, -3);

  /** @param {SVGAElement} day */
  function stopAt(day) {
    for (const other of days) if (month(other) === month(day)) other.tabIndex = other === day ? 0 : -1;
  }

  for (const day of days.toReversed()) stopAt(day);
  calendar.addEventListener("focusin", (event) => {
    if (event.target instanceof SVGAElement) stopAt(event.target);
  });
  calendar.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent) || !(event.target instanceof SVGAElement)) return;
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    const next = step && days[days.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}
