// How an ApiError is shown: the server's title and detail, or our own words where it said nothing.

import { el } from "./dom.js";
import { has, say } from "./i18n.js";

/** A box for `error`; `actions` (buttons) stand below the text. `hints` may replace the hint of a status. */
export function problemBox(error, { actions = [], hints = {} } = {}) {
  const hint = hints[error.status] ?? `error.hint.${error.status}`;
  return el(
    "div",
    { class: "problem", role: "alert" },
    titleOf(error),
    detailOf(error),
    has(hint) ? say(el("p"), hint) : null,
    error.requestId ? say(el("p", { class: "fine" }), "error.request", { id: error.requestId }) : null,
    actions.length ? el("div", { class: "actions" }, ...actions) : null,
  );
}

function titleOf(error) {
  const title = el("strong");
  if (error.title) title.textContent = error.title;
  else if (error.kind === "problem") say(title, "error.http.title", { status: error.status });
  else say(title, `error.${error.kind}.title`);
  return title;
}

function detailOf(error) {
  if (error.kind !== "problem") return say(el("p"), `error.${error.kind}.detail`);
  return error.detail && error.detail !== error.title ? el("p", {}, error.detail) : null;
}
