// @ts-check
// Everything here makes a working page nicer; nothing here is needed. Loaded in the head, so that a chosen
// theme is there before the first paint.

const root = document.documentElement;
const THEMES = ["system", "light", "dark"];
root.dataset.theme = remembered("theme") ?? "system";

/** What this browser remembers under a name. @param {string} name @param {string} [value] to remember first */
function remembered(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    return localStorage.getItem(name);
  } catch {
    return null; // storage is blocked
  }
}

const nextTheme = () => THEMES[(THEMES.indexOf(root.dataset.theme ?? "") + 1) % THEMES.length];

/** The button's name says what is chosen and what a press chooses. */
function labelTheme() {
  const button = document.querySelector(".theme");
  const label = `Theme: ${root.dataset.theme}. Switch to ${nextTheme()}`;
  for (const name of ["aria-label", "title"]) button?.setAttribute(name, label);
}

function switchTheme() {
  root.dataset.theme = nextTheme();
  remembered("theme", root.dataset.theme);
  labelTheme();
}

/** @param {string} words */
function say(words, isError = false) {
  const status = document.getElementById("status");
  if (!status) return;
  status.textContent = words;
  status.toggleAttribute("data-error", isError);
}

/** @param {HTMLElement} button */
async function copy(button) {
  const source = document.getElementById(button.dataset.copy ?? "");
  await navigator.clipboard.writeText(source?.textContent ?? "");
  say("Copied.");
}

/**
 * Keeps in the history which paper a reader leaves a list for, and the batch of older papers that has it, so that Back
 * returns to it.
 * @param {Element} card
 */
function keepPlace(card) {
  const url = new URL(location.href);
  let row = card.previousElementSibling;
  while (row && !row.matches("[data-older]")) row = row.previousElementSibling;
  if (row instanceof HTMLElement) url.searchParams.set("older", row.dataset.older ?? "");
  url.hash = card.id;
  history.replaceState(history.state, "", url);
}

/** Share the address of a button, or copy it where the browser shares nothing. @param {HTMLElement} button */
async function share(button) {
  const url = new URL(button.dataset.share ?? "", location.href).href;
  if (navigator.share) {
    await navigator.share({ title: document.title, url }).catch(() => {}); // closed without sharing
  } else {
    await navigator.clipboard.writeText(url);
    say("Link copied.");
  }
}

/** Show the buttons that this browser can do something with. */
function showButtons() {
  for (const button of document.querySelectorAll("[data-needs-script]")) {
    const canShare = button.matches(".share") && navigator.share;
    if (!button.matches(".copy, .share") || navigator.clipboard || canShare) button.removeAttribute("hidden");
    if (canShare) button.querySelector("span")?.replaceChildren("Share");
  }
}

/** The form's own default is UTC, which few readers live by. */
function presetZone() {
  const zone = document.querySelector("input[list=zones][data-preset]");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone instanceof HTMLInputElement && here) zone.value = here;
}

document.addEventListener("DOMContentLoaded", () => {
  presetZone();
  labelTheme();
  showButtons();

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.matches(".theme")) switchTheme();
    if (button?.matches(".copy")) copy(button);
    const card = event.target instanceof Element && event.target.closest("a[href]")?.closest(".papers > .card");
    if (button?.matches(".share")) share(button);
    if (card) keepPlace(card);
  });

  document.addEventListener("htmx:afterRequest", (/** @type {any} */ event) => {
    if (event.detail.successful && document.querySelector("#status[data-error]")) say("");
  });
  document.addEventListener("htmx:beforeSwap", (/** @type {any} */ event) => {
    const { target, xhr } = event.detail;
    const isPage = [400, 429, 503].includes(xhr.status) && xhr.response.includes('id="main"');
    const saysWhy = target.matches("main") && isPage;
    if (saysWhy) Object.assign(event.detail, { shouldSwap: true, isError: false });
  });
  document.addEventListener("htmx:responseError", (/** @type {any} */ event) => {
    const { status } = event.detail.xhr;
    const tooMany = "Too many requests. Try again in a moment.";
    say(status === 429 ? tooMany : "Something went wrong. Reload the page and try again.", true);
  });
  document.addEventListener("htmx:sendError", () => say("The site can't be reached. Are you online?", true));
});
