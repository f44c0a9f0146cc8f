// A month: a day a cell, with how many come, how much is free, and why it is closed.

import { el } from "/assets/dom.js";
import { currentLanguage } from "/assets/i18n.js";
import { dateOf, inWords, plusDays, plusMonths, word } from "./words.js";

const WEEKDAYS = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29"];
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const PAGES = { PageUp: -1, PageDown: 1 };

/** The month's elements for the answer of `GET /booking/agenda?span=month&brief=true`. */
export function month(answer) {
  const today = answer.now.slice(0, 10);
  const list = el("ol", { class: "agenda-month", onkeydown: moved }, ...answer.days.map((day) => cell(day, today)));
  list.style.setProperty("--lead", String(((dateOf(answer.since).getUTCDay() + 6) % 7) + 1));
  // Every cell says its weekday itself, so these names are for the eyes alone.
  const names = WEEKDAYS.map((day) => el("span", {}, inWords(day, { weekday: "short" })));
  return [el("p", { class: "fine agenda-keys" }, word("keys")), el("div", { class: "agenda-weekdays", "aria-hidden": "true" }, ...names), list];
}

function cell(day, today) {
  const past = day.date < today;
  const free = past ? "" : word("hours", { n: hours(day) });
  const lines = [day.reason, day.open.length ? free : word("closed")].filter(Boolean);
  const date = inWords(day.date, { weekday: "long", day: "numeric", month: "long" });
  const link = el(
    "a",
    { href: `#/agenda/${day.date}`, "data-day": day.date, "aria-current": day.date === today && "date" },
    // Heard, a cell says the whole date; seen, its place among the others says most of it.
    el("span", { class: "unseen" }, `${date}: `),
    el("span", { class: "agenda-number", "aria-hidden": "true" }, String(Number(day.date.slice(8)))),
    el("span", { class: "agenda-weekday", "aria-hidden": "true" }, inWords(day.date, { weekday: "short" })),
    day.booked ? el("span", { class: "tone good" }, word("booked", { n: day.booked })) : null,
    ...lines.map((line) => el("span", { class: "agenda-line" }, line)),
  );
  return el("li", { class: [!day.open.length && "agenda-closed", past && "agenda-past"].filter(Boolean).join(" ") }, link);
}

function hours({ free_minutes: free }) {
  return new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: 1 }).format(free / 60);
}

function moved(event) {
  const day = event.target.closest("[data-day]")?.dataset.day;
  if (!day || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key in STEPS) {
    event.preventDefault();
    const next = plusDays(day, STEPS[event.key]);
    const there = event.currentTarget.querySelector(`[data-day="${next}"]`);
    if (there) there.focus();
    else location.hash = `#/agenda/${next.slice(0, 7)}`;
  } else if (event.key in PAGES) {
    event.preventDefault();
    location.hash = `#/agenda/${plusMonths(day, PAGES[event.key])}`;
  }
}
