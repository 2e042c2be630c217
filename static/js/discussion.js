// @ts-check
// Comments: what is typed is kept until it is posted, and a new comment gets the focus. Pages work without this.

/** The draft of one person, and of an edit the version it began with. @param {HTMLFormElement} form */
const draftKey = (form) => {
  const version = form.querySelector("[name=edit_count]")?.getAttribute("value") ?? "";
  return `draft ${form.dataset.draft} ${form.getAttribute("action")} ${version}`;
};

/** @param {HTMLFormElement} form */
const fields = (form) =>
  [...form.querySelectorAll("textarea, input:not([type=hidden])")];

/** @param {HTMLFormElement} form */
function keep(form) {
  const values = fields(form).map((/** @type {any} */ field) => (field.type === "radio" ? field.checked : field.value));
  noted(draftKey(form), JSON.stringify(values));
}

/** @param {HTMLFormElement} form */
function restore(form) {
  const values = JSON.parse(noted(draftKey(form)) ?? "[]");
  fields(form).forEach((/** @type {any} */ field, index) => {
    if (values[index] === undefined) return;
    if (field.type === "radio") field.checked = values[index];
    else if (field.value === field.defaultValue) field.value = values[index];
  });
}

/** @param {Element | Document} root */
function restoreAll(root) {
  for (const form of root.querySelectorAll("form[data-draft]")) if (form instanceof HTMLFormElement) restore(form);
}

/** @param {Event} event */
const formOf = (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-draft]") : null;
  return form instanceof HTMLFormElement ? form : null;
};

/** @param {HTMLFormElement} form */
function close(form) {
  noted(draftKey(form), null);
  form.reset();
  // @ts-ignore: htmx is a script of its own
  form.querySelectorAll("button").forEach((button) => htmx.trigger(button, "htmx:abort")); // a preview under way
  form.querySelectorAll("[role=region]").forEach((preview) => preview.replaceChildren());
  const place = form.closest(".reply-place");
  place?.replaceChildren();
  const again = place?.closest(".comment")?.querySelector('[data-key="r"]');
  if (again instanceof HTMLElement) again.focus();
}

restoreAll(document);
document.addEventListener("input", (event) => {
  const form = formOf(event);
  if (form) keep(form);
});
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-cancel]") : null;
  const form = link && formOf(event);
  if (!form) return;
  noted(draftKey(form), null);
  if (!form.closest(".reply-place")) return;
  event.preventDefault();
  close(form);
});
document.addEventListener("htmx:beforeSwap", (/** @type {any} */ event) => {
  const { requestConfig, xhr } = event.detail;
  if (requestConfig.elt.matches("form[data-draft]") && xhr.status >= 400 && xhr.response.includes("data-draft"))
    Object.assign(event.detail, { shouldSwap: true, isError: false });
});
document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.target;
  if (!(place instanceof HTMLElement)) return;
  if (!place.matches(".reply-place, form[data-draft]")) return;
  restoreAll(place);
  place.querySelector("textarea")?.focus();
});
document.addEventListener("comment-posted", (/** @type {any} */ event) => {
  const form = formOf(event);
  if (form) close(form);
  const [comment, ...earlier] = document.querySelectorAll(`[id="comment-${event.detail.id}"]`);
  for (const same of earlier) same.remove(); // it was posted twice, which is once
  const status = document.getElementById("status");
  if (!(comment instanceof HTMLElement) || !status) return;
  comment.tabIndex = -1;
  comment.focus();
  status.textContent = "Comment posted.";
  renew();
});
