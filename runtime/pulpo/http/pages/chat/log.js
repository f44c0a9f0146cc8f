// The message list: appending to it, filling it from a transcript, the suggestions of an empty one.

import { el } from "../dom.js";
import { currentLanguage, say, t } from "../i18n.js";
import { botBubble, greetingBubble, userBubble } from "./bubbles.js";
import { session } from "./session.js";

const SUGGESTIONS = ["chat.suggest.services", "chat.suggest.hours", "chat.suggest.book"];

const log = document.getElementById("log");

/** Appends `node` and scrolls to it. */
export function show(node) {
  log.append(node);
  log.scrollTop = log.scrollHeight;
  return node;
}

/** Puts `node` where `old` stands; appends it when `old` is no longer on the page. */
export function swap(old, node) {
  if (!old.isConnected) return show(node);
  old.replaceWith(node);
  log.scrollTop = log.scrollHeight;
  return node;
}

/** A line between the messages. */
export function notice(key) {
  return say(el("p", { class: "notice" }), key);
}

/** Empties the list down to the greeting. */
export function open() {
  log.replaceChildren(greetingBubble());
}

/** Offers first messages; a click hands the text of the chip to `send`. */
export function suggest(send) {
  const group = { class: "suggestions", role: "group", "aria-label": t("chat.suggestions"), "data-i18n-label": "chat.suggestions" };
  const chip = (key) => say(el("button", { type: "button", onclick: (event) => send(event.currentTarget.textContent) }), key);
  show(el("div", group, ...SUGGESTIONS.map(chip)));
}

export function dropSuggestions() {
  log.querySelector(".suggestions")?.remove();
}

export function dropLastUserMessage() {
  [...log.querySelectorAll(".message.user")].at(-1)?.remove();
}

/** Replaces the list by a conversation as GET /conversations/{id} gives it, silently for screen readers. */
export function showTranscript({ messages, locale }) {
  const language = (locale ?? currentLanguage()).split("-")[0];
  const { turns } = session();
  log.replaceChildren(
    greetingBubble(),
    ...messages.map(({ role, text, at, turn_id: id }) =>
      role === "user" ? userBubble(text, { at }) : botBubble(text, { at, language, turn: turns[id] }),
    ),
  );
  log.scrollTo({ top: log.scrollHeight, behavior: "instant" });
}

/** Says that the list is being filled, so that screen readers wait. */
export function loading(on) {
  log.setAttribute("aria-busy", String(on));
  if (on) log.replaceChildren(notice("chat.loading"));
}
