// The words of the agenda, and how it writes days and times.

import { currentLanguage, currentLocale } from "/assets/i18n.js";

const WORDS = {
  es: {
    month: "Mes", today: "Hoy", previous: "Anterior", next: "Siguiente", closed: "Cerrado", free: "Libre",
    cancelled: "Cancelada", nobody: "Nadie ha reservado.", off: "No trabaja",
    booked: { one: "{n} cita", other: "{n} citas" }, hours: "{n} h libres", open: "Abierto {hours}",
    navigation: "Otras fechas", zone: "Horas de {tz}",
    keys: "Con las flechas se pasa de un día a otro; con Re Pág y Av Pág, de un mes a otro.",
  },
  en: {
    month: "Month", today: "Today", previous: "Previous", next: "Next", closed: "Closed", free: "Free",
    cancelled: "Cancelled", nobody: "Nobody has booked.", off: "Off",
    booked: { one: "{n} appointment", other: "{n} appointments" }, hours: "{n} h free", open: "Open {hours}",
    navigation: "Other dates", zone: "Times of {tz}",
    keys: "The arrow keys go from day to day, Page Up and Page Down from month to month.",
  },
};

/** The text for `key` in the language in use, with `{name}` places filled; `n` chooses the plural. */
export function word(key, values = {}) {
  const found = WORDS[currentLanguage()][key];
  const text = typeof found === "string" ? found : (found[new Intl.PluralRules(currentLanguage()).select(values.n)] ?? found.other);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** `2026-11-24` as a Date at noon UTC: a day has no zone, and noon is the same day everywhere it is written. */
export function dateOf(day) {
  return new Date(`${day}T12:00:00Z`);
}

/** A day in words; `options` are Intl.DateTimeFormat's. */
export function inWords(day, options) {
  const text = new Intl.DateTimeFormat(currentLocale(), { timeZone: "UTC", ...options }).format(dateOf(day));
  return text.charAt(0).toLocaleUpperCase(currentLocale()) + text.slice(1);
}

/** The day `ahead` days later. */
export function plusDays(day, ahead) {
  const date = dateOf(day);
  date.setUTCDate(date.getUTCDate() + ahead);
  return date.toISOString().slice(0, 10);
}

/** The month (`2026-11`) that is `ahead` months later than the month of `day`. */
export function plusMonths(day, ahead) {
  const date = dateOf(`${day.slice(0, 7)}-01`);
  date.setUTCMonth(date.getUTCMonth() + ahead);
  return date.toISOString().slice(0, 7);
}

/** The wall clock of a local time with offset: the business's, whatever the visitor's zone. */
export function clock(local) {
  return local.slice(11, 16);
}

/** `09:00–14:00, 16:00–20:00`. */
export function clocks(spans) {
  return spans.map(({ start, end }) => `${clock(start)}–${clock(end)}`).join(", ");
}

/** How long a stretch is, in minutes. */
export function minutes({ start, end }) {
  return (Date.parse(end) - Date.parse(start)) / 60_000;
}
