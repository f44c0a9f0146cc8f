// GET /admin/approvals: calls that wait for somebody of the team, and what was decided.

import { el } from "../../dom.js";
import { currentLanguage, say, t } from "../../i18n.js";
import { empty, moment, table, toolbar } from "../frame.js";
import { act } from "./breakers.js";

const TONES = { waiting: "fair", approved: "good", denied: "bad", expired: "bad" };

const title = { es: "Aprobaciones", en: "Approvals" };

function columns(decide) {
  return [
    { label: "approvals.asked", cell: ({ asked_at: at }) => moment(at) },
    { label: "approvals.tool", cell: ({ tool }) => el("strong", {}, tool) },
    { label: "approvals.arguments", cell: ({ arguments: given }) => argumentsOf(given) },
    { label: "approvals.conversation", cell: ({ conversation_id: id }) => linked(id) },
    { label: "approvals.reason", cell: ({ reason }) => (reason ? el("span", { class: "loose" }, reason) : null) },
    { label: "approvals.state", cell: (approval) => stateOf(approval) },
    { label: "approvals.decision", cell: (approval) => decisionOf(approval, decide) },
  ];
}

async function render(target, api, { signal, reload }) {
  const { approvals } = await api.approvals({ signal });
  const waiting = approvals.filter(({ state }) => state === "waiting");
  const others = approvals.filter(({ state }) => state !== "waiting");
  const decide = async (approval, decision, reason) => {
    await api.decideApproval(approval.id, decision, reason, { signal });
    await reload();
  };
  target.replaceChildren(
    toolbar(say(el("p"), "approvals.count", { count: waiting.length }), reload),
    approvals.length ? table(title[currentLanguage()], columns(decide), [...waiting, ...others]) : empty("approvals.empty"),
  );
}

function argumentsOf(given) {
  const pairs = Object.entries(given).flatMap(([name, value]) => [
    el("dt", {}, name),
    el("dd", {}, el("code", {}, typeof value === "string" ? value : JSON.stringify(value))),
  ]);
  return pairs.length ? el("dl", { class: "contributes" }, ...pairs) : null;
}

function linked(id) {
  return el("a", { href: `#/conversations/${encodeURIComponent(id)}` }, el("code", {}, id));
}

function stateOf({ state, outcome }) {
  const pill = say(el("span", { class: `tone ${TONES[state]}` }), `approvals.state.${state}`);
  const said = outcome === "done" || outcome === "failed" ? `approvals.outcome.${outcome}` : null;
  return said ? el("span", {}, pill, " ", say(el("span", { class: "fine" }), said)) : pill;
}

/** What was decided and why; or, while the call waits, a reason to write and two buttons. */
function decisionOf(approval, decide) {
  if (approval.state !== "waiting") {
    const why = approval.decision_reason;
    return approval.decided_at ? el("span", { class: "loose" }, moment(approval.decided_at), why && ` · ${why}`) : null;
  }
  const why = t("approvals.why");
  const reason = el("input", { type: "text", maxlength: 500, autocomplete: "off", "aria-label": why, placeholder: why });
  const group = el("div", { class: "actions", role: "group", "aria-label": approval.tool }, reason);
  for (const decision of ["approve", "deny"]) {
    const press = () => act(group, () => decide(approval, decision, reason.value.trim()));
    const look = decision === "approve" ? "primary" : "quiet";
    group.append(say(el("button", { type: "button", class: look, onclick: press }), `approvals.${decision}`));
  }
  return group;
}

export default { id: "approvals", title, render };
