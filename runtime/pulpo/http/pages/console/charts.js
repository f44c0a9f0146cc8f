// Small charts as SVG: bars and a line over equal steps. Colours are classes, for the page's policy bars inline styles.

const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 600;
const HEIGHT = 120;

/** An SVG element with attributes and children. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Bars of `{good, bad}` stacked, in `places` places of which the last is now; `said` is what a screen reader says. */
export function bars(values, places, said) {
  const top = ceiling(Math.max(...values.map(({ good, bad }) => good + bad), 0));
  const wide = WIDTH / places;
  const shapes = values.flatMap(({ good, bad }, place) => {
    const x = WIDTH - (values.length - place) * wide + 1;
    const [bottom, upper] = [(good / top) * HEIGHT, (bad / top) * HEIGHT];
    return [
      bottom > 0 && svg("rect", { class: "good", x, y: HEIGHT - bottom, width: wide - 2, height: bottom }),
      upper > 0 && svg("rect", { class: "bad", x, y: HEIGHT - bottom - upper, width: wide - 2, height: upper }),
    ].filter(Boolean);
  });
  return { picture: frame(said, ...shapes), top };
}

/** A line through `values` (null where nothing was measured: the line breaks there) with a dashed one at `goal`. */
export function line(values, places, goal, said) {
  const top = ceiling(Math.max(...values.map((value) => value ?? 0), goal));
  const wide = WIDTH / places;
  const high = (value) => HEIGHT - (value / top) * HEIGHT;
  const runs = [];
  values.forEach((value, place) => {
    if (value === null) return;
    if (place === 0 || values[place - 1] === null) runs.push([]);
    runs.at(-1).push([WIDTH - (values.length - place - 0.5) * wide, high(value)]);
  });
  const shapes = runs.map((run) =>
    run.length === 1
      ? svg("circle", { class: "value", cx: run[0][0], cy: run[0][1], r: 2.5 })
      : svg("polyline", { class: "value", points: run.map((point) => point.join(",")).join(" ") }),
  );
  const limit = svg("line", { class: "goal", x1: 0, x2: WIDTH, y1: high(goal), y2: high(goal) });
  return { picture: frame(said, limit, ...shapes), top };
}

function frame(said, ...shapes) {
  const ground = svg("line", { class: "ground", x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT });
  const view = { class: "chart", viewBox: `0 -3 ${WIDTH} ${HEIGHT + 6}`, preserveAspectRatio: "none" };
  return svg("svg", { ...view, role: "img", "aria-label": said }, ground, ...shapes);
}

/** The next of 1, 2, 5 × 10ⁿ that is not below `value`, so that the scale does not move with every value. */
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((step) => step * power >= value) * power;
}
