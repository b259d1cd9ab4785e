// A ticket's row on the page: its verdict, and the text as the ticket read it.

import { knows } from "./ask-network.js";

const LINES = [0.1, 0.4, 1, 2.5]; // log-odds from which a line is drawn, and drawn thicker
const NAMED = 3; // windows that are told in words

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

export function percent(share) {
  const near = Math.abs(share - 0.5) < 0.005; // else both classes would have the same
  return `${(100 * share).toFixed(near ? 1 : 0)}%`;
}

export function verdict(positive) {
  return positive > 0.5 ? "positive" : "negative";
}

// By subword, how far the windows that hold it moved the verdict either way.
function moved(windows, count) {
  const up = new Float64Array(count);
  const down = new Float64Array(count);
  for (const { begin, height, moved: by } of windows) {
    const sums = by > 0 ? up : down;
    for (let place = begin; place < Math.min(begin + height, count); place += 1) {
      sums[place] += Math.abs(by);
    }
  }
  return { up, down };
}

function thickness(by) {
  return LINES.filter((least) => by >= least).length;
}

// The text as the ticket read it: a span for each run of subwords that are marked alike.
function marked(text, subwords, { network, windows }) {
  const read = subwords.slice(0, network.maxLength);
  const { up, down } = moved(windows, read.length);
  const parts = [];
  let place = 0;
  let span = null;
  read.forEach(({ id, to }, n) => {
    const end = Math.max(place, to); // what lay between two subwords goes with the second
    const mark = [thickness(up[n]), thickness(down[n]), knows(network, id) ? "" : "lost"];
    if (String(mark) !== span?.mark) {
      span = { mark: String(mark), made: element("span", mark[2]) };
      [span.made.dataset.up, span.made.dataset.down] = mark;
      parts.push(span.made);
    }
    span.made.append(text.slice(place, end));
    place = end;
  });
  const rest = text.slice(place);
  return [...parts, subwords.length > read.length ? element("s", "", rest) : rest];
}

// What a window holds, in quotes; dots where a word goes on.
function quoted(text, subwords, { begin, height }) {
  const inside = subwords.slice(begin, begin + height);
  const [from, to] = [inside[0].from, inside.at(-1).to];
  const goesOn = (place) => (/[\p{L}\p{N}]{2}/u.test(text.slice(place - 1, place + 1)) ? "…" : "");
  return `“${goesOn(from)}${text.slice(from, to).trim()}${goesOn(to)}”`;
}

// The windows that moved the verdict most, in words, and what the ticket knows of the text.
function told(text, subwords, { network, windows }) {
  const read = subwords.slice(0, network.maxLength);
  const most = windows.slice(0, NAMED).filter(({ moved: by }) => thickness(Math.abs(by)));
  const named = most.map((window) => {
    const by = `${window.moved > 0 ? "+" : "−"}${Math.abs(window.moved).toFixed(1)}`;
    return `${quoted(text, read, window)} ${by}`;
  });
  const known = read.filter(({ id }) => knows(network, id)).length;
  return [
    named.length ? `What moved it most: ${named.join(", ")}.` : "No window moved it.",
    `It still knows ${known} of ${read.length} ${read.length === 1 ? "subword" : "subwords"}.`,
    subwords.length > read.length ? "What is struck out it does not read." : "",
  ].filter(Boolean).join(" ");
}

// The row of a domain: `judge` shows a verdict, `mark` what moved it.
export function rowOf(domain) {
  const word = element("b", "");
  const both = element("p", "both");
  const bar = element("div", "bar", element("span"));
  const [text, why, right] = [element("p", "text"), element("p", "told"), element("p", "told")];
  const heading = element("p", "verdict", element("strong", "", domain), ": ", word);
  const item = element("li", "", heading, both, bar, text, why, right);
  bar.ariaHidden = "true";
  item.dataset.domain = domain;
  return {
    item,
    judge({ positive, test_accuracy: accuracy }) {
      item.dataset.positive = positive;
      word.textContent = verdict(positive);
      both.textContent = `${percent(1 - positive)} negative, ${percent(positive)} positive`;
      bar.firstChild.style.width = `${100 * positive}%`;
      right.textContent = `Right on ${percent(accuracy)} of the test texts of ${domain}.`;
    },
    mark(written, subwords, ticket) {
      text.replaceChildren(...marked(written, subwords, ticket));
      why.textContent = told(written, subwords, ticket);
    },
  };
}
