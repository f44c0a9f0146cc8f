// What survives a reload of the tab: the conversation, its turns' details, an unanswered message, the draft.

const STORED = "pulpo.chat";
const EMPTY = { conversationId: null, turns: {}, pending: null, draft: "", business: "" };

let memory = read();

/** `{conversationId, turns: {turn_id: details}, pending: {key, body, at} | null, draft, business}` */
export function session() {
  return memory;
}

/** Changes the given fields and stores the whole. */
export function keep(changes) {
  memory = { ...memory, ...changes };
  try {
    sessionStorage.setItem(STORED, JSON.stringify(memory));
  } catch {
    // Without storage the conversation lasts as long as the page.
  }
}

/** Forgets the conversation; what is being typed stays. */
export function forget() {
  keep({ ...EMPTY, draft: memory.draft, business: memory.business });
}

function read() {
  try {
    return { ...EMPTY, ...JSON.parse(sessionStorage.getItem(STORED) ?? "{}") };
  } catch {
    return { ...EMPTY };
  }
}
