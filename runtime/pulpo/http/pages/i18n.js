// The words of both pages, and the language they are shown in.
// The literal below stays valid JSON: a test reads it to compare the two catalogues.

export const catalogues = {
  "es": {
    "page.skip.chat": "Ir al mensaje",
    "page.skip.console": "Ir al contenido",
    "page.language": "Idioma",
    "chat.title": "Chat",
    "chat.new": "Nueva conversación",
    "chat.log": "Conversación",
    "chat.input": "Mensaje",
    "chat.placeholder": "Mensaje…",
    "chat.send": "Enviar",
    "chat.keys": "Intro envía · Mayús + Intro, nueva línea",
    "chat.greeting": "¡Hola! Este chat responde al momento sobre servicios, precios y horarios, y también hace reservas.",
    "chat.suggestions": "Sugerencias para empezar",
    "chat.suggest.services": "¿Qué servicios hay y cuánto cuestan?",
    "chat.suggest.hours": "¿Cuál es el horario de atención?",
    "chat.suggest.book": "Quiero hacer una reserva",
    "chat.you": "Mensaje propio",
    "chat.bot": "Respuesta",
    "chat.typing": "Escribiendo…",
    "chat.loading": "Recuperando la conversación…",
    "chat.busy": "Un momento: falta la respuesta al mensaje anterior.",
    "chat.gone": "La conversación anterior ya no está disponible. Esta es nueva.",
    "chat.offline": "Sin conexión. El texto se conserva.",
    "chat.online": "Conexión recuperada.",
    "chat.retry": "Reintentar",
    "chat.edit": "Editar",
    "chat.retryIn": "Reintentar en {seconds} s",
    "turn.tools.0": "sin herramientas",
    "turn.tools.1": "1 herramienta",
    "turn.tools.n": "{count} herramientas",
    "turn.variant": "Variante asignada",
    "turn.served": "Respondió",
    "turn.outcome": "Resultado",
    "turn.id": "Turno",
    "turn.ms": "{ms} ms",
    "outcome.ok": "correcto",
    "outcome.denied": "denegado",
    "outcome.error": "error",
    "outcome.timeout": "tiempo agotado",
    "outcome.open": "cortado",
    "outcome.limited": "limitado",
    "outcome.invalid": "datos no válidos",
    "outcome.refused": "rechazado",
    "outcome.limit": "límite alcanzado",
    "outcome.rescued": "rescatado",
    "error.network.title": "No hay respuesta del servidor",
    "error.network.detail": "Puede ser la conexión. Reintentar es seguro: nada se reserva dos veces.",
    "error.timeout.title": "La respuesta tarda demasiado",
    "error.timeout.detail": "Reintentar es seguro: nada se reserva dos veces.",
    "error.http.title": "El servidor respondió con un error ({status})",
    "error.hint.401": "Hace falta una clave de API válida.",
    "error.hint.403": "La clave no tiene permiso para esto.",
    "error.hint.429": "Demasiados mensajes en poco tiempo.",
    "error.hint.503": "El servicio está ocupado o reiniciándose.",
    "error.request": "Petición {id}",
    "console.title": "Consola",
    "console.nav": "Secciones",
    "console.key": "Clave de API",
    "console.key.use": "Usar",
    "console.key.forget": "Olvidar",
    "console.key.set": "Clave en uso en esta pestaña.",
    "console.key.none": "Sin clave.",
    "console.key.401": "El servidor pide una clave de API válida: se escribe arriba, en «Clave de API», y se conserva solo en esta pestaña.",
    "console.key.403": "La clave actual es válida, pero le falta el permiso para esta sección. Hace falta otra con más alcance.",
    "console.reload": "Actualizar",
    "console.loading": "Cargando…",
    "console.updated": "Actualizado a las {time}",
    "console.chat": "Chat",
    "console.docs": "API",
    "console.unknown": "Esta sección no existe.",
    "overview.live": "En vivo",
    "overview.waiting": "Conectando…",
    "overview.lost": "Sin conexión con el servidor. Se reintenta…",
    "overview.paused": "En pausa",
    "overview.pause": "Pausar",
    "overview.resume": "Reanudar",
    "overview.now": "Último minuto",
    "overview.rate": "Turnos por segundo",
    "overview.errors": "Errores",
    "overview.rescues": "Rescates",
    "overview.p50": "P50",
    "overview.p95": "P95",
    "overview.p99": "P99",
    "overview.turns": "{count} en {seconds} s · {flight} en curso",
    "overview.errorsGoal": "juntos, a lo sumo {goal}",
    "overview.rescuesGoal": "los resolvió estable",
    "overview.p95Goal": "objetivo: {goal}",
    "overview.noTurns": "sin turnos",
    "overview.seconds": "{value} s",
    "overview.chart.turns": "Turnos por segundo",
    "overview.chart.p95": "P95",
    "overview.chart.turns.said": "Turnos por segundo: ahora {now}, máximo {most}; turnos con error o rescatados: {bad}.",
    "overview.chart.p95.said": "P95: el último medido {now}, máximo {most}; objetivo {goal}.",
    "overview.chart.none": "sin datos",
    "overview.key.good": "respondidos",
    "overview.key.bad": "error o rescate",
    "overview.key.goal": "objetivo",
    "overview.past": "hace {minutes} min",
    "overview.today": "ahora",
    "overview.budget": "Presupuesto de error",
    "overview.budget.left": "Queda",
    "overview.objective": "Objetivo",
    "overview.goal": "Meta",
    "overview.measured": "Medido",
    "overview.burn": "Ritmo de gasto, 1 h",
    "overview.budgetAway": "La base de datos no responde: no se puede calcular.",
    "overview.objective.availability": "Turnos respondidos",
    "overview.objective.latency": "Respondidos en menos de 1 s",
    "overview.objective.error_rate": "Respondidos por su variante",
    "overview.source.store": "según los contadores de todas las réplicas",
    "overview.source.process": "según este proceso",
    "overview.source.prometheus": "según Prometheus",
    "overview.alerts": "Alertas activas",
    "overview.alerts.none": "Ninguna alerta activa.",
    "overview.severity.critical": "crítica",
    "overview.severity.warning": "aviso",
    "overview.severity.info": "informativa",
    "overview.alert.value": "valor {value}",
    "overview.breakers": "Cortacircuitos",
    "overview.plugins": "Plugins",
    "overview.tools": "Herramientas",
    "overview.tools.some": "Las {shown} más usadas de {known}.",
    "overview.tool": "Herramienta",
    "overview.calls": "Llamadas",
    "overview.failed": "Fallidas",
    "overview.retries": "Reintentos",
    "overview.cache": "Aciertos de caché",
    "overview.breaker": "Cortacircuitos",
    "plugins.name": "Nombre",
    "plugins.state": "Estado",
    "plugins.distribution": "Distribución",
    "plugins.version": "Versión",
    "plugins.contributes": "Aporta",
    "plugins.import": "Importación",
    "plugins.reason": "Motivo",
    "plugins.empty": "No hay plugins.",
    "plugins.state.active": "activo",
    "plugins.state.quarantined": "en cuarentena",
    "plugins.state.blocked": "bloqueado",
    "plugins.count": "Activos: {active} · En cuarentena: {quarantined} · Bloqueados: {blocked}",
    "breakers.tool": "Herramienta",
    "breakers.state": "Estado",
    "breakers.since": "Desde",
    "breakers.calls": "Llamadas",
    "breakers.failed": "Fallidas",
    "breakers.slow": "Lentas",
    "breakers.probe": "Próxima prueba",
    "breakers.force": "Forzar",
    "breakers.forced": "forzado",
    "breakers.empty": "No hay herramientas.",
    "breakers.count": "Abiertos: {open} · A prueba: {half} · Cerrados: {closed}",
    "breakers.state.open": "abierto",
    "breakers.state.half_open": "a prueba",
    "breakers.state.closed": "cerrado",
    "breakers.to.open": "Abrir",
    "breakers.to.half_open": "Probar",
    "breakers.to.closed": "Cerrar",
    "approvals.asked": "Pedida",
    "approvals.tool": "Herramienta",
    "approvals.arguments": "Datos",
    "approvals.conversation": "Conversación",
    "approvals.reason": "Motivo",
    "approvals.state": "Estado",
    "approvals.decision": "Decisión",
    "approvals.empty": "Nada ha necesitado aprobación.",
    "approvals.count": "En espera: {count}",
    "approvals.state.waiting": "en espera",
    "approvals.state.approved": "aprobada",
    "approvals.state.denied": "denegada",
    "approvals.state.expired": "caducada",
    "approvals.outcome.done": "hecha",
    "approvals.outcome.failed": "no se pudo hacer",
    "approvals.why": "Motivo de la decisión",
    "approvals.approve": "Aprobar",
    "approvals.deny": "Denegar",
    "conversations.id": "Conversación",
    "conversations.workspace": "Espacio",
    "conversations.started": "Inicio",
    "conversations.last": "Último mensaje",
    "conversations.turns": "Turnos",
    "conversations.variant": "Variante",
    "conversations.user": "Usuario",
    "conversations.locale": "Idioma",
    "conversations.empty": "Todavía no hay conversaciones.",
    "conversations.count": "Las más recientes: {count}",
    "conversations.back": "Todas las conversaciones",
    "conversations.role.user": "Cliente",
    "conversations.role.assistant": "Asistente",
    "conversations.noMessages": "Esta conversación no tiene mensajes."
  },
  "en": {
    "page.skip.chat": "Skip to the message box",
    "page.skip.console": "Skip to content",
    "page.language": "Language",
    "chat.title": "Chat",
    "chat.new": "New conversation",
    "chat.log": "Conversation",
    "chat.input": "Message",
    "chat.placeholder": "Message…",
    "chat.send": "Send",
    "chat.keys": "Enter sends · Shift + Enter, new line",
    "chat.greeting": "Hello! This chat answers at once about services, prices and opening hours, and makes bookings too.",
    "chat.suggestions": "Suggestions to start with",
    "chat.suggest.services": "What services do you have and how much are they?",
    "chat.suggest.hours": "What are your opening hours?",
    "chat.suggest.book": "I would like to book",
    "chat.you": "Your message",
    "chat.bot": "Answer",
    "chat.typing": "Typing…",
    "chat.loading": "Fetching the conversation…",
    "chat.busy": "One moment: the previous message has no answer yet.",
    "chat.gone": "The previous conversation is no longer available. This is a new one.",
    "chat.offline": "Offline. Your text is kept.",
    "chat.online": "Back online.",
    "chat.retry": "Retry",
    "chat.edit": "Edit",
    "chat.retryIn": "Retry in {seconds} s",
    "turn.tools.0": "no tools",
    "turn.tools.1": "1 tool",
    "turn.tools.n": "{count} tools",
    "turn.variant": "Assigned variant",
    "turn.served": "Answered by",
    "turn.outcome": "Outcome",
    "turn.id": "Turn",
    "turn.ms": "{ms} ms",
    "outcome.ok": "ok",
    "outcome.denied": "denied",
    "outcome.error": "error",
    "outcome.timeout": "timed out",
    "outcome.open": "breaker open",
    "outcome.limited": "rate limited",
    "outcome.invalid": "invalid input",
    "outcome.refused": "refused",
    "outcome.limit": "limit reached",
    "outcome.rescued": "rescued",
    "error.network.title": "The server does not answer",
    "error.network.detail": "It may be the connection. Retrying is safe: nothing gets booked twice.",
    "error.timeout.title": "The answer is taking too long",
    "error.timeout.detail": "Retrying is safe: nothing gets booked twice.",
    "error.http.title": "The server answered with an error ({status})",
    "error.hint.401": "A valid API key is needed.",
    "error.hint.403": "The key is not allowed to do this.",
    "error.hint.429": "Too many messages in a short time.",
    "error.hint.503": "The service is busy or restarting.",
    "error.request": "Request {id}",
    "console.title": "Console",
    "console.nav": "Sections",
    "console.key": "API key",
    "console.key.use": "Use",
    "console.key.forget": "Forget",
    "console.key.set": "Key in use in this tab.",
    "console.key.none": "No key.",
    "console.key.401": "The server asks for a valid API key: enter it above, in “API key”; it is kept in this tab only.",
    "console.key.403": "The current key is valid but lacks the scope for this section. Use one with a wider scope.",
    "console.reload": "Refresh",
    "console.loading": "Loading…",
    "console.updated": "Updated at {time}",
    "console.chat": "Chat",
    "console.docs": "API",
    "console.unknown": "There is no such section.",
    "overview.live": "Live",
    "overview.waiting": "Connecting…",
    "overview.lost": "No connection to the server. Trying again…",
    "overview.paused": "Paused",
    "overview.pause": "Pause",
    "overview.resume": "Resume",
    "overview.now": "Last minute",
    "overview.rate": "Turns per second",
    "overview.errors": "Errors",
    "overview.rescues": "Rescues",
    "overview.p50": "P50",
    "overview.p95": "P95",
    "overview.p99": "P99",
    "overview.turns": "{count} in {seconds} s · {flight} in flight",
    "overview.errorsGoal": "together at most {goal}",
    "overview.rescuesGoal": "answered by stable",
    "overview.p95Goal": "objective: {goal}",
    "overview.noTurns": "no turns",
    "overview.seconds": "{value} s",
    "overview.chart.turns": "Turns per second",
    "overview.chart.p95": "P95",
    "overview.chart.turns.said": "Turns per second: now {now}, most {most}; turns with an error or rescued: {bad}.",
    "overview.chart.p95.said": "P95: last measured {now}, most {most}; objective {goal}.",
    "overview.chart.none": "no data",
    "overview.key.good": "answered",
    "overview.key.bad": "error or rescue",
    "overview.key.goal": "objective",
    "overview.past": "{minutes} min ago",
    "overview.today": "now",
    "overview.budget": "Error budget",
    "overview.budget.left": "Left",
    "overview.objective": "Objective",
    "overview.goal": "Goal",
    "overview.measured": "Measured",
    "overview.burn": "Burn rate, 1 h",
    "overview.budgetAway": "The database does not answer: it cannot be computed.",
    "overview.objective.availability": "Turns answered",
    "overview.objective.latency": "Answered within 1 s",
    "overview.objective.error_rate": "Answered by their variant",
    "overview.source.store": "by the counts of all replicas",
    "overview.source.process": "by this process",
    "overview.source.prometheus": "by Prometheus",
    "overview.alerts": "Active alerts",
    "overview.alerts.none": "No alert is active.",
    "overview.severity.critical": "critical",
    "overview.severity.warning": "warning",
    "overview.severity.info": "info",
    "overview.alert.value": "value {value}",
    "overview.breakers": "Circuit breakers",
    "overview.plugins": "Plugins",
    "overview.tools": "Tools",
    "overview.tools.some": "The {shown} most used of {known}.",
    "overview.tool": "Tool",
    "overview.calls": "Calls",
    "overview.failed": "Failed",
    "overview.retries": "Retries",
    "overview.cache": "Cache hits",
    "overview.breaker": "Breaker",
    "plugins.name": "Name",
    "plugins.state": "State",
    "plugins.distribution": "Distribution",
    "plugins.version": "Version",
    "plugins.contributes": "Contributes",
    "plugins.import": "Import",
    "plugins.reason": "Reason",
    "plugins.empty": "There are no plugins.",
    "plugins.state.active": "active",
    "plugins.state.quarantined": "quarantined",
    "plugins.state.blocked": "blocked",
    "plugins.count": "Active: {active} · Quarantined: {quarantined} · Blocked: {blocked}",
    "breakers.tool": "Tool",
    "breakers.state": "State",
    "breakers.since": "Since",
    "breakers.calls": "Calls",
    "breakers.failed": "Failed",
    "breakers.slow": "Slow",
    "breakers.probe": "Next probe",
    "breakers.force": "Force",
    "breakers.forced": "forced",
    "breakers.empty": "There are no tools.",
    "breakers.count": "Open: {open} · Half-open: {half} · Closed: {closed}",
    "breakers.state.open": "open",
    "breakers.state.half_open": "half-open",
    "breakers.state.closed": "closed",
    "breakers.to.open": "Open",
    "breakers.to.half_open": "Try",
    "breakers.to.closed": "Close",
    "approvals.asked": "Asked",
    "approvals.tool": "Tool",
    "approvals.arguments": "Arguments",
    "approvals.conversation": "Conversation",
    "approvals.reason": "Reason",
    "approvals.state": "State",
    "approvals.decision": "Decision",
    "approvals.empty": "Nothing has needed an approval.",
    "approvals.count": "Waiting: {count}",
    "approvals.state.waiting": "waiting",
    "approvals.state.approved": "approved",
    "approvals.state.denied": "denied",
    "approvals.state.expired": "expired",
    "approvals.outcome.done": "done",
    "approvals.outcome.failed": "could not be done",
    "approvals.why": "Reason for the decision",
    "approvals.approve": "Approve",
    "approvals.deny": "Deny",
    "conversations.id": "Conversation",
    "conversations.workspace": "Workspace",
    "conversations.started": "Started",
    "conversations.last": "Last message",
    "conversations.turns": "Turns",
    "conversations.variant": "Variant",
    "conversations.user": "User",
    "conversations.locale": "Language",
    "conversations.empty": "There are no conversations yet.",
    "conversations.count": "Most recent: {count}",
    "conversations.back": "All conversations",
    "conversations.role.user": "Customer",
    "conversations.role.assistant": "Assistant",
    "conversations.noMessages": "This conversation has no messages."
  }
};

