// Building elements: text always goes in as text, never as markup.

/** An element with attributes (`class`, `data-…`, `aria-…`; `on…` adds a listener) and children (nodes or text). */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A server's time (ISO 8601, or seconds since 1970) as a Date. */
export function instant(at) {
  return new Date(typeof at === "number" ? at * 1000 : at);
}

/** A `<time>` in the visitor's zone; `options` are Intl.DateTimeFormat's. */
export function time(at, locale, options) {
  const date = instant(at);
  if (Number.isNaN(date.getTime())) return el("span", {}, String(at ?? "—"));
  const shown = new Intl.DateTimeFormat(locale, options).format(date);
  return el("time", { datetime: date.toISOString(), title: date.toLocaleString(locale) }, shown);
}
