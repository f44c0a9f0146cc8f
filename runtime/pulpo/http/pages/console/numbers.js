// Numbers as the visitor writes them.

import { currentLocale } from "../i18n.js";

/** A number to three digits; past a million, and below a thousandth, it matters no more how large it is. */
export function number(value) {
  if (value > 1e6) return "> 10⁶";
  return value > 0 && value < 1e-3 ? `< ${written(1e-3)}` : written(value);
}

export function percent(fraction) {
  return new Intl.NumberFormat(currentLocale(), { style: "percent", maximumFractionDigits: 2 }).format(fraction);
}

/** A number that the server wrote into a sentence ("33.33", "12,345", "1.2e+05"); anything else stays as it is. */
export function rewritten(text) {
  if (!/^\d[\d,]*(\.\d+)?(e[+-]\d+)?$/.test(text)) return text;
  const value = Number(text.replaceAll(",", ""));
  return text.includes("e") ? number(value) : new Intl.NumberFormat(currentLocale(), { maximumFractionDigits: 20 }).format(value);
}

function written(value) {
  return new Intl.NumberFormat(currentLocale(), { maximumSignificantDigits: 3 }).format(value);
}