const REMEMBERED = "pulpo.language";
const supported = Object.keys(catalogues);
const listeners = new Set();

let language = remembered() ?? preferred();

/** The language in use: "es" or "en". */
export function currentLanguage() {
  return language;
}

/** The visitor's own locale in the language in use ("es-AR" rather than "es"): it decides 03/12 and voseo. */
export function currentLocale() {
  return (navigator.languages ?? []).find((tag) => tag.split("-")[0] === language) ?? language;
}

/** The text for `key` with `{name}` places filled from `values`; the key itself when it is unknown. */
export function t(key, values = {}) {
  const text = catalogues[language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** Whether the catalogues have `key`. */
export function has(key) {
  return key in catalogues[language];
}

/** Marks `element` so that its text follows the language: `{args}` are the values of `t`. */
export function say(element, key, values = {}) {
  element.dataset.i18n = key;
  element.dataset.i18nValues = JSON.stringify(values);
  translateOne(element);
  return element;
}

/** Fills every element below `root` that carries `data-i18n` or `data-i18n-<attribute>`. */
export function translate(root = document) {
  for (const element of root.querySelectorAll("[data-i18n]")) translateOne(element);
  for (const [data, attribute] of [["i18nLabel", "aria-label"], ["i18nPlaceholder", "placeholder"], ["i18nTitle", "title"]]) {
    const selector = `[data-${data.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}]`;
    for (const element of root.querySelectorAll(selector)) element.setAttribute(attribute, t(element.dataset[data]));
  }
}

/** Switches the language, remembers it and translates the document; listeners run last. */
export function setLanguage(next) {
  language = next;
  try {
    localStorage.setItem(REMEMBERED, next);
  } catch {
    // Storage may be off in private windows: the choice then lasts as long as the page.
  }
  show();
  for (const listener of listeners) listener(next);
}

export function onLanguage(listener) {
  listeners.add(listener);
}

/** Translates the document and wires its `[data-language]` buttons. Call once per page. */
export function startLanguage() {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => setLanguage(button.dataset.language));
  }
  show();
}

function show() {
  document.documentElement.lang = language;
  translate();
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
}

function translateOne(element) {
  element.textContent = t(element.dataset.i18n, JSON.parse(element.dataset.i18nValues ?? "{}"));
}

function remembered() {
  try {
    const value = localStorage.getItem(REMEMBERED);
    return supported.includes(value) ? value : null;
  } catch {
    return null;
  }
}

function preferred() {
  const wanted = [navigator.language, ...(navigator.languages ?? [])].map((tag) => (tag ?? "").split("-")[0]);
  return wanted.find((tag) => supported.includes(tag)) ?? "es";
}
