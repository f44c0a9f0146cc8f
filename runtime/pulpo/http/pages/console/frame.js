// What the sections share: a heading with its refresh button, a table that becomes cards on narrow screens.

import { el, time } from "../dom.js";
import { currentLocale, say } from "../i18n.js";

const MOMENT = { dateStyle: "short", timeStyle: "short" };
const CLOCK = { timeStyle: "medium" };

/** The head of a list: a line about what is shown, when it was read, and `reload` behind a button. */
export function toolbar(summary, reload) {
  const now = new Intl.DateTimeFormat(currentLocale(), CLOCK).format(new Date());
  return el(
    "div",
    { class: "toolbar" },
    summary,
    say(el("span", { class: "fine" }), "console.updated", { time: now }),
    say(el("button", { type: "button", "data-reload": true, onclick: reload }), "console.reload"),
  );
}

/** A table of `rows`; `columns` are `{label, cell(row)}` with `label` a catalogue key and `cell` giving a node or text. */
export function table(caption, columns, rows) {
  // The roles keep it a table for screen readers where narrow screens lay it out as cards.
  const head = columns.map(({ label }) => say(el("th", { scope: "col", role: "columnheader" }), label));
  const body = rows.map((row) => el("tr", { role: "row" }, ...columns.map((column) => cellOf(column, row))));
  return el(
    "table",
    { role: "table", "aria-label": caption },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...head)),
    el("tbody", { role: "rowgroup" }, ...body),
  );
}

/** A server's time as short date and time in the visitor's zone. */
export function moment(at) {
  return time(at, currentLocale(), MOMENT);
}

export function empty(key) {
  return say(el("p", { class: "empty" }), key);
}

function cellOf({ label, cell }, row) {
  const value = cell(row) ?? null;
  const name = say(el("span", { class: "cell-label", "aria-hidden": "true" }), label);
  return el("td", { role: "cell", class: value === null && "blank" }, name, el("div", { class: "cell" }, value ?? "—"));
}
