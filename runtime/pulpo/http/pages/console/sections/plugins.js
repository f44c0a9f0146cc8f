// GET /plugins: what was found at start, what runs, and why the rest does not.

import { el } from "../../dom.js";
import { currentLanguage, currentLocale, has, say, t } from "../../i18n.js";
import { empty, table, toolbar } from "../frame.js";

const TONES = { active: "good", quarantined: "bad", blocked: "fair" };

const COLUMNS = [
  { label: "plugins.name", cell: ({ name }) => el("strong", {}, name) },
  { label: "plugins.state", cell: ({ state }) => stateOf(state) },
  { label: "plugins.distribution", cell: ({ distribution }) => distribution },
  { label: "plugins.version", cell: ({ version }) => version },
  { label: "plugins.contributes", cell: ({ contributes }) => contributions(contributes ?? {}) },
  { label: "plugins.import", cell: ({ import_ms: ms }) => (typeof ms === "number" ? milliseconds(ms) : null) },
  { label: "plugins.reason", cell: ({ reason }) => (reason ? el("span", { class: "loose" }, reason) : null) },
];

const title = { es: "Plugins", en: "Plugins" };

async function render(target, api, { signal, reload }) {
  const { plugins } = await api.plugins({ signal });
  const count = (state) => plugins.filter((plugin) => plugin.state === state).length;
  const counts = { active: count("active"), quarantined: count("quarantined"), blocked: count("blocked") };
  target.replaceChildren(
    toolbar(say(el("p"), "plugins.count", counts), reload),
    plugins.length ? table(title[currentLanguage()], COLUMNS, plugins) : empty("plugins.empty"),
  );
}

function stateOf(state) {
  const pill = el("span", { class: `tone ${TONES[state] ?? "fair"}` });
  return has(`plugins.state.${state}`) ? say(pill, `plugins.state.${state}`) : (pill.append(state), pill);
}

/** `{tools: ["get_services"], …}` as how many there are of each kind, with the names, which would fill a screen, folded. */
function contributions(kinds) {
  const filled = Object.entries(kinds).filter(([, names]) => names?.length);
  if (!filled.length) return null;
  const counts = filled.map(([kind, names]) => `${kindOf(kind)}: ${names.length}`).join(" · ");
  const pairs = filled.flatMap(([kind, names]) => [el("dt", {}, kindOf(kind)), el("dd", {}, el("code", {}, names.join(", ")))]);
  return el("details", {}, el("summary", {}, counts), el("dl", { class: "contributes" }, ...pairs));
}

function kindOf(kind) {
  return has(`plugins.kind.${kind}`) ? t(`plugins.kind.${kind}`) : kind;
}

function milliseconds(ms) {
  return `${new Intl.NumberFormat(currentLocale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(ms)} ms`;
}

export default { id: "plugins", title, render };
