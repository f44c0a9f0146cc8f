// The sections of the console in the order of its navigation. A new one is a module and a line here.

import { contributed } from "./contributed.js";
import approvals from "./sections/approvals.js";
import breakers from "./sections/breakers.js";
import canary from "./sections/canary.js";
import conversations from "./sections/conversations.js";
import overview from "./sections/overview.js";
import plugins from "./sections/plugins.js";

/**
 * A section is `{id, title: {es, en}, render(el, api, view)}`: `id` is its address (`#/id`), `render` fills the
 * empty element `el` and may be async; what it throws is shown as a problem. `view` is
 * `{path, signal, reload}`: the rest of the address as a list, an AbortSignal that ends when the section is left
 * (pass it to `api` calls and stop timers with it), and a function that renders the section again.
 */
export const sections = [overview, plugins, conversations, canary, breakers, approvals, ...contributed.map(late)];

/** A plugin's section: its module and its style sheet are fetched when it is opened for the first time. */
function late({ id, title, module, style }) {
  const styled = style ? once(() => sheet(style)) : () => undefined;
  async function render(target, api, view) {
    const [{ default: section }] = await Promise.all([import(module), styled()]);
    await section.render(target, api, view);
  }
  return { id, title, render };
}

function sheet(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  const loaded = new Promise((resolve) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", resolve); // without its style a section is still worth reading
  });
  document.head.append(link);
  return loaded;
}

function once(make) {
  let made;
  return () => (made ??= make());
}
