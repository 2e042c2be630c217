// @ts-check
// Everything here makes a working page nicer; nothing here is needed. Loaded in the head, so that a chosen
// theme is there before the first paint.

const root = document.documentElement;
const THEMES = ["system", "light", "dark"];
const PRESS_LASTS = 600_000; // milliseconds that a stranger has to sign in
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

/** What this tab notes under a name. @param {string} name @param {string | null} [value] to note first, or to forget */
function noted(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else if (value !== undefined) sessionStorage.setItem(name, value);
    return sessionStorage.getItem(name);
  } catch {
    return null; // storage is blocked or full
  }
}

function canAct() {
  return document.querySelector("#act [name=csrfmiddlewaretoken]") !== null;
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

/** The place of the first paper here; null at the beginning of the list. */
let firstPlace = new URL(location.href).searchParams.get("older");

/**
 * Keeps in the history which paper a reader leaves a list for, and the batch of older papers that has it, so that Back
 * returns to it.
 * @param {Element} card
 */
function keepPlace(card) {
  const url = new URL(location.href);
  let row = card.previousElementSibling;
  while (row && !row.matches("[data-older]")) row = row.previousElementSibling;
  const place = row instanceof HTMLElement ? row.dataset.older : firstPlace;
  if (place) url.searchParams.set("older", place);
  else url.searchParams.delete("older");
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

let changes = 0; // how often this page has sent a change or got its answer
/** @type {string[]} */
let older = []; // addresses of the pages whose rows were added to this one

/** Fetches this page, and puts what has changed of its `data-live` elements in their places. A button that was pressed
 * and waits for its answer is left to that. */
async function renew() {
  const before = changes;
  for (const address of [location.href, ...older]) {
    const response = await fetch(address).catch(() => null);
    const html = response?.ok ? await response.text() : "";
    if (changes !== before) return renew(); // the page may be older than what is on this one
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const old of document.querySelectorAll("[data-live]:not(.htmx-request)")) {
      const now = page.getElementById(old.id);
      if (now && !now.isEqualNode(old)) replace(old, now);
    }
  }
}

/** @param {Element} old @param {HTMLElement} now */
function replace(old, now) {
  const hasFocus = old === document.activeElement;
  old.replaceWith(now);
  if (hasFocus) now.focus({ preventScroll: true });
  // @ts-ignore: htmx is a script of its own
  htmx.process(now);
}

/** Notes a button for which a stranger is sent to sign in. @param {HTMLElement} button @param {string} act its path */
function notePress(button, act) {
  const page = button.ariaPressed ? act.replace(/[/][^/]+$/, "") : location.pathname; // that has it in any case
  noted("pressed", [button.id, act, page, Date.now()].join(" "));
}

/** Presses the noted button, once and if it was pressed lately. If it is not here, it is on the page it belongs to. */
function pressAgain() {
  const [id, act, page, time] = noted("pressed")?.split(" ") ?? [];
  if (!id || location.pathname.startsWith("/accounts/")) return;
  const button = document.getElementById(id);
  const isLate = Date.now() - Number(time) > PRESS_LASTS;
  const isList = document.querySelector(".papers"); // the page after sign-up is not left
  if (canAct() && !isLate && !button && isList && location.pathname !== page) return location.assign(page);
  noted("pressed", null);
  if (!canAct() || isLate || button?.getAttribute("formaction") !== act) return; // else it is pressed already
  button.focus();
  button.click();
}

window.addEventListener("pageshow", (event) => {
  const [visit] = performance.getEntriesByType("navigation");
  const isBack = event.persisted || /** @type {PerformanceNavigationTiming} */ (visit)?.type === "back_forward";
  if (isBack && canAct()) renew();
  pressAgain();
});

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
    if (card && !(event.metaKey || event.ctrlKey || event.shiftKey)) keepPlace(card);
  });

  // htmx can't tell the "toggle" of a menu that opens from that of one that closes
  document.addEventListener("toggle", (event) => {
    const { target, newState } = /** @type {ToggleEvent} */ (event);
    if (newState === "open") target?.dispatchEvent(new Event("open"));
  }, true);
  document.addEventListener("htmx:beforeRequest", (/** @type {any} */ event) => {
    if (event.detail.requestConfig.verb !== "get") changes += 1;
  });
  document.addEventListener("htmx:beforeOnLoad", (/** @type {any} */ event) => {
    const { elt, requestConfig, xhr } = event.detail;
    if (requestConfig.verb !== "get") changes += 1;
    const isSentAway = !canAct() && xhr.getResponseHeader("HX-Redirect");
    if (isSentAway && elt.matches("button[id]")) notePress(elt, requestConfig.path);
  });
  document.addEventListener("htmx:afterRequest", (/** @type {any} */ event) => {
    const { pathInfo, requestConfig, successful, target } = event.detail;
    const { elt, triggeringEvent } = requestConfig; // the event's own element is another if this one was replaced
    if (!successful) return;
    const isByReader = triggeringEvent?.isTrusted; // what the page sends by itself leaves an error where it is
    if (isByReader && document.querySelector("#status[data-error]")) say("");
    if (elt.matches(".older a")) older.push(pathInfo.finalRequestPath);
    if (target.matches("#main")) [older, firstPlace] = [[], null];
    if (elt.matches(".vote") && document.getElementById("standing")) renew();
  });
  document.addEventListener("htmx:beforeSwap", (/** @type {any} */ event) => {
    const { target, xhr } = event.detail;
    const isPage = [400, 429, 503].includes(xhr.status) && xhr.response.includes('id="main"');
    const saysWhy = target.matches("main") && isPage;
    if (saysWhy) Object.assign(event.detail, { shouldSwap: true, isError: false });
  });
  document.addEventListener("htmx:responseError", (/** @type {any} */ event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.response, "text/html");
    const reason = page.getElementById("summary")?.textContent;
    say(reason || "Something went wrong. Reload the page and try again.", true);
  });
  document.addEventListener("htmx:sendError", () => say("The site can't be reached. Are you online?", true));
});
