// GET /conversations: the newest ones, and the transcript of one.

import { prose } from "../../chat/prose.js";
import { el } from "../../dom.js";
import { currentLanguage, say } from "../../i18n.js";
import { empty, moment, table, toolbar } from "../frame.js";

const COLUMNS = [
  { label: "conversations.id", cell: ({ conversation_id: id }) => el("a", { href: address(id) }, el("code", {}, id)) },
  { label: "conversations.workspace", cell: ({ workspace }) => workspace },
  { label: "conversations.started", cell: ({ started_at: at }) => moment(at) },
  { label: "conversations.last", cell: ({ last_at: at }) => moment(at) },
  { label: "conversations.turns", cell: ({ turns }) => String(turns) },
  { label: "conversations.variant", cell: ({ variant }) => variant },
];

const FACTS = [
  ["conversations.workspace", ({ workspace }) => workspace],
  ["conversations.user", ({ user_id: user }) => user],
  ["conversations.locale", ({ locale }) => locale],
  ["conversations.variant", ({ variant }) => variant],
];

const title = { es: "Conversaciones", en: "Conversations" };

async function render(target, api, { path: [id], signal, reload }) {
  if (id) renderOne(target, await api.conversation(id, { signal }), reload);
  else renderList(target, await api.conversations({ signal }), reload);
}

function renderList(target, { conversations }, reload) {
  const count = say(el("p"), "conversations.count", { count: conversations.length });
  target.replaceChildren(
    toolbar(count, reload),
    conversations.length ? table(title[currentLanguage()], COLUMNS, conversations) : empty("conversations.empty"),
  );
}

function renderOne(target, conversation, reload) {
  const back = say(el("a", { href: address() }), "conversations.back");
  const facts = FACTS.map(([label, read]) => fact(label, read(conversation)));
  target.replaceChildren(
    toolbar(el("p", {}, "← ", back), reload),
    el("h2", { class: "transcript-id" }, el("code", {}, conversation.conversation_id)),
    el("dl", { class: "facts" }, ...facts),
    conversation.messages.length
      ? el("ol", { class: "transcript" }, ...conversation.messages.map(line))
      : empty("conversations.noMessages"),
  );
}

function fact(label, value) {
  return value ? el("div", {}, say(el("dt"), label), el("dd", {}, value)) : null;
}

function line({ role, text, at }) {
  const who = say(el("strong"), `conversations.role.${role}`);
  return el("li", { class: role }, el("div", { class: "line-head" }, who, moment(at)), ...prose(text));
}

function address(id) {
  return id ? `#/conversations/${encodeURIComponent(id)}` : "#/conversations";
}

export default { id: "conversations", title, render };
