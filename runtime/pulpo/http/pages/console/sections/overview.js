// GET /metrics/overview, live: turns, errors, latency and budget against the objectives; alerts, breakers, tools.

import { ApiError } from "../../api.js";
import { el } from "../../dom.js";
import { currentLanguage, currentLocale, has, say, t } from "../../i18n.js";
import { bars, line } from "../charts.js";
import { empty, table } from "../frame.js";

const PLACES = 60; // steps of ten seconds
const MINUTES = 10;
const AGAIN_MS = 2_000;
const SEVERITIES = { critical: "bad", warning: "fair", info: "none" };
const STATES = { open: "bad", half_open: "fair", closed: "good", active: "good", quarantined: "bad", blocked: "fair" };

const title = { es: "Panorama", en: "Overview" };

async function render(target, api, { signal }) {
  const parts = frame();
  let paused = false;
  let latest = null;
  const show = (overview) => {
    latest = overview;
    if (paused) return;
    if (!target.contains(parts.body)) target.replaceChildren(parts.head, parts.body);
    for (const [name, draw] of Object.entries(DRAWN)) renew(parts[name], draw(overview));
  };
  parts.pause.addEventListener("click", () => {
    paused = !paused;
    say(parts.pause, paused ? "overview.resume" : "overview.pause");
    status(parts, paused ? "paused" : "live");
    if (!paused && latest) show(latest);
  });
  await follow(api, signal, {
    show: (overview) => {
      show(overview);
      status(parts, paused ? "paused" : "live");
    },
    lost: () => status(parts, "lost"),
  });
}

/** Reads stream after stream until the section is left; returns after the first overview, then goes on alone. */
function follow(api, signal, { show, lost }) {
  return new Promise((resolve, reject) => {
    const run = async () => {
      let seen = false;
      while (!signal.aborted) {
        try {
          for await (const overview of api.overviews({ signal })) {
            show(overview);
            seen = true;
            resolve();
          }
        } catch (error) {
          if (signal.aborted) break;
          if (!seen || !(error instanceof ApiError)) return reject(error);
          lost();
        }
        await new Promise((wake) => setTimeout(wake, AGAIN_MS));
      }
      resolve();
    };
    run();
  });
}

function frame() {
  const state = say(el("span", { class: "tone", role: "status" }), "overview.waiting");
  const pause = say(el("button", { type: "button" }), "overview.pause");
  const head = el("div", { class: "toolbar" }, el("p", {}, state), pause);
  const slots = Object.fromEntries(Object.keys(DRAWN).map((name) => [name, el("div", { class: name })]));
  const block = (name, ...under) => el("section", { class: "block" }, say(el("h2"), `overview.${name}`), ...under);
  const alerts = block("alerts", slots.alerts);
  slots.alerts.setAttribute("role", "status");
  const body = el(
    "div",
    { class: "overview" },
    block("now", slots.figures, slots.charts),
    alerts,
    block("budget", slots.budget),
    el("div", { class: "pair" }, block("breakers", slots.breakers), block("plugins", slots.plugins)),
    block("tools", slots.tools),
  );
  return { head, body, state, pause, ...slots };
}

/** What fills each slot of an overview; a slot is touched only when what it shows has changed. */
const DRAWN = {
  figures: ({ lately, in_flight: flight, slo }) => ({
    key: [lately, flight, slo?.objectives.length],
    make: () => [figures(lately, flight, slo)],
  }),
  charts: ({ steps }) => ({ key: steps.map((it) => [it.turns, it.bad, it.p95_seconds, Math.round(it.seconds)]), make: () => charts(steps) }),
  alerts: ({ alerts }) => ({ key: alerts.alerts.map(({ name, labels }) => [name, labels]), make: () => [alertsOf(alerts)] }),
  budget: ({ slo }) => ({ key: slo, make: () => budget(slo) }),
  breakers: ({ breakers }) => ({ key: breakers, make: () => [states("breakers", breakers)] }),
  plugins: ({ plugins, troubled }) => ({ key: [plugins, troubled], make: () => [states("plugins", plugins), ...names(troubled)] }),
  tools: ({ tools, tools_known: known }) => ({ key: [tools, known], make: () => toolsOf(tools, known) }),
};

function renew(slot, { key, make }) {
  const now = JSON.stringify(key);
  if (slot.shownKey === now || slot.contains(document.activeElement)) return; // nobody loses the link under their focus
  slot.shownKey = now;
  slot.replaceChildren(...make());
}

