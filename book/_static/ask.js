// Ask a ticket: what the reader types is judged by the tickets of all domains, in the page.
// Nothing is loaded before the first letter, and then from the book alone; nothing is sent.

import { judged, readRound } from "./ask-network.js";
import { percent, rowOf, verdict } from "./ask-rows.js";
import { cutter } from "./ask-subwords.js";

const PAUSE = 800; // milliseconds without a letter, before verdicts are read out
const LEGEND = "A line above: windows that speak for positive. A line below: for negative. The thicker, "
  + "the further they moved the verdict. In italics: what the ticket no longer knows.";

function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

async function fetched({ file }) {
  const answer = await fetch(new URL(file, import.meta.url));
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer;
}

// A function that loads what it is asked for once; what failed is tried again.
function kept(load) {
  const loaded = new Map();
  return (what) => {
    if (!loaded.has(what)) {
      loaded.set(what, load(what).catch((error) => {
        loaded.delete(what);
        throw error;
      }));
    }
    return loaded.get(what);
  };
}

// A function that does the last thing it was given, once the frame that comes next is drawn.
function afterFrame() {
  let last = null;
  return (work) => {
    last = work;
    requestAnimationFrame(() => setTimeout(() => {
      if (last === work) work();
    }));
  };
}

function begin(box) {
  const { vocabulary, rounds, weights } = JSON.parse(box.querySelector("script").textContent);
  const field = box.querySelector("textarea");
  const slider = box.querySelector("input");
  const note = box.querySelector(".ltlib-ask-note");
  const spoken = box.querySelector(".ltlib-ask-spoken");
  const list = box.querySelector("ul");
  const subwords = kept(async (file) => cutter(await (await fetched(file)).json()));
  const tickets = kept(async (file) => readRound(await (await fetched(file)).arrayBuffer()));
  const rows = new Map();
  const later = afterFrame();
  let typed = false;
  let pause = 0;

  const chosen = () => rounds[slider.value];

  function label() {
    const { sparsity, left } = chosen();
    const share = `${(100 * sparsity).toFixed(sparsity < 0.995 ? 1 : 2)}%`;
    const count = `${left.toLocaleString("en")} of ${weights.toLocaleString("en")} weights left`;
    slider.ariaValueText = `${share}, ${count}`;
    say(box.querySelector("output"), `${share}: ${count}`);
    if (typed) return;
    const size = Math.ceil((vocabulary.bytes + chosen().bytes) / 1000);
    say(note, `Change the text, or write your own: the tickets are then loaded (${size} kB) and `
      + "judge it as you type. It stays in this page.");
  }

  function rowsOf(networks) {
    for (const { domain } of networks) if (!rows.has(domain)) rows.set(domain, rowOf(domain));
    if (!list.children.length) list.append(...[...rows.values()].map(({ item }) => item));
    return networks.map(({ domain }) => rows.get(domain));
  }

  // Verdicts at once; what moved them a frame later, and aloud once the reader pauses.
  function show(cut, networks) {
    const text = field.value;
    const read = cut(text);
    const ids = read.map(({ id }) => id);
    const found = networks.map((ticket) => ({ ...ticket, ...judged(ticket.network, ids) }));
    const shown = rowsOf(networks);
    shown.forEach((row, n) => row.judge(found[n]));
    list.dataset.round = chosen().round;
    say(note, LEGEND);
    later(() => shown.forEach((row, n) => row.mark(text, read, found[n])));
    clearTimeout(pause);
    pause = setTimeout(() => say(spoken, found.map(({ domain, positive }) => (
      `${domain}: ${verdict(positive)}, ${percent(Math.max(positive, 1 - positive))}`
    )).join("; ")), PAUSE);
  }

  async function judge() {
    const wanted = chosen();
    if (!list.children.length) say(note, "Loading the tickets …");
    try {
      const [cut, networks] = await Promise.all([subwords(vocabulary), tickets(wanted)]);
      if (wanted === chosen()) show(cut, networks); // else the slider has moved on
    } catch (error) {
      say(note, `The tickets could not be loaded: ${error.message}. Type again to try again.`);
    }
  }

  field.addEventListener("input", () => {
    typed = true;
    judge();
  });
  slider.addEventListener("input", () => {
    label();
    if (typed) judge();
  });
  label();
  box.hidden = false;
}

for (const box of document.querySelectorAll(".ltlib-ask")) {
  document.querySelectorAll(".ltlib-ask-without").forEach((instead) => { instead.hidden = true; });
  begin(box);
}
