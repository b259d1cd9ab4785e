// What is drawn, in words: for those who do not see it, and for those who do.

const watchedWords = (() => {
  const { STEPS } = watchedNetwork;
  const { WEIGHTS, survivors } = watchedTicket;
  const CAPTION = "Held-out points judged rightly, round by round";
  const COLUMNS = ["round", "sparsity", "reset", "random"];

  const percent = (share) => `${(100 * share).toFixed(1)}%`;
  const latest = (chains) => chains.map(({ history }) => history.at(-1));

  // By round: its number, its sparsity, and how often reset and random were right.
  const rowsOf = ([reset, random]) =>
    reset.history.map(({ round, sparsity, test }, i) =>
      [round, percent(sparsity), percent(test), percent(random.history[i].test)]);

  const begun = (seed) =>
    `Seed ${seed}: ${WEIGHTS} weights in each network, the same in both. Train, or play.`;

  function trained(chains) {
    const [reset, random] = latest(chains);
    const end = chains[0].next ? "" : " That was the last round.";
    return `Round ${reset.round}, ${percent(reset.sparsity)} sparse, trained. Held-out points ` +
      `judged rightly: reset ${percent(reset.test)}, random ${percent(random.test)}.${end}`;
  }

  function pruned([{ previous, masks }]) {
    return `Pruned: ${survivors(masks)} of ${survivors(previous)} weights stay in each network.`;
  }

  const rewound = ([{ round }]) =>
    `Round ${round}: reset has its initial values again, random has new ones.`;

  function stateOf({ next, training: { step, done }, history }) {
    if (next === "rewind") return "pruned";
    if (done) return `${percent(history.at(-1).test)} right`;
    return step === 0 ? "not trained" : `step ${step} of ${STEPS}`;
  }

  // The side of a strategy: what stands beside its pictures, and what they are called.
  function describe(side, chain) {
    const state = stateOf(chain);
    const left = `${survivors(chain.masks)} of ${WEIGHTS} weights`;
    side.querySelector(".watch-state").textContent = state;
    side.querySelector(".watch-left").textContent = left;
    const label = `round ${chain.round}, ${left}, ${state}`;
    const [network, plane] = side.querySelectorAll("canvas");
    network.setAttribute("aria-label", `Network of ${chain.strategy}, a line a weight: ${label}`);
    plane.setAttribute("aria-label", `Points, and where this network parts them: ${label}`);
  }

  function curve(chains) {
    const said = rowsOf(chains).map(([, sparsity, reset, random]) =>
      `at ${sparsity} sparsity reset ${reset}, random ${random}`);
    return `Held-out points judged rightly: ${said.join("; ") || "nothing yet"}`;
  }

  function table(chains) {
    const made = document.createElement("table");
    made.createCaption().textContent = CAPTION;
    const head = made.createTHead().insertRow();
    for (const name of COLUMNS) {
      const cell = document.createElement("th");
      Object.assign(cell, { textContent: name, scope: "col" });
      head.append(cell);
    }
    const body = made.createTBody();
    for (const cells of rowsOf(chains)) {
      const row = body.insertRow();
      for (const text of cells) {
        row.insertCell().textContent = text;
      }
    }
    return made;
  }

  return { begun, curve, describe, pruned, rewound, table, trained };
})();