function status(parts, name) {
  if (parts.state.dataset.i18n === `overview.${name}`) return;
  parts.state.className = `tone ${{ live: "good", lost: "bad" }[name] ?? "fair"}`;
  say(parts.state, `overview.${name}`);
}

function figures(lately, flight, slo) {
  const goal = (name) => slo?.objectives.find((objective) => objective.name === name)?.objective;
  const bad = (lately.error_ratio ?? 0) + (lately.rescue_ratio ?? 0);
  const most = goal("error_rate") === undefined ? null : 1 - goal("error_rate");
  const over = most !== null && bad > most;
  const counts = { count: number(lately.turns), seconds: number(lately.seconds, 0), flight: number(flight) };
  const tile = (label, value, under, tone) =>
    el("div", { class: tone && "over" }, say(el("dt"), `overview.${label}`), el("dd", {}, el("strong", {}, value), under && el("span", { class: "fine" }, under)));
  const none = lately.turns ? null : t("overview.noTurns");
  return el(
    "dl",
    { class: "tiles" },
    tile("rate", number(lately.turns_per_second, 2), t("overview.turns", counts)),
    tile("errors", percent(lately.error_ratio), none ?? (most === null ? null : t("overview.errorsGoal", { goal: percent(most) })), over),
    tile("rescues", percent(lately.rescue_ratio), none ?? t("overview.rescuesGoal"), over && lately.rescue_ratio > 0),
    tile("p50", seconds(lately.p50_seconds)),
    tile("p95", seconds(lately.p95_seconds), t("overview.p95Goal", { goal: seconds(1) }), lately.p95_seconds > 1),
    tile("p99", seconds(lately.p99_seconds)),
  );
}

function charts(steps) {
  const per = ({ turns, bad, seconds: long }) => ({ good: (turns - bad) / Math.max(long, 1), bad: bad / Math.max(long, 1) });
  const rates = steps.map(per);
  const sums = rates.map(({ good, bad }) => good + bad);
  const slow = steps.map(({ p95_seconds: value }) => value);
  const turns = { now: number(sums.at(-1) ?? 0, 2), most: number(Math.max(...sums, 0), 2), bad: number(steps.reduce((sum, { bad }) => sum + bad, 0)) };
  const known = slow.filter((value) => value !== null);
  const tail = { now: seconds(known.at(-1) ?? null), most: seconds(known.length ? Math.max(...known) : null), goal: seconds(1) };
  return [
    figure("turns", bars(rates, PLACES, t("overview.chart.turns.said", turns)), (top) => number(top, 2), ["good", "bad"]),
    figure("p95", line(slow, PLACES, 1, t("overview.chart.p95.said", tail)), seconds, ["goal"]),
  ];
}

function figure(name, { picture, top }, shown, keys) {
  const legend = keys.map((key) => el("span", { class: `key ${key}` }, say(el("span"), `overview.key.${key}`)));
  return el(
    "figure",
    {},
    el("figcaption", {}, say(el("span"), `overview.chart.${name}`), el("span", { class: "legend fine" }, ...legend)),
    el("div", { class: "plot" }, el("span", { class: "fine top", "aria-hidden": "true" }, shown(top)), picture),
    el("div", { class: "fine axis", "aria-hidden": "true" }, say(el("span"), "overview.past", { minutes: MINUTES }), say(el("span"), "overview.today")),
  );
}

function alertsOf({ alerts, source, note, notes }) {
  const item = ({ name, severity, summary, summaries, value, labels }) => {
    const known = has(`overview.severity.${severity}`);
    const pill = el("span", { class: `tone ${SEVERITIES[severity] ?? "fair"}` }, known ? t(`overview.severity.${severity}`) : severity);
    const where = Object.values(labels).join(", ");
    return el("li", {}, pill, " ", el("strong", {}, name), where && ` (${where})`, ": ", inLanguage(summaries, summary), " · ", t("overview.alert.value", { value: number(value, 3) }));
  };
  const origin = el("p", { class: "fine" }, t(source === "store" ? "overview.alerts.store" : `overview.source.${source}`), note && ": ", note && inLanguage(notes, note));
  const list = alerts.length ? el("ul", { class: "alert-list" }, ...alerts.map(item)) : say(el("p"), "overview.alerts.none");
  return el("div", { class: "stack" }, list, origin);
}

