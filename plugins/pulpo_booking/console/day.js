// A day: a column a person, with who comes when and what is still free.

import { el } from "/assets/dom.js";
import { clock, clocks, inWords, minutes, word } from "./words.js";

/** The day's elements for one day of the answer of `GET /booking/agenda`. */
export function day(answer, each) {
  const opening = each.open.length ? word("open", { hours: clocks(each.open) }) : word("closed");
  const facts = [opening, each.reason, word("booked", { n: each.booked }), word("zone", { tz: answer.tz })];
  const people = each.people.filter(({ id, works }) => works.length || each.appointments.some(({ staff }) => staff === id));
  return [
    el("h2", {}, inWords(each.date, { weekday: "long", day: "numeric", month: "long", year: "numeric" })),
    el("p", {}, facts.filter(Boolean).join(" · ")),
    each.appointments.length ? null : el("p", { class: "fine" }, word("nobody")),
    el("div", { class: "agenda-people" }, ...people.map((person) => column(person, each.appointments))),
  ].filter(Boolean);
}

function column(person, appointments) {
  const own = appointments.filter(({ staff }) => staff === person.id);
  const entries = [
    ...own.map((each) => ({ at: Date.parse(each.local), row: appointment(each) })),
    ...person.free.map((span) => ({ at: Date.parse(span.start), row: gap(span) })),
  ].sort((one, other) => one.at - other.at);
  const heading = `agenda-${person.id}`;
  return el(
    "section",
    { "aria-labelledby": heading },
    el("h3", { id: heading }, person.name),
    el("p", { class: "fine" }, clocks(person.works) || word("off")),
    el("ol", {}, ...entries.map(({ row }) => row)),
  );
}

function appointment(each) {
  const start = clock(each.local);
  const end = ending(each);
  const cancelled = each.state === "cancelled";
  const row = el(
    "li",
    { class: cancelled ? "agenda-cancelled" : "agenda-booked" },
    el("span", { class: "agenda-time" }, `${start}–${end}`),
    cancelled ? el("span", { class: "tone bad" }, word("cancelled")) : null,
    el("strong", {}, each.name),
    el("span", {}, each.service_name),
    el("a", { href: `tel:${each.phone}` }, each.phone),
  );
  return tall(row, each.minutes);
}

/** The clock at which an appointment ends, counted on the clock of its start's offset. */
function ending({ local, minutes: length }) {
  const [hour, minute] = clock(local).split(":").map(Number);
  const end = hour * 60 + minute + length;
  return [Math.floor(end / 60) % 24, end % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

function gap(span) {
  const row = el("li", { class: "agenda-free" }, el("span", { class: "agenda-time" }, `${clock(span.start)}–${clock(span.end)}`), word("free"));
  return tall(row, minutes(span));
}

/** A longer entry is a taller one; by a property, because the policy refuses style attributes. */
function tall(row, length) {
  row.style.setProperty("--minutes", String(length));
  return row;
}
