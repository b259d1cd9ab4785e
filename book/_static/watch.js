// A ticket is found before the reader's eyes, twice from one seed: rewound to its initial values,
// and to random ones. Buttons do a step in both networks, or play all of them.

const watchedPiece = (box) => {
  const { Chain } = watchedTicket;
  const { drawNetwork, drawPlane } = watchedDrawing;
  const { drawCurve } = watchedCurve;
  const words = watchedWords;
  const PACE = 130; // steps of training a second, where the computer is fast enough
  const SLICE = 12; // milliseconds of a frame in which is computed, for both networks
  const REST = 800; // milliseconds between two actions of a play: time to look
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const find = (selector) => box.querySelector(selector);
  const buttons = Object.fromEntries(
    [...box.querySelectorAll("button")].map((button) => [button.dataset.does, button]),
  );
  const [seedField, status] = [find("input"), find("[role=status]")];
  const [curve, table] = [find(".watch-curve"), find(".ltlib-table")];
  const sides = ["reset", "random"].map((strategy) => find(`[data-strategy=${strategy}]`));

  let chains = [];
  let seed = 0;
  let playing = false;
  let pending = null; // what stops the action that is going on, or the rest before the next

  const next = () => chains[0].next;

  function say(text) {
    if (status.textContent !== text) status.textContent = text;
  }

  function drawSides() {
    chains.forEach((chain, i) => {
      words.describe(sides[i], chain);
      drawNetwork(sides[i].querySelector(".watch-network"), chain);
      drawPlane(sides[i].querySelector(".watch-plane"), chain);
    });
  }

  function drawAll() {
    drawSides();
    drawCurve(curve, chains);
  }

  function tellCurve() {
    table.replaceChildren(words.table(chains));
    curve.setAttribute("aria-label", words.curve(chains));
  }

  function allow() {
    for (const action of ["train", "prune", "rewind"]) {
      buttons[action].setAttribute("aria-disabled", Boolean(pending) || next() !== action);
    }
    buttons.play.setAttribute("aria-disabled", !playing && !next());
    buttons.play.textContent = playing ? "Pause" : "Play";
  }

  // Calls `work` frame by frame until it says that it is done.
  function everyFrame(work, then) {
    let frame = requestAnimationFrame(function again(time) {
      if (work(time)) return then();
      frame = requestAnimationFrame(again);
    });
    pending = () => cancelAnimationFrame(frame);
  }

  function train() {
    let last = null;
    let owed = 0;
    everyFrame((time) => {
      owed += (PACE * Math.min(100, time - (last ?? time))) / 1000;
      last = time;
      const end = performance.now() + SLICE;
      while (next() === "train" && performance.now() < end && (still.matches || owed >= 1)) {
        chains.forEach((chain) => chain.advance());
        owed -= 1;
      }
      owed = Math.min(owed, 2); // what a slow computer cannot do it need not catch up with
      if (!still.matches || next() !== "train") drawSides();
      return next() !== "train";
    }, trained);
  }

  function trained() {
    tellCurve();
    drawCurve(curve, chains);
    say(words.trained(chains));
    finish();
  }

  function prune() {
    chains.forEach((chain) => chain.prune());
    if (!playing) say(words.pruned(chains));
    drawSides();
    finish();
  }

  function rewind() {
    chains.forEach((chain) => chain.rewind());
    if (!playing) say(words.rewound(chains));
    drawSides();
    finish();
  }

  // An action is over: the next is up to the reader, or follows after a rest.
  function finish() {
    pending = null;
    if (next() === "") playing = false;
    if (playing) {
      const timer = setTimeout(act, REST);
      pending = () => clearTimeout(timer);
    }
    allow();
  }

  function act() {
    const action = { train, prune, rewind }[next()];
    action();
    allow();
  }

  function pause() {
    pending?.();
    pending = null;
    playing = false;
  }

  function restart() {
    pause();
    chains = ["reset", "random"].map((strategy) => new Chain(seed, strategy));
    tellCurve();
    say(words.begun(seed));
    drawAll();
    allow();
  }

  function play() {
    if (playing) {
      pause();
      drawSides();
    } else if (next()) {
      pause();
      playing = true;
      act();
    }
    allow();
  }

  function press(name) {
    const actions = { play, restart, train: act, prune: act, rewind: act };
    if (buttons[name].getAttribute("aria-disabled") !== "true") actions[name]();
  }

  function takeSeed() {
    if (seedField.value === "" || !seedField.validity.valid) {
      seedField.value = seed; // no seed: the one that is shown stays
      return;
    }
    seed = seedField.valueAsNumber;
    restart();
  }

  for (const [name, button] of Object.entries(buttons)) button.onclick = () => press(name);
  seedField.onchange = takeSeed;
  box.hidden = false;
  restart();
  new ResizeObserver(drawAll).observe(box);
  const theme = { attributeFilter: ["data-theme"] };
  new MutationObserver(drawAll).observe(document.documentElement, theme);
  box.chains = () => chains; // for whoever wants to ask them
};

document.querySelectorAll(".ltlib-watch").forEach(watchedPiece);
