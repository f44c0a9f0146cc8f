// The agenda of the business's people: `#/agenda` (this month), `#/agenda/2026-11`, `#/agenda/2026-11-24`.

import { el } from "/assets/dom.js";
import { empty, toolbar } from "/assets/console/frame.js";
import { day } from "./day.js";
import { month } from "./month.js";
import { inWords, plusDays, plusMonths, word } from "./words.js";

const PATH = "/booking/agenda";

async function render(target, api, { path: [at = ""], signal, reload }) {
  if (/^\d{4}-\d{2}-\d{2}$/.test(at)) {
    const answer = await api.request("GET", `${PATH}?from=${at}`, { signal });
    const dates = [plusDays(at, -1), answer.now.slice(0, 10), plusDays(at, 1)];
    const up = el("a", { href: `#/agenda/${at.slice(0, 7)}` }, word("month"));
    target.replaceChildren(toolbar(elsewhere(dates, up), reload), ...day(answer, answer.days[0]));
  } else if (/^(\d{4}-\d{2})?$/.test(at)) {
    const from = at && `&from=${at}-01`;
    const answer = await api.request("GET", `${PATH}?span=month&brief=true${from}`, { signal });
    const dates = [plusMonths(answer.since, -1), answer.now.slice(0, 7), plusMonths(answer.since, 1)];
    const heading = el("h2", {}, inWords(answer.since, { month: "long", year: "numeric" }));
    target.replaceChildren(toolbar(elsewhere(dates), reload), heading, ...month(answer));
  } else {
    target.replaceChildren(empty("console.unknown"));
  }
}

function elsewhere([previous, today, next], up = null) {
  const link = (at, label) => el("a", { href: `#/agenda/${at}` }, label);
  const links = [link(previous, `← ${word("previous")}`), link(today, word("today")), link(next, `${word("next")} →`), up];
  return el("div", { class: "agenda-dates", role: "group", "aria-label": word("navigation") }, ...links);
}

export default { render };
