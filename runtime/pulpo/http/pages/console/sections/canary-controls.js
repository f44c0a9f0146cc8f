// What an admin may do about the canary: set its share, stop it (after a question), and let it go on.

import { el } from "../../dom.js";
import { say, t } from "../../i18n.js";
import { act } from "./breakers.js";

/** The form and the buttons for a status; `done` runs after what was asked has happened. */
export function controls(api, status, { signal, done }) {
  if (status.locked) return say(el("p", { class: "fine" }), "canary.locked");
  const stopped = status.killed || status.state === "aborted";
  return [form(api, status, { signal, done }), stopped ? resume(api, { signal, done }) : null, status.killed ? null : kill(api, { signal, done })];
}

function form(api, { enabled, percentage, shadow, revision, state }, { signal, done }) {
  const on = el("input", { type: "checkbox", checked: enabled });
  const share = fraction(percentage);
  const unseen = fraction(shadow);
  const group = el("div", { class: "actions" });
  const submit = (event) => {
    event.preventDefault();
    const values = { enabled: on.checked, percentage: valueOf(share), shadow: valueOf(unseen) };
    act(group, async () => {
      await api.setCanary(values, revision, { signal });
      await done();
    });
  };
  group.append(
    el("label", { class: "check" }, on, say(el("span"), "canary.enabled")),
    el("label", { class: "check" }, say(el("span"), "canary.percentage"), share),
    el("label", { class: "check" }, say(el("span"), "canary.shadow.set"), unseen),
    say(el("button", { type: "submit", class: "primary" }), "canary.apply"),
    state ? say(el("p", { class: "fine" }), "canary.percentage.idle") : "",
  );
  return el("form", { class: "controls", onsubmit: submit, "aria-label": t("canary.set") }, group);
}

/** A number field in percent for a fraction. */
function fraction(value) {
  return el("input", { type: "number", min: 0, max: 100, step: "any", required: true, inputmode: "decimal", value: +(value * 100).toFixed(6) });
}

function valueOf(field) {
  return +(field.valueAsNumber / 100).toFixed(8);
}

function resume(api, { signal, done }) {
  const group = el("div", { class: "actions" });
  const press = () =>
    act(group, async () => {
      await api.resumeCanary({ signal });
      await done();
    });
  group.append(say(el("button", { type: "button", onclick: press }), "canary.resume"));
  return group;
}

/** A button that asks in a dialog first: what it does reaches every running conversation. */
function kill(api, { signal, done }) {
  const reason = el("input", { type: "text", maxlength: 500, autocomplete: "off" });
  const group = el("div", { class: "actions" });
  const dialog = el("dialog", { class: "question", "aria-labelledby": "kill-question" });
  const press = () =>
    act(group, async () => {
      await api.killCanary(reason.value.trim(), { signal });
      dialog.close();
      await done();
    });
  group.append(
    say(el("button", { type: "button", class: "primary", onclick: press }), "canary.kill.yes"),
    say(el("button", { type: "button", onclick: () => dialog.close() }), "canary.kill.no"),
  );
  dialog.append(
    say(el("p", { id: "kill-question" }), "canary.kill.question"),
    el("label", { class: "check" }, say(el("span"), "canary.kill.why"), reason),
    group,
  );
  const open = say(el("button", { type: "button", class: "danger", onclick: () => dialog.showModal() }), "canary.kill");
  return el("div", { class: "actions" }, open, dialog);
}
