// GET /admin/breakers: each tool's circuit breaker, and buttons that force it.

import { el } from "../../dom.js";
import { currentLanguage, say } from "../../i18n.js";
import { empty, moment, table, toolbar } from "../frame.js";

const TONES = { closed: "good", half_open: "fair", open: "bad" };
const STATES = ["open", "half_open", "closed"];

const title = { es: "Cortacircuitos", en: "Circuit breakers" };

function columns(force) {
  return [
    { label: "breakers.tool", cell: ({ tool }) => el("strong", {}, tool) },
    { label: "breakers.state", cell: (breaker) => stateOf(breaker) },
    { label: "breakers.since", cell: ({ since }) => moment(since) },
    { label: "breakers.calls", cell: ({ calls }) => String(calls) },
    { label: "breakers.failed", cell: ({ failure_rate: rate }) => percent(rate) },
    { label: "breakers.slow", cell: ({ slow_rate: rate }) => percent(rate) },
    { label: "breakers.probe", cell: ({ next_probe: at }) => (at ? moment(at) : null) },
    { label: "breakers.force", cell: (breaker) => buttons(breaker, force) },
  ];
}

async function render(target, api, { signal, reload }) {
  const { breakers } = await api.breakers({ signal });
  const count = (state) => breakers.filter((breaker) => breaker.state === state).length;
  const counts = { open: count("open"), half: count("half_open"), closed: count("closed") };
  const force = async (breaker, state) => {
    await api.forceBreaker(breaker.workspace, breaker.tool, state, { signal });
    await reload();
  };
  target.replaceChildren(
    toolbar(say(el("p"), "breakers.count", counts), reload),
    breakers.length ? table(title[currentLanguage()], columns(force), breakers) : empty("breakers.empty"),
  );
}

/** The state, why the breaker is in it, and whose key forced it. */
function stateOf({ state, reason, by }) {
  const pill = say(el("span", { class: `tone ${TONES[state]}` }), `breakers.state.${state}`);
  if (!reason) return pill;
  const why = say(el("span", { class: "fine" }), `breakers.reason.${reason}`);
  return el("span", {}, pill, " ", why, by ? el("span", { class: "fine" }, ` · ${by}`) : "");
}

/** One button a state the breaker is not in (a forced one is in it for good); while one works, none can be pressed. */
function buttons(breaker, force) {
  const group = el("div", { class: "actions", role: "group", "aria-label": breaker.tool });
  for (const state of STATES) {
    const is = breaker.state === state && (state !== "open" || breaker.forced);
    const press = () => act(group, () => force(breaker, state));
    group.append(say(el("button", { type: "button", class: "quiet", disabled: is, onclick: press }), `breakers.to.${state}`));
  }
  return group;
}

/** Runs `action` with the buttons off; what goes wrong is said below them and they come back. */
export async function act(group, action) {
  const all = [...group.querySelectorAll("button:not(:disabled)")];
  group.querySelector("[role=alert]")?.remove();
  for (const button of all) button.disabled = true;
  try {
    await action();
  } catch (error) {
    for (const button of all) button.disabled = false;
    group.append(el("p", { class: "fine", role: "alert" }, [error.title || error.message, error.detail].filter(Boolean).join(": ")));
  }
}

function percent(rate) {
  return `${Math.round(rate * 100)} %`;
}

export default { id: "breakers", title, render };
