// The nodes of the message list: messages, the typing dots, the details of a turn.

import { el, time } from "../dom.js";
import { currentLocale, has, say } from "../i18n.js";
import { prose } from "./prose.js";

const CLOCK = { hour: "2-digit", minute: "2-digit" };
const GOOD = new Set(["ok"]);
const FAIR = new Set(["denied", "limited", "refused", "rescued", "invalid"]);

/** The visitor's own message. `at` is a server's time; now when left out. */
export function userBubble(text, { at = Date.now() / 1000 } = {}) {
  return bubble("user", "chat.you", [el("p", {}, text)], { at });
}

/** The bot's answer in `language`, with the details of its turn when they are known. */
export function botBubble(text, { at = Date.now() / 1000, turn = null, language } = {}) {
  return bubble("bot", "chat.bot", prose(text), { at, language, details: turn && turnDetails(turn) });
}

/** The greeting that opens every conversation; it follows the language. */
export function greetingBubble() {
  return bubble("bot", "chat.bot", [say(el("p"), "chat.greeting")], {});
}

export function typingBubble() {
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  return el("div", { class: "message bot typing" }, el("div", { class: "bubble" }, say(el("span", { class: "unseen" }), "chat.typing"), dots));
}

/** What is worth keeping of a /chat answer to show its details again after a reload. */
export function turnOf({ variant, served_by, outcome, tool_calls, duration_ms, turn_id }) {
  const calls = (tool_calls ?? []).map((call) => ({ tool: call.tool, outcome: call.outcome, ms: call.duration_ms }));
  return { id: turn_id, variant, served: served_by, outcome, calls, ms: duration_ms };
}

function bubble(side, label, content, { at, language, details }) {
  return el(
    "div",
    { class: `message ${side}` },
    el("div", { class: "bubble", lang: language }, say(el("span", { class: "unseen" }), label), ...content),
    el("div", { class: "meta", "aria-live": "off" }, at ? time(at, currentLocale(), CLOCK) : null, details ?? null),
  );
}

function turnDetails(turn) {
  return el(
    "details",
    { ontoggle: (event) => event.currentTarget.scrollIntoView({ block: "nearest" }) },
    summary(turn),
    el(
      "dl",
      {},
      ...row("turn.variant", turn.variant),
      ...row("turn.served", turn.served),
      ...row("turn.outcome", outcome(turn.outcome)),
      ...row("turn.id", el("code", {}, turn.id)),
    ),
    turn.calls.length ? el("ul", { class: "calls" }, ...turn.calls.map(callLine)) : null,
  );
}

function summary(turn) {
  const count = turn.calls.length;
  const moved = turn.served && turn.served !== turn.variant;
  const variant = moved ? `${turn.variant} → ${turn.served}` : turn.variant;
  const tools = say(el("span"), `turn.tools.${count > 1 ? "n" : count}`, { count });
  return el("summary", {}, `${variant} · `, tools, ` · ${milliseconds(turn.ms)} ms`);
}

function callLine(call) {
  return el("li", {}, el("code", {}, call.tool), outcome(call.outcome), say(el("span"), "turn.ms", { ms: milliseconds(call.ms) }));
}

/** A coloured word for an outcome; colour never stands alone. */
function outcome(name) {
  const tone = GOOD.has(name) ? "good" : FAIR.has(name) ? "fair" : "bad";
  const word = el("span", { class: `tone ${tone}` });
  return has(`outcome.${name}`) ? say(word, `outcome.${name}`) : (word.append(name ?? "—"), word);
}

function row(label, value) {
  return value ? [say(el("dt"), label), el("dd", {}, value)] : [];
}

function milliseconds(value) {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}
