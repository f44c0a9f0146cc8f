// GET /metrics/canary/status: the share, the rollout and its evidence, read again every two seconds; the log of
// changes; and what an admin may do about it (canary-controls.js).

import { ApiError } from "../../api.js";
import { el } from "../../dom.js";
import { currentLocale, say, t } from "../../i18n.js";
import { meter, portion, span } from "../meters.js";
import { moment, table, toolbar } from "../frame.js";
import { number, percent } from "../numbers.js";
import { action as done, named, reason } from "../reasons.js";
import { controls } from "./canary-controls.js";

const EVERY_MS = 2000;
const TONES = { progressing: "good", promoted: "good", paused: "fair", inconclusive: "fair", aborted: "bad" };

const title = { es: "Canary", en: "Canary" };

async function render(target, api, { signal, reload }) {
  const summary = el("p", { role: "status" });
  const parts = { facts: el("div"), acts: el("div"), shadow: el("div"), evidence: el("div"), log: el("div") };
  const head = toolbar(summary, reload);
  const shown = {};

  /** Draws a part again only if it has changed: a reader, or a screen reader, is not thrown out of it. */
  function draw(part, data, make) {
    const wanted = JSON.stringify(data);
    if (shown[part] === wanted) return;
    shown[part] = wanted;
    parts[part].replaceChildren(...[make(data)].flat().filter(Boolean));
  }

  async function update({ moved = false } = {}) {
    const [status, log] = await Promise.all([api.canary({ signal }), entries(api, signal)]);
    const words = headline(status);
    if (summary.textContent !== words) summary.textContent = words;
    const clock = new Intl.DateTimeFormat(currentLocale(), { timeStyle: "medium" }).format(new Date());
    say(head.querySelector(".fine"), "console.updated", { time: clock });
    draw("facts", status, facts);
    draw("shadow", status.shadow, shadow);
    draw("evidence", status.rollout, evidence);
    draw("log", log, audit);
    // What somebody is typing or about to press stays as it is; a change refused as outdated says so.
    if (moved || !parts.acts.contains(document.activeElement)) {
      const { revision, killed, locked, enabled, percentage, fields, rollout } = status;
      const known = { revision, killed, locked, enabled, percentage, shadow: fields.shadow.value, state: rollout?.rollout.state };
      draw("acts", known, () => controls(api, known, { signal, done: () => update({ moved: true }) }));
      if (moved) parts.acts.querySelector("input, button")?.focus();
    }
  }

  await update();
  target.replaceChildren(head, parts.facts, parts.acts, parts.shadow, parts.evidence, parts.log);
  follow(update, summary, signal);
}

/** Reads again for as long as the section is shown; a server that does not answer is said, and asked on. */
async function follow(update, summary, signal) {
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    if (signal.aborted || document.hidden) continue;
    try {
      await update();
    } catch (error) {
      if (!(error instanceof ApiError) && !signal.aborted) reportError(error);
      summary.textContent = t("canary.stale");
    }
  }
}

/** The newest changes; null for a key that may not see them. */
async function entries(api, signal) {
  try {
    return (await api.canaryAudit({ signal })).entries;
  } catch (error) {
    if (error.status === 401 || error.status === 403) return null;
    throw error;
  }
}

function headline({ share, variant, off, rollout }) {
  const state = rollout ? t(`canary.state.${rollout.rollout.state}`) : t("canary.norollout");
  return `${off ? t("canary.nobody") : t("canary.share", { share: percent(share), variant })} · ${state}`;
}

function facts(status) {
  const { rollout: state, waiting, problem, shortage } = status.rollout ?? { rollout: null };
  const pill = state && say(el("span", { class: `tone ${TONES[state.state]}` }), `canary.state.${state.state}`);
  const step = state && t("canary.step.of", { step: state.step + 1, steps: state.steps.length, all: state.steps.map(percent).join(" → ") });
  const killed = status.killed && [status.killed.by, status.killed.reason].filter(Boolean).join(": ");
  const pairs = [
    ["canary.state", pill],
    ["canary.step", step],
    ["canary.why", reason(state?.reason)],
    ["canary.waiting", state?.state === "progressing" && reason(waiting)],
    ["canary.few", shortage && t(`canary.few.${shortage.of}`, { expected: number(shortage.expected), needed: number(shortage.needed) })],
    ["canary.killed", killed],
    ["canary.problem", [status.problem, problem].filter(Boolean).join(" · ")],
    ["canary.strategy", status.strategy],
    ["canary.revision", String(status.revision)],
    ["canary.ratio", state && `${number(status.rollout.sample_ratio)} / ${number(status.rollout.sample_ratio_threshold)}`],
  ];
  return listed(pairs);
}

/** Names and values, without those that have none. */
function listed(pairs) {
  const known = pairs.filter(([, value]) => value);
  return el("dl", { class: "facts" }, ...known.map(([key, value]) => el("div", {}, say(el("dt"), key), el("dd", {}, value))));
}

