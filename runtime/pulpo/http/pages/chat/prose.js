// A bot's text as readable nodes. Everything is inserted as text: markup in it stays visible characters.

import { el } from "../dom.js";

const BULLET = /^\s*[-*•]\s+(.*)$/;
const NUMBERED = /^\s*(\d{1,3})[.)]\s+(.*)$/;

/** Paragraphs and lists for `text`: blank lines part paragraphs, "- " and "1. " lines make lists, **bold** is bold. */
export function prose(text) {
  const blocks = [];
  let open = null;
  for (const line of text.split(/\r?\n/)) {
    const kind = kindOf(line);
    if (kind === "blank") open = null;
    else if (kind === "paragraph") {
      if (open?.tagName === "P") open.append(el("br"), ...inline(line));
      else blocks.push((open = el("p", {}, ...inline(line))));
    } else {
      if (open?.tagName !== kind) blocks.push((open = list(kind, line)));
      open.append(el("li", {}, ...inline(BULLET.exec(line)?.[1] ?? NUMBERED.exec(line)[2])));
    }
  }
  return blocks;
}

function kindOf(line) {
  if (!line.trim()) return "blank";
  if (BULLET.test(line)) return "UL";
  return NUMBERED.test(line) ? "OL" : "paragraph";
}

function list(kind, line) {
  return kind === "UL" ? el("ul") : el("ol", { start: NUMBERED.exec(line)[1] });
}

function inline(line) {
  return line
    .split(/\*\*(\S(?:[^*]*\S)?)\*\*/)
    .map((part, index) => (index % 2 ? el("strong", {}, part) : part))
    .filter((part) => part !== "");
}
