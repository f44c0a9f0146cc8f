// Puts the API reference on the page: our document, our colours, nothing from elsewhere.

import { el } from "../dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The colours of app.css, so that the reference follows light and dark. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    theme: dark.matches ? "dark" : "light",
    "bg-color": read("page"),
    "text-color": read("text"),
    "nav-bg-color": read("surface"),
    "nav-text-color": read("text"),
    "nav-hover-bg-color": read("raised"),
    "primary-color": read("accent"),
  };
}

const reference = el("rapi-doc", {
  "spec-url": "/schema/openapi.json",
  "render-style": "read",
  "schema-style": "table",
  "load-fonts": "false", // its default fonts come from another host
  "regular-font": "system-ui, sans-serif",
  "mono-font": "ui-monospace, Menlo, Consolas, monospace",
  "show-header": "false",
  "allow-server-selection": "false",
  "allow-spec-url-load": "false",
  "allow-spec-file-load": "false",
  "allow-advanced-search": "false",
  "allow-authentication": "true",
  ...colours(),
});
document.body.append(reference);

dark.addEventListener("change", () => {
  for (const [name, value] of Object.entries(colours())) reference.setAttribute(name, value);
});