function evidence(rollout) {
  if (!rollout) return say(el("p", { class: "empty" }), "canary.empty");
  const columns = [
    { label: "canary.guardrail", cell: ({ name }) => el("strong", {}, named(name)) },
    { label: "canary.against", cell: (line) => against(line) },
    { label: "canary.for", cell: (line) => inFavour(line) },
    { label: "canary.arms.stable", cell: ({ units, bad_units: bad }) => `${bad[0]} / ${units[0]}` },
    { label: "canary.arms.canary", cell: ({ units, bad_units: bad }) => `${bad[1]} / ${units[1]}` },
    { label: "canary.interval", cell: ({ interval }) => oddsOf(interval) },
    { label: "canary.bound", cell: (line) => `≤ ${percent(line.upper_bound)} (${percent(line.limit)})` },
  ];
  return [heading("canary.evidence"), say(el("p", { class: "fine" }), "canary.legend"), table(t("canary.evidence"), columns, rollout.guardrails)];
}

/** What comparing turns came to, in this process; nothing while there is no shadow. */
function shadow({ variant, share, comparisons, agreement, results, dropped, planning_ms: planning, tokens }) {
  if (!share && !comparisons) return null;
  const agreed = agreement === null ? "–" : percent(agreement);
  const pairs = (values, unit = "") => values.map((value) => number(value) + unit).join(" / ");
  const told = [
    ["canary.shadow.share", t("canary.shadow.of", { share: percent(share), variant })],
    ["canary.shadow.agreement", t("canary.shadow.agreed", { agreed, comparisons: number(comparisons) })],
    ["canary.shadow.dropped", number(dropped)],
    ["canary.shadow.planning", comparisons && pairs(planning, " ms")],
    ["canary.shadow.tokens", comparisons && tokens.some(Boolean) && pairs(tokens)],
  ];
  return [heading("canary.shadow"), listed(told), comparisons ? say(el("p", { class: "fine" }), "canary.shadow.legend") : null, comparisons ? outcomes(results, comparisons) : null];
}

/** How the comparisons ended, those that agree first; what never happened needs no line. */
function outcomes(results, comparisons) {
  const known = ["same", "wording", "answer", "arguments", "tools", "error"].filter((name) => results[name]).map((name) => ({ name, count: results[name] }));
  const columns = [
    { label: "canary.shadow.result", cell: ({ name }) => el("strong", {}, t(`canary.shadow.${name}`)) },
    { label: "canary.shadow.turns", cell: (line) => part(line, comparisons) },
  ];
  return table(t("canary.shadow"), columns, known);
}

function part({ name, count }, comparisons) {
  const words = `${number(count)} · ${percent(count / comparisons)}`;
  const tone = name === "same" || name === "wording" ? "good" : "bad";
  return el("div", { class: "charted" }, portion(count / comparisons, tone, `${t(`canary.shadow.${name}`)}: ${words}`), words);
}

function against({ name, evidence: found, threshold }) {
  const words = t("canary.of", { found: number(found), needed: number(threshold) });
  return el("div", { class: "charted" }, meter(found, threshold, "bad", `${named(name)}: ${words}`), words);
}

function inFavour({ name, no_worse: noWorse, clean, needed }) {
  const words = t("canary.of", { found: number(Math.max(noWorse, clean)), needed: number(needed) });
  const label = `${named(name)}: ${words}`;
  return el("div", { class: "charted" }, meter(Math.max(noWorse, clean), needed, "good", label), words);
}

function oddsOf(interval) {
  const words = `${number(interval[0] ?? 0)} – ${interval[1] === null ? "∞" : number(interval[1])}`;
  return el("div", { class: "charted" }, span(interval, words), words);
}

function audit(log) {
  if (log === null) return [heading("canary.log"), say(el("p", { class: "empty" }), "canary.log.denied")];
  const columns = [
    { label: "canary.log.number", cell: (entry) => String(entry.number) },
    { label: "canary.log.at", cell: ({ at }) => moment(at) },
    { label: "canary.log.actor", cell: ({ actor }) => actor },
    { label: "canary.log.action", cell: ({ action }) => el("strong", {}, done(action)) },
    { label: "canary.log.change", cell: (entry) => el("code", {}, changed(entry)) },
  ];
  return [heading("canary.log"), log.length ? table(t("canary.log"), columns, log) : say(el("p", { class: "empty" }), "canary.log.empty")];
}

/** What an entry changed, name by name; fields of the configuration come as {source, value}. */
function changed({ before, after }) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const written = (given) => {
    const value = given?.source ? given.value : given;
    return value === undefined || value === null ? "–" : typeof value === "string" ? reason(value) : JSON.stringify(value);
  };
  const changes = names.map((name) => [name, written(before[name]), written(after[name])]);
  return changes.filter(([, was, is]) => was !== is).map(([name, was, is]) => `${name}: ${was} → ${is}`).join("; ");
}

function heading(key) {
  return say(el("h2"), key);
}

export default { id: "canary", title, render };
