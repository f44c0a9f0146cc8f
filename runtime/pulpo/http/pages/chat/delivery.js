// Sending a message and living with what comes back. An attempt is {key, body, at}: it is stored before it is sent
// and sent again unchanged, so that the server answers a repeated key from what it already did.

import { createApi, newKey } from "../api.js";
import { el } from "../dom.js";
import { currentLanguage, currentLocale, say } from "../i18n.js";
import { problemBox } from "../problem.js";
import { botBubble, turnOf, typingBubble, userBubble } from "./bubbles.js";
import { focusComposer, putBack, showWaiting, tell } from "./composer.js";
import { dropLastUserMessage, dropSuggestions, show, swap } from "./log.js";
import { keep, session } from "./session.js";

const BUSY_TRIES = 8;

export const api = createApi({ language: currentLanguage });

let waiting = false;
let failed = null; // the attempt whose problem is on screen: {attempt, box, error}
let generation = 0; // counts conversations, so that a late answer does not land in a newer one

/** Sends what was typed; false when there is nothing to send or an answer is still awaited. */
export function send(text) {
  const message = text.trim();
  if (!message) return false;
  if (waiting) {
    tell("chat.busy");
    return false;
  }
  dropSuggestions();
  const attempt = { key: newKey(), at: Date.now(), body: bodyOf(message) };
  keep({ pending: attempt });
  show(userBubble(message));
  deliver(attempt);
  return true;
}

/** Sends an attempt, for the first time or again. */
export async function deliver(attempt) {
  const mine = generation;
  settle();
  wait(true);
  const typing = show(typingBubble());
  try {
    const answer = await ask(attempt);
    if (mine === generation) accept(answer, typing);
  } catch (error) {
    typing.remove();
    if (mine === generation) fail(attempt, error);
  } finally {
    if (mine === generation) wait(false);
  }
}

/** Lets go of the conversation on screen: its late answers and its failed message no longer matter. */
export function letGo() {
  generation += 1;
  failed = null;
  wait(false);
}

/** Holds sending back while `work` runs. */
export async function holding(work) {
  wait(true);
  try {
    return await work;
  } finally {
    wait(false);
  }
}

/** Sends a message again that failed for want of a connection. */
export function reconnect() {
  if (failed && failed.error.kind !== "problem") deliver(failed.attempt);
}

function wait(on) {
  waiting = on;
  showWaiting(on);
}

function bodyOf(message) {
  const { conversationId } = session();
  return {
    message,
    ...(conversationId && { conversation_id: conversationId }),
    locale: currentLocale(),
    channel: "web",
    attributes: { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone },
  };
}

/** While the server still works on this very message (it was sent before a reload), asking again waits for it. */
async function ask(attempt) {
  for (let left = BUSY_TRIES; ; left -= 1) {
    try {
      return await api.chat(attempt.body, attempt.key);
    } catch (error) {
      if (!error.busy || left <= 0) throw error;
      await new Promise((resume) => setTimeout(resume, Math.max(1, error.retryAfter) * 1000));
    }
  }
}

function accept(answer, typing) {
  const turn = turnOf(answer);
  const turns = { ...session().turns, [answer.turn_id]: turn };
  keep({ conversationId: answer.conversation_id, pending: null, turns });
  swap(typing, botBubble(answer.reply, { turn, language: currentLanguage() }));
}

function fail(attempt, error) {
  const gone = error.status === 404 && attempt.body.conversation_id !== undefined;
  const again = gone ? afresh(attempt) : attempt;
  const retry = say(el("button", { type: "button", class: "primary", onclick: () => retryNow(again) }), "chat.retry");
  const edit = say(el("button", { type: "button", onclick: () => editAgain(again) }), "chat.edit");
  const actions = error.retryable || gone ? [retry, edit] : [edit];
  const box = show(el("div", { class: "failure" }, problemBox(error, { actions })));
  failed = { attempt: again, box, error };
  if (error.retryAfter) countDown(retry, error.retryAfter);
}

/** The conversation is gone, so nothing of this message ran: it may start a new one under a new key. */
function afresh({ body: { conversation_id: _, ...body } }) {
  const attempt = { key: newKey(), at: Date.now(), body };
  keep({ conversationId: null, turns: {}, pending: attempt });
  return attempt;
}

function retryNow(attempt) {
  deliver(attempt);
  focusComposer();
}

function editAgain(attempt) {
  settle();
  keep({ pending: null });
  dropLastUserMessage();
  putBack(attempt.body.message);
  focusComposer();
}

function settle() {
  failed?.box.remove();
  failed = null;
}

function countDown(button, seconds) {
  button.disabled = seconds > 0;
  if (seconds <= 0) say(button, "chat.retry");
  else {
    say(button, "chat.retryIn", { seconds });
    setTimeout(() => countDown(button, seconds - 1), 1000);
  }
}
