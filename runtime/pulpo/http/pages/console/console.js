// The console: the address (`#/section/…`) chooses a section, the section fills the page.

import { ApiError, createApi } from "../api.js";
import { el } from "../dom.js";
import { currentLanguage, onLanguage, say, startLanguage, t } from "../i18n.js";
import { problemBox } from "../problem.js";
import { currentKey, startKey } from "./key.js";
import { sections } from "./sections.js";

const HINTS = { 401: "console.key.401", 403: "console.key.403" };

const api = createApi({ key: currentKey, language: currentLanguage });
const content = document.getElementById("content");
const list = document.getElementById("section-list");

let leaving = new AbortController();

/** The section of the address and the rest of its path: `#/conversations/c1` gives `{section, path: ["c1"]}`. */
function place() {
  const [id, ...path] = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  return { section: id ? sections.find((section) => section.id === id) : sections[0], path };
}

function navigation(current) {
  const link = ({ id, title }) =>
    el("a", { href: `#/${id}`, "aria-current": id === current?.id && "page" }, title[currentLanguage()]);
  list.replaceChildren(...sections.map((section) => el("li", {}, link(section))));
}

async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const { section, path } = place();
  const title = section?.title[currentLanguage()] ?? t("console.unknown");
  const target = el("div", { class: "section" }, say(el("p", { class: "fine", role: "status" }), "console.loading"));
  navigation(section);
  document.title = `${title} · PulpoAI`;
  content.replaceChildren(el("h1", {}, title), target);
  if (section) await fill(section, target, { path, signal, reload: () => reload(section, target, { path, signal }) });
  else target.replaceChildren();
}

async function fill(section, target, view) {
  try {
    await section.render(target, api, view);
  } catch (error) {
    if (!view.signal.aborted) target.replaceChildren(problem(error));
  }
}

/** Renders again in place; the button that asked for it is replaced, so its successor gets the focus. */
async function reload(section, target, view) {
  await fill(section, target, { ...view, reload: () => reload(section, target, view) });
  target.querySelector("[data-reload]")?.focus();
}

function problem(error) {
  if (!(error instanceof ApiError)) reportError(error);
  const known = error instanceof ApiError ? error : new ApiError("problem", { title: error.message });
  const retry = say(el("button", { type: "button", class: "primary", onclick: show }), "chat.retry");
  return problemBox(known, { actions: [retry], hints: HINTS });
}

addEventListener("hashchange", async () => {
  await show();
  content.focus({ preventScroll: true });
  scrollTo(0, 0);
});
onLanguage(show);
startKey(show);
startLanguage();
show();
