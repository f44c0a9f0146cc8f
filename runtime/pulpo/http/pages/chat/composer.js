// The box a message is typed into, its button, and the line above it that says how things stand.

import { say } from "../i18n.js";
import { keep, session } from "./session.js";

const form = document.getElementById("composer");
const input = document.getElementById("message");
const sendButton = document.getElementById("send");
const status = document.getElementById("status");

const grows = CSS.supports("field-sizing", "content");

/** Wires the box; `send(text)` returns whether it took the text. The draft of an earlier visit is put back. */
export function startComposer(send) {
  const submit = () => {
    if (send(input.value)) write("");
    input.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", () => write(input.value));
  write(session().draft);
  // On touch screens focus would open the keyboard over the greeting.
  if (matchMedia("(hover: hover)").matches) input.focus();
}

/** Puts `text` before what is being typed already. */
export function putBack(text) {
  write([text, input.value].filter((part) => part.trim()).join("\n"));
}

export function focusComposer() {
  input.focus();
}

/** Shows that an answer is awaited; typing goes on, sending waits. */
export function showWaiting(on) {
  sendButton.setAttribute("aria-disabled", String(on));
  if (!on) tell(navigator.onLine ? null : "chat.offline");
}

/** Says `key` on the status line; null clears it. */
export function tell(key) {
  if (key) say(status, key);
  else {
    delete status.dataset.i18n;
    status.textContent = "";
  }
}

function write(text) {
  if (input.value !== text) input.value = text;
  keep({ draft: text });
  if (!grows) input.rows = Math.min(6, text.split("\n").length);
}
