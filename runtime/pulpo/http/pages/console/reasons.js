// What the server wrote down about a rollout, in the visitor's language. It is stored once, in English (canary/judge.py
// and canary/rollout.py); what a person gave as a reason, and anything not listed here, stays as it is.

import { currentLanguage, has, t } from "../i18n.js";
import { rewritten } from "./numbers.js";

const ACTIONS = {
  start: "arranque",
  set: "ajustado",
  unset: "devuelto",
  file: "archivo",
  kill: "detenido",
  resume: "reanudado",
  "rollout began": "despliegue iniciado",
  "rollout progressing": "despliegue en curso",
  "rollout paused": "despliegue en pausa",
  "rollout inconclusive": "despliegue sin decidir",
  "rollout aborted": "despliegue revertido",
  "rollout promoted": "despliegue adoptado",
};

const SENTENCES = [
  [/^began$/, "ha empezado"],
  [/^the variant changed$/, "la variante ha cambiado"],
  [/^resumed after an abort$/, "reanudado después de revertirse"],
  [/^there is error budget again$/, "vuelve a haber presupuesto de error"],
  [/^at its last step$/, "está en el último paso"],
  [/^at least (\S+) s at each step$/, "al menos $1 s en cada paso"],
  [/^(\d+) of (\d+) units in the canary$/, "$1 de $2 unidades en el canary"],
  [/^the arms' sizes do not fit the share .*$/, "los grupos no tienen el tamaño que les toca: comprueba cómo se distingue a los usuarios"],
  [/^(\d+) of (\d+) turns compared with the shadow agreed$/, "coincidieron $1 de $2 turnos comparados con la sombra"],
  [/^(\d+) of (\d+) turns compared with the shadow \(.*\)$/, "$1 de $2 turnos comparados con la sombra (canary.shadow es su parte)"],
  [/^(\d+) of (\d+) turns agreed with the shadow, not surely (\S+) of all$/, "coincidieron $1 de $2 turnos con la sombra: no es seguro que sean $3 de todos"],
  [/^passed every guardrail at (\S+)$/, "superados todos los criterios con una parte de $1"],
  [/^still undecided: (.+)$/, (rest) => `sigue sin decidir: ${reason(rest)}`],
  [/^not decided yet: (.+)$/, (names) => `por decidir: ${names.split(", ").map(named).join(", ")}`],
  [
    /^the error budget of (\w+) is spent: in 30 days (\S+) % of (\S+) turns were good, (\S+) % have to be$/,
    (name, good, total, target) => `presupuesto de error agotado (${objective(name)}): en 30 días, bien el ${good} % de ${total} turnos; debe ser el ${target} %`,
  ],
  [
    /^(\w+): evidence (\S+) of (\S+) needed; bad units (\d+) in the canary, (\d+) in stable$/,
    (name, found, needed, canary, stable) => `${named(name)}: evidencia ${found} de ${needed}; fallos: ${canary} en el canary, ${stable} en stable`,
  ],
];

/** A reason of the server's, as the visitor reads it. */
export function reason(text) {
  if (currentLanguage() !== "es" || !text) return text;
  for (const [pattern, spanish] of SENTENCES) {
    const found = pattern.exec(text);
    if (!found) continue;
    const given = found.slice(1).map(rewritten);
    return typeof spanish === "string" ? spanish.replace(/\$(\d)/g, (_, place) => given[place - 1]) : spanish(...given);
  }
  return text;
}

/** What was done to the canary, as the log of changes names it. */
export function action(name) {
  return (currentLanguage() === "es" && ACTIONS[name]) || name;
}

function objective(name) {
  const key = `overview.objective.${name}`;
  return has(key) ? t(key) : name;
}

/** A guardrail's name. */
export function named(guardrail) {
  const key = `canary.guardrail.${guardrail}`;
  return has(key) ? t(key) : guardrail;
}
