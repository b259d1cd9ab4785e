// Puts each interactive chart in the place of the picture that stands before it.

async function embed(figure, container) {
  const image = figure.querySelector("img");
  const picture = image.closest("a") ?? image; // a picture may be a link to itself
  const place = document.createElement("div");
  place.className = "ltlib-chart";
  picture.before(place);
  const spec = JSON.parse(container.querySelector("script").textContent);
  const { view } = await vegaEmbed(place, spec, { actions: false, renderer: "canvas" });
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
