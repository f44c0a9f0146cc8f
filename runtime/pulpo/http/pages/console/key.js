// The API key of this tab: entered in the header, sent with every request, gone when the tab is closed.

import { say } from "../i18n.js";

const STORED = "pulpo.key";

const form = document.getElementById("key-form");
const input = document.getElementById("key");
const button = document.getElementById("key-button");
const state = document.getElementById("key-state");

let key = stored();

export function currentKey() {
  return key;
}

/** Wires the form; `changed` runs after the key was set or forgotten. */
export function startKey(changed) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    use(key ? "" : input.value.trim());
    changed();
  });
  show();
}

function use(next) {
  key = next;
  try {
    if (next) sessionStorage.setItem(STORED, next);
    else sessionStorage.removeItem(STORED);
  } catch {
    // Without storage the key lasts as long as the page.
  }
  show();
}

function show() {
  input.value = "";
  input.disabled = Boolean(key);
  input.placeholder = key ? "••••••••" : "";
  say(button, key ? "console.key.forget" : "console.key.use");
  say(state, key ? "console.key.set" : "console.key.none");
}

function stored() {
  try {
    return sessionStorage.getItem(STORED) ?? "";
  } catch {
    return "";
  }
}
