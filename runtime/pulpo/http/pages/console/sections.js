// The sections of the console in the order of its navigation. A new one is a module and a line here.

import approvals from "./sections/approvals.js";
import breakers from "./sections/breakers.js";
import conversations from "./sections/conversations.js";
import plugins from "./sections/plugins.js";

/**
 * A section is `{id, title: {es, en}, render(el, api, view)}`: `id` is its address (`#/id`), `render` fills the
 * empty element `el` and may be async; what it throws is shown as a problem. `view` is
 * `{path, signal, reload}`: the rest of the address as a list, an AbortSignal that ends when the section is left
 * (pass it to `api` calls and stop timers with it), and a function that renders the section again.
 */
export const sections = [plugins, conversations, breakers, approvals];
