// Meters and spans for table cells, each with a text for those who do not see it.

import { svg } from "./charts.js";

const WIDTH = 160;
const HEIGHT = 14;

/** How far `value` is on its way to `threshold`, on a logarithmic scale from 1: the mark at the end is the threshold. */
export function meter(value, threshold, tone, label) {
  const end = WIDTH - 8;
  const part = Math.min(1.04, Math.max(0, Math.log(value) / Math.log(threshold)));
  return drawing(label, [
    rect("track", 0, end),
    rect(part >= 1 ? `${tone} reached` : tone, 0, part * end),
    svg("line", { class: "mark", x1: end, x2: end, y1: 0, y2: HEIGHT }),
  ]);
}

/** A span of odds ratios (null is no bound) on a logarithmic scale around 1, which has the mark. */
export function span([low, high], label) {
  const place = (odds) => WIDTH * (0.5 + Math.min(0.5, Math.max(-0.5, Math.log(odds) / Math.log(30) / 2)));
  const [from, to] = [low ? place(low) : 0, high ? place(high) : WIDTH];
  return drawing(label, [
    rect("track", 0, WIDTH),
    rect(low > 1 ? "bad" : "plain", from, Math.max(2, to - from)),
    svg("line", { class: "mark", x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: HEIGHT }),
  ]);
}

/** A part of a whole, from 0 to 1. */
export function portion(value, tone, label) {
  return drawing(label, [rect("track", 0, WIDTH), rect(tone, 0, value * WIDTH)]);
}

function drawing(label, parts) {
  const size = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT };
  return svg("svg", { class: "meter", role: "img", "aria-label": label, ...size }, ...parts);
}

function rect(className, x, width) {
  return svg("rect", { class: className, x, width, y: 3, height: HEIGHT - 6, rx: 2 });
}