// What the server says in several languages; what another system said is in English.
function inLanguage(said, otherwise) {
  const language = currentLanguage();
  return said?.[language] ? el("span", {}, said[language]) : el("span", { lang: "en" }, otherwise);
}

function budget(slo) {
  if (!slo) return [empty("overview.budgetAway")];
  const columns = [
    { label: "overview.objective", cell: ({ name }) => el("strong", {}, t(`overview.objective.${name}`)) },
    { label: "overview.goal", cell: ({ objective }) => percent(objective) },
    { label: "overview.measured", cell: ({ ratio }) => (ratio === null ? null : percent(ratio)) },
    { label: "overview.budget.left", cell: (objective) => left(objective) },
    { label: "overview.burn", cell: ({ windows }) => (windows["1h"].burn_rate === null ? null : `${number(windows["1h"].burn_rate, 1)} ×`) },
  ];
  const origin = el("p", { class: "fine" }, t(`overview.source.${slo.source}`), slo.note && ": ", slo.note && inLanguage(slo.notes, slo.note));
  return [table(t("overview.budget"), columns, slo.objectives), origin];
}

function left({ name, budget_left: share }) {
  if (share === null) return null;
  const tone = share <= 0 ? "bad" : share < 0.25 ? "fair" : "good";
  const label = `${t("overview.budget.left")}: ${t(`overview.objective.${name}`)}`;
  const gauge = el("meter", { min: 0, max: 1, value: Math.max(0, Math.min(1, share)), "aria-label": label });
  return el("span", { class: "left" }, gauge, " ", el("span", { class: `tone ${tone}` }, percent(share)));
}

function states(area, counts) {
  const pills = Object.entries(counts).map(([state, count]) => {
    const name = has(`${area}.state.${state}`) ? t(`${area}.state.${state}`) : state;
    return el("li", {}, el("span", { class: `tone ${count ? STATES[state] ?? "fair" : "none"}` }, `${name}: ${number(count)}`));
  });
  return el("ul", { class: "pills" }, ...pills);
}

function names(troubled) {
  const item = ({ name, reason }) => el("li", {}, el("strong", {}, name), reason && ": ", reason && el("span", { lang: "en", class: "loose" }, reason));
  return troubled.length ? [el("ul", { class: "alert-list fine" }, ...troubled.map(item))] : [];
}

function toolsOf(tools, known) {
  if (!tools.length) return [empty("breakers.empty")];
  const columns = [
    { label: "overview.tool", cell: ({ name }) => el("strong", {}, name) },
    { label: "overview.calls", cell: ({ calls }) => number(calls) },
    { label: "overview.failed", cell: ({ error_ratio: ratio }) => (ratio === null ? null : percent(ratio)) },
    { label: "overview.p50", cell: ({ p50_seconds: value }) => (value === null ? null : seconds(value)) },
    { label: "overview.p95", cell: ({ p95_seconds: value }) => (value === null ? null : seconds(value)) },
    { label: "overview.p99", cell: ({ p99_seconds: value }) => (value === null ? null : seconds(value)) },
    { label: "overview.retries", cell: ({ retries }) => number(retries) },
    { label: "overview.cache", cell: ({ cache_hit_ratio: ratio }) => (ratio === null ? null : percent(ratio)) },
    { label: "overview.breaker", cell: ({ breakers }) => breakerOf(breakers) },
  ];
  const some = tools.length < known ? [say(el("p", { class: "fine" }), "overview.tools.some", { shown: tools.length, known })] : [];
  return [table(title[currentLanguage()], columns, tools), ...some];
}

function breakerOf([breaker]) {
  const state = breaker?.state ?? "closed";
  const pill = el("span", { class: `tone ${STATES[state]}` }, t(`breakers.state.${state}`));
  return state === "closed" ? pill : el("a", { href: "#/breakers" }, pill);
}

function number(value, digits = 0) {
  return new Intl.NumberFormat(currentLocale(), { maximumFractionDigits: digits }).format(value);
}

function percent(share) {
  const digits = Math.abs(share) >= 1 ? 0 : 2; // of a budget spent a hundredfold nobody asks for hundredths
  const shown = new Intl.NumberFormat(currentLocale(), { style: "percent", maximumFractionDigits: digits });
  return share === null ? "—" : shown.format(share);
}

function seconds(value) {
  if (value === null) return "—";
  return value < 1 ? `${number(value * 1000, value < 0.01 ? 1 : 0)}\u00a0ms` : t("overview.seconds", { value: number(value, 2) });
}

export default { id: "overview", title, render };
