// @ts-check
// Everything here makes a working page nicer; nothing here is needed. Loaded in the head, so that a chosen
// theme is there before the first paint.

const root = document.documentElement;
const kept = remembered("theme");
if (kept) root.dataset.theme = kept;

const dark = matchMedia("(prefers-color-scheme: dark)");

/** What this browser remembers under a name. @param {string} name @param {string} [value] to remember first */
function remembered(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    return localStorage.getItem(name);
  } catch {
    return null; // storage is blocked
  }
}

function switchTheme() {
  const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  remembered("theme", root.dataset.theme);
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

/** The form's own default is UTC, which few readers live by. */
function presetZone() {
  const zone = document.querySelector("input[list=zones][data-preset]");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone instanceof HTMLInputElement && here) zone.value = here;
}

document.addEventListener("DOMContentLoaded", () => {
  presetZone();
  for (const button of document.querySelectorAll("[data-needs-script]")) {
    if (!button.matches(".copy") || navigator.clipboard) button.removeAttribute("hidden");
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.matches(".theme")) switchTheme();
    if (button?.matches(".copy")) copy(button);
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
    const page = new DOMParser().parseFromString(event.detail.xhr.response, "text/html");
    const reason = page.getElementById("summary")?.textContent;
    say(reason || "That did not work. Reload the page and try again.", true);
  });
  document.addEventListener("htmx:sendError", () => say("The site can't be reached. Are you online?", true));
});
