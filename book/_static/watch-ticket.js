// How a ticket is found in the network: train, prune, rewind, round by round.

const watchedTicket = (() => {
  const { TENSORS, Training, accuracy, drawPoints, drawValues, masked, sizeOf } = watchedNetwork;
  const PERCENT = 35; // of a tensor's survivors that are pruned in a round
  const ROUNDS = 8; // in which something is pruned; round 0 trains the whole network

  const lostOf = (alive) => Math.floor((PERCENT * alive) / 100);

  // Masks of the next round: in each tensor the smallest survivors go, of equal ones that of the
  // lowest index.
  function prune(values, masks) {
    return masks.map((mask, t) => {
      const alive = [...mask.keys()].filter((i) => mask[i]);
      const size = (i) => Math.abs(values[t][i]);
      const kept = mask.slice();
      alive.sort((a, b) => size(a) - size(b) || a - b);
      for (const i of alive.slice(0, lostOf(alive.length))) kept[i] = 0;
      return kept;
    });
  }

  const fullMasks = () => TENSORS.map((tensor) => new Uint8Array(sizeOf(tensor)).fill(1));
  const survivors = (masks) => masks.flatMap((mask) => [...mask]).filter(Boolean).length;
  const WEIGHTS = survivors(fullMasks());

  // Known beforehand, and the same for both strategies.
  function sparsityAt(round) {
    let sizes = TENSORS.map(sizeOf);
    for (let r = 0; r < round; r++) sizes = sizes.map((alive) => alive - lostOf(alive));
    return 1 - sizes.reduce((sum, alive) => sum + alive, 0) / WEIGHTS;
  }

  // A strategy's way through the rounds. `next` says what comes: train, prune, rewind or nothing.
  class Chain {
    constructor(seed, strategy) {
      Object.assign(this, { seed, strategy, round: 0, next: "train", history: [] });
      this.masks = fullMasks();
      this.points = drawPoints(seed);
      this.begin(drawValues(seed, "initial"));
    }

    begin(initial) {
      this.training = new Training(initial, this.masks, this.points);
      this.values = this.training.values;
      this.previous = this.masks; // those before the last pruning, for whoever shows what was lost
    }

    advance() {
      this.training.advance();
      if (!this.training.done) return;
      const { step, accuracy: validation, values } = this.training.best;
      this.values = values;
      const sparsity = 1 - survivors(this.masks) / WEIGHTS;
      const test = accuracy(values, this.points.test);
      this.history.push({ round: this.round, sparsity, step, validation, test });
      this.next = this.round < ROUNDS ? "prune" : "";
    }

    prune() {
      this.previous = this.masks;
      this.masks = prune(this.values, this.masks);
      this.values = masked(this.values, this.masks);
      this.next = "rewind";
    }

    // Reset: the initial values of round 0. Random: values drawn anew for this round.
    rewind() {
      this.round += 1;
      const name = this.strategy === "reset" ? "initial" : `redrawn ${this.round}`;
      this.begin(drawValues(this.seed, name));
      this.next = "train";
    }
  }

  return { ROUNDS, WEIGHTS, Chain, prune, sparsityAt, survivors };
})();
