// @ts-check
// Keyboard shortcuts. A key clicks the link or button that names it in `data-key`: that of the current card or comment,
// which is the one with the focus, or else one outside of all. Only the keys that move the focus are named here.

/** @type {Record<string, [selector: string, step: number]>} */
const MOVES = { j: ["li.card", 1], k: ["li.card", -1], n: ["li.comment", 1], p: ["li.comment", -1] };
const ITEMS = "li.card, li.comment";
const GONE = ":has(.dismissed)"; // a card that is one line now
const ROWS = ".papers > li";
const FIELDS = "input, textarea, select, [contenteditable]";
const PATIENCE = 1500; // milliseconds for the second key of “g d”

let prefix = { key: "", until: 0 };
let choice = "on"; // where storage is blocked

function isOn() {
  return (remembered("shortcuts") ?? choice) === "on";
}

/** All that can be seen, or is in a menu. @param {string} selector @returns {HTMLElement[]} */
function all(selector) {
  const elements = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]);
  return elements.filter((element) => element.checkVisibility() || element.closest(".menu"));
}

/** @param {HTMLElement} item */
function enter(item) {
  const undo = item.querySelector(".dismissed button");
  const stop = /** @type {HTMLElement} */ (undo ?? item.querySelector('[data-key="o"]') ?? item);
  if (stop === item) item.tabIndex = -1;
  stop.focus({ preventScroll: true });
  stop.scrollIntoView({ block: "nearest" });
}

/** Moves the focus; with none in a card, to the first card in view. @param {string} selector @param {number} step */
function move(selector, step) {
  const items = all(selector);
  const at = items.findIndex((item) => item === document.activeElement?.closest(selector));
  const inView = items.find((item) => item.getBoundingClientRect().top >= 0 && !item.matches(GONE));
  const onward = step > 0 ? items.slice(at + 1) : items.slice(0, Math.max(at, 0)).reverse();
  const next = at < 0 ? (inView ?? items.at(-1)) : onward.find((item) => !item.matches(GONE));
  if (next) enter(next);
}

/** @param {string} key */
function elementOf(key) {
  const current = document.activeElement?.closest(ITEMS) ?? null;
  const elements = all(`[data-key="${CSS.escape(key)}"]`);
  const within = (/** @type {Element | null} */ item) => elements.find((element) => element.closest(ITEMS) === item);
  const isOfItems = elements.some((element) => element.closest(ITEMS));
  return within(current) ?? (current && isOfItems ? undefined : within(null));
}

/** @param {HTMLElement} element */
function act(element) {
  if (element.dataset.key === "?") showSheet(/** @type {HTMLAnchorElement} */ (element));
  else if (element instanceof HTMLInputElement) {
    element.focus();
    element.select();
  } else element.click();
}

/** Shows the page of a link in a dialog. @param {HTMLAnchorElement} link */
async function showSheet(link) {
  if (link.pathname === location.pathname) return;
  const response = await fetch(link.href).catch(() => null);
  if (!response?.ok) return location.assign(link.href);
  const sheet = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("main");
  if (!sheet || document.querySelector("dialog")) return;
  const dialog = document.createElement("dialog");
  Object.assign(dialog, { className: "sheet", ariaLabel: link.textContent, closedBy: "any", tabIndex: -1 });
  dialog.append(...sheet.children);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  for (const form of dialog.querySelectorAll("form")) form.hidden = false;
  offerSwitch();
  dialog.showModal();
  dialog.focus();
}

function offerSwitch() {
  for (const input of document.querySelectorAll("input[name=shortcuts]")) {
    Object.assign(input, { checked: isOn() });
    input.closest("label")?.removeAttribute("hidden");
  }
}

document.addEventListener("change", (event) => {
  if (!(event.target instanceof HTMLInputElement) || event.target.name !== "shortcuts") return;
  choice = event.target.checked ? "on" : "off";
  remembered("shortcuts", choice);
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof Element && event.target.closest(FIELDS);
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
  if (isTyping || hasModifier || document.querySelector("dialog[open]") || !isOn()) return;
  const key = event.timeStamp < prefix.until ? `${prefix.key} ${event.key}` : event.key;
  prefix.until = 0;
  const element = event.repeat ? undefined : elementOf(key);
  if (key in MOVES) move(...MOVES[key]);
  else if (element) act(element);
  else if (all(`[data-key^="${CSS.escape(key)} "]`).length) prefix = { key, until: event.timeStamp + PATIENCE };
  else return;
  event.preventDefault();
});

let place = -1; // of the row with the focus that htmx is about to swap
document.addEventListener("htmx:beforeSwap", () => {
  place = all(ROWS).findIndex((row) => row === document.activeElement?.closest(ROWS));
});
document.addEventListener("htmx:afterRequest", () => {
  const active = document.activeElement;
  const isLost = place >= 0 && (active === document.body || !active?.checkVisibility());
  const following = all(ROWS).slice(place);
  const next = following.find((row) => row.matches(".card")) ?? all("li.card").at(-1);
  if (isLost && next) enter(next);
  place = -1;
});

offerSwitch();
