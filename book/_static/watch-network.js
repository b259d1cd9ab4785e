// A small network on points in the plane, and its training. Nothing here knows of a page, and every
// number follows from the seed.

const watchedNetwork = (() => {
  const SIZES = [2, 16, 16, 2]; // a point's two coordinates, two hidden layers, a score a class
  const LAYERS = ["first", "second", "output"];
  const STEPS = 200; // of a training run, each on all training points
  const ADAM = { learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const POINTS = { train: 100, validation: 100, test: 200 };
  const RADII = [0.7, 1.7]; // of the two rings, a class each
  const NOISE = 0.24; // standard deviation round a ring

  // What is trained and pruned: a weight and a bias a layer, weights row by row, a row a unit.
  const TENSORS = LAYERS.flatMap((layer, l) => [
    { name: `${layer}.weight`, shape: [SIZES[l + 1], SIZES[l]], fanIn: SIZES[l] },
    { name: `${layer}.bias`, shape: [SIZES[l + 1]], fanIn: SIZES[l] },
  ]);
  const sizeOf = ({ shape }) => shape.reduce((product, side) => product * side, 1);

  // Numbers in [0, 1), by mulberry32. A stream has a name, so that no two uses share one.
  function stream(seed, name) {
    let state = 2166136261; // of FNV-1a, which makes a number of the name
    for (const letter of `${seed} ${name}`) {
      state = Math.imul(state ^ letter.codePointAt(0), 16777619);
    }
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let bits = Math.imul(state ^ (state >>> 15), state | 1);
      bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
      return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  // One draw of the normal distribution, by Box and Muller.
  function normal(uniform) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  }

  // Points in turn of the inner ring, class 0, and of the outer ring, class 1.
  function ringPoints(count, uniform) {
    return Array.from({ length: count }, (_, i) => {
      const label = i % 2;
      const angle = 2 * Math.PI * uniform();
      const x = RADII[label] * Math.cos(angle) + NOISE * normal(uniform);
      const y = RADII[label] * Math.sin(angle) + NOISE * normal(uniform);
      return { x, y, label };
    });
  }

  function drawPoints(seed) {
    const splits = Object.entries(POINTS);
    return Object.fromEntries(splits.map(([s, n]) => [s, ringPoints(n, stream(seed, s))]));
  }

  // Values from which training starts: uniform in ±1/√(inputs of the layer).
  function drawValues(seed, name) {
    const uniform = stream(seed, name);
    return TENSORS.map((tensor) => {
      const bound = 1 / Math.sqrt(tensor.fanIn);
      return Float64Array.from({ length: sizeOf(tensor) }, () => bound * (2 * uniform() - 1));
    });
  }

  const masked = (values, masks) =>
    values.map((tensor, t) => tensor.map((value, i) => (masks[t][i] ? value : 0)));
  const copied = (values) => values.map((value) => value.slice());
  const zeros = () => TENSORS.map((tensor) => new Float64Array(sizeOf(tensor)));
  const roomForUnits = () => SIZES.map((size) => new Float64Array(size));

  // Scores of a point, into the last of `units`; ReLU after all layers but the last.
  function forward(values, { x, y }, units) {
    units[0][0] = x;
    units[0][1] = y;
    for (let l = 0; l < LAYERS.length; l++) {
      const [weight, bias] = [values[2 * l], values[2 * l + 1]];
      const [inputs, outputs] = [units[l], units[l + 1]];
      for (let o = 0, w = 0; o < outputs.length; o++) {
        let sum = bias[o];
        for (let i = 0; i < inputs.length; i++, w++) sum += weight[w] * inputs[i];
        outputs[o] = l < LAYERS.length - 1 && sum < 0 ? 0 : sum;
      }
    }
    return units[LAYERS.length];
  }

  // How sure the network is of class 1, from 0 to 1.
  function belief(values, point, units) {
    const [first, second] = forward(values, point, units);
    return 1 / (1 + Math.exp(first - second));
  }

  // Adds to `gradients` what one point asks for; returns its cross-entropy. `slopes` is room.
  function backward(values, point, gradients, units, slopes, share) {
    const [first, second] = forward(values, point, units);
    const largest = Math.max(first, second);
    const logSum = largest + Math.log(Math.exp(first - largest) + Math.exp(second - largest));
    const last = slopes[LAYERS.length];
    last.set([share * Math.exp(first - logSum), share * Math.exp(second - logSum)]);
    last[point.label] -= share;
    for (let l = LAYERS.length - 1; l >= 0; l--) {
      const [weight, inputs] = [values[2 * l], units[l]];
      slopes[l].fill(0);
      for (let o = 0; o < SIZES[l + 1]; o++) {
        const slope = slopes[l + 1][o];
        if (l < LAYERS.length - 1 && units[l + 1][o] <= 0) continue; // ReLU is flat here
        gradients[2 * l + 1][o] += slope;
        for (let i = 0, w = o * inputs.length; i < inputs.length; i++, w++) {
          gradients[2 * l][w] += slope * inputs[i];
          slopes[l][i] += slope * weight[w];
        }
      }
    }
    return logSum - (point.label ? second : first);
  }

  // Share of the points that are judged rightly; of equal scores the first class counts.
  function accuracy(values, points) {
    const units = roomForUnits();
    const right = points.filter((point) => {
      const [first, second] = forward(values, point, units);
      return (second > first ? 1 : 0) === point.label;
    });
    return right.length / points.length;
  }

  // Mean cross-entropy over the points, its gradients into `gradients`.
  function lossAndGradients(values, points, gradients) {
    const [units, slopes, share] = [roomForUnits(), roomForUnits(), 1 / points.length];
    gradients.forEach((gradient) => gradient.fill(0));
    let loss = 0;
    for (const point of points) loss += backward(values, point, gradients, units, slopes, share);
    return share * loss;
  }

  // One training run under masks; what is pruned stays 0, since its gradient is held at 0.
  class Training {
    constructor(initial, masks, points) {
      Object.assign(this, { masks, points, step: 0, validation: [], losses: [] });
      this.values = masked(initial, masks);
      this.best = { step: 0, accuracy: -1, values: this.values };
      [this.gradients, this.means, this.squares] = [zeros(), zeros(), zeros()];
    }

    get done() {
      return this.step === STEPS;
    }

    // One step of Adam on all training points; the earliest best step on validation is kept.
    advance() {
      this.losses.push(lossAndGradients(this.values, this.points.train, this.gradients));
      this.step += 1;
      this.values.forEach((_, t) => this.moveTensor(t));
      const reached = accuracy(this.values, this.points.validation);
      this.validation.push(reached);
      if (reached > this.best.accuracy) {
        this.best = { step: this.step, accuracy: reached, values: copied(this.values) };
      }
    }

    moveTensor(t) {
      const { learningRate, beta1, beta2, epsilon } = ADAM;
      const [values, mean, square] = [this.values[t], this.means[t], this.squares[t]];
      const stepSize = learningRate / (1 - beta1 ** this.step);
      const correction = Math.sqrt(1 - beta2 ** this.step);
      for (let i = 0; i < values.length; i++) {
        const gradient = this.masks[t][i] ? this.gradients[t][i] : 0;
        mean[i] = beta1 * mean[i] + (1 - beta1) * gradient;
        square[i] = beta2 * square[i] + (1 - beta2) * gradient * gradient;
        values[i] -= (stepSize * mean[i]) / (Math.sqrt(square[i]) / correction + epsilon);
      }
    }
  }

  const loss = (values, points) => lossAndGradients(values, points, zeros());
  return {
    SIZES, TENSORS, STEPS, Training,
    accuracy, belief, drawPoints, drawValues, loss, masked, roomForUnits, sizeOf,
  };
})();
