// Puts each interactive chart in the place of the picture that stands before it: on the page's own
// ground, and no wider than the page has room for.

const OPTIONS = { actions: false, renderer: "canvas" };
const NARROWEST = 160; // pixels of a chart's plane
const PARTS = ["layer", "hconcat", "vconcat", "concat"];
const SMALL = {
  axis: { labelFontSize: 10, titleFontSize: 10, labelLimit: 90 },
  legend: { columns: 2, labelFontSize: 10 },
  title: { fontSize: 10 },
};

function draw(place, spec) {
  return vegaEmbed(place, { ...spec, background: "transparent" }, OPTIONS);
}

function widest(spec) {
  const inner = PARTS.flatMap((name) => spec[name] ?? []);
  return Math.max(typeof spec.width === "number" ? spec.width : 0, ...inner.map(widest));
}

function lines(text) {
  return text.match(/\S.{0,36}(?=\s|$)/g);
}

// The same chart with no plane wider than `width`: titles in lines, letters smaller, and numbers in
// cells, which would run into one another, left to whoever points at a cell.
function narrower(spec, width) {
  const changed = { ...spec };
  for (const [name, part] of Object.entries(spec)) {
    if (name === "width" && typeof part === "number") changed.width = Math.min(part, width);
    else if (name === "title" && typeof part === "string" && part.length > 38) changed.title = lines(part);
    else if (name === "layer") changed.layer = part.filter(fits).map((one) => narrower(one, width));
    else if (PARTS.includes(name)) changed[name] = part.map((one) => narrower(one, width));
    else if (name === "labelLimit") changed.labelLimit = Math.min(part, SMALL.axis.labelLimit);
    else if (["encoding", "x", "y", "axis"].includes(name) && part) changed[name] = narrower(part, width);
  }
  if (spec.config) changed.config = { ...spec.config };
  for (const name in spec.config ? SMALL : {}) {
    changed.config[name] = { ...spec.config[name], ...SMALL[name] };
  }
  return changed;
}

function fits({ mark }) {
  return mark?.type !== "text" || mark.fontSize > 11;
}

async function fitted(place, spec) {
  const result = await draw(place, spec);
  const excess = place.querySelector("canvas").offsetWidth - place.clientWidth;
  if (excess <= 0) return result;
  result.finalize();
  return draw(place, narrower(spec, Math.max(NARROWEST, widest(spec) - excess)));
}

async function embed(figure, container) {
  const image = figure.querySelector("img");
  const picture = image.closest("a") ?? image; // a picture may be a link to itself
  const place = document.createElement("div");
  place.className = "ltlib-chart";
  picture.before(place);
  const { view } = await fitted(place, JSON.parse(container.querySelector("script").textContent));
  const drawing = place.querySelector("canvas");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", image.alt);
  picture.hidden = true;
  figure.chart = view; // for whoever wants to ask it: figure.chart.data("…")
  figure.dispatchEvent(new Event("charted", { bubbles: true }));
}

document.addEventListener("DOMContentLoaded", () => {
  let figure = null;
  for (const element of document.querySelectorAll("figure, .ltlib-explorable")) {
    if (element.tagName === "FIGURE") figure = element;
    else embed(figure, element);
  }
});
