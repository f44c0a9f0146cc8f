// The chat page: starts the parts, takes up the conversation of before a reload, begins new ones.

import { el } from "../dom.js";
import { say, startLanguage } from "../i18n.js";
import { problemBox } from "../problem.js";
import { userBubble } from "./bubbles.js";
import { focusComposer, putBack, startComposer, tell } from "./composer.js";
import { api, deliver, holding, letGo, reconnect, send } from "./delivery.js";
import { loading, notice, open, show, showTranscript, suggest } from "./log.js";
import { forget, keep, session } from "./session.js";

const STALE_MS = 60 * 60 * 1000; // an unanswered message older than this is offered for editing, not sent again

function startOver() {
  letGo();
  forget();
  open();
  suggest(send);
  focusComposer();
}

async function resume() {
  const { conversationId, pending } = session();
  const transcript = conversationId ? await restore(conversationId) : open();
  if (pending && session().pending) takeUp(pending, transcript?.messages ?? []);
  else if (!session().conversationId) suggest(send);
}

async function restore(conversationId) {
  loading(true);
  try {
    const transcript = await holding(api.conversation(conversationId));
    showTranscript(transcript);
    return transcript;
  } catch (error) {
    open();
    notRestored(error);
    return null;
  } finally {
    loading(false);
  }
}

function notRestored(error) {
  if (error.status === 404) {
    forget();
    show(notice("chat.gone"));
    return;
  }
  const retry = say(el("button", { type: "button", class: "primary", onclick: resume }), "chat.retry");
  show(el("div", { class: "failure" }, problemBox(error, { actions: [retry] })));
}

/**
 * A message was on its way when the page was left: its key fetches the answer, or runs it for the first time. The
 * transcript has it already when its last message of the user is the same and of a turn this page never saw end.
 */
function takeUp(pending, messages) {
  const last = messages.findLast(({ role }) => role === "user");
  const accepted = last?.text === pending.body.message && !(last.turn_id in session().turns);
  if (accepted && messages.at(-1).role === "assistant") {
    keep({ pending: null });
  } else if (Date.now() - pending.at > STALE_MS) {
    keep({ pending: null });
    putBack(pending.body.message);
  } else {
    if (!accepted) show(userBubble(pending.body.message, { at: pending.at / 1000 }));
    deliver(pending);
  }
}

async function nameBusiness() {
  if (session().business) showName(session().business);
  try {
    const { workspace } = await api.health();
    if (!workspace?.name) return;
    keep({ business: workspace.name });
    showName(workspace.name);
  } catch {
    // The page works without the name; a server that is away shows itself with the first message.
  }
}

function showName(name) {
  const heading = document.getElementById("business");
  delete heading.dataset.i18n;
  heading.textContent = name;
  document.title = name;
}

document.getElementById("new").addEventListener("click", startOver);
addEventListener("offline", () => tell("chat.offline"));
addEventListener("online", () => {
  tell("chat.online");
  reconnect();
});

startLanguage();
startComposer(send);
if (!navigator.onLine) tell("chat.offline");
nameBusiness();
resume();
