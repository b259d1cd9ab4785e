// The tickets of a round, computed from their survivors alone. `ltlib.packed` wrote the file.

const KEY = "ltlib.packed";

// What the file says of itself, and its tensors as bytes, by name (the format of safetensors).
function opened(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const { __metadata__: metadata, ...tensors } = header;
  const bytes = (name) => {
    const [start, end] = tensors[name].data_offsets;
    return new Uint8Array(buffer, 8 + length + start, end - start);
  };
  return { about: JSON.parse(metadata[KEY]), bytes };
}

// Places of survivors among all parameters, from the distances between them.
function placesOf(bytes) {
  const places = new Float64Array(bytes.reduce((count, byte) => count + (byte < 128), 0));
  let count = 0;
  let place = -1;
  let factor = 1; // not a shift: a distance may need more than 31 bits
  for (const byte of bytes) {
    place += (byte & 127) * factor;
    factor *= 128;
    if (byte < 128) {
      places[count++] = place;
      factor = 1;
    }
  }
  return places;
}

// Floats from their upper three bytes, which stand in three rows.
function valuesOf(bytes) {
  const count = bytes.length / 3;
  const bits = new Uint32Array(count);
  for (let n = 0; n < count; n += 1) {
    bits[n] = (bytes[n] << 24) | (bytes[count + n] << 16) | (bytes[2 * count + n] << 8);
  }
  return new Float32Array(bits.buffer);
}

function product(shape) {
  return shape.reduce((all, size) => all * size, 1);
}

// By parameter, its survivors: their places within it, and their values.
function parametersOf(parameters, places, values) {
  const found = {};
  let start = 0;
  let first = 0;
  for (const [name, shape] of parameters) {
    const end = start + product(shape);
    let last = first;
    while (last < places.length && places[last] < end) last += 1;
    const own = Int32Array.from(places.subarray(first, last), (place) => place - start);
    found[name] = { shape, places: own, values: values.subarray(first, last) };
    start = end;
    first = last;
  }
  return found;
}

function dense({ shape, places, values }) {
  const whole = new Float64Array(product(shape));
  places.forEach((place, n) => { whole[place] = values[n]; });
  return whole;
}

// Lists end to end, of things that each belong to a group: list g is starts[g] to starts[g + 1].
function lists(groups, count) {
  const starts = new Int32Array(count + 1);
  for (const group of groups) starts[group + 1] += 1;
  for (let group = 0; group < count; group += 1) starts[group + 1] += starts[group];
  const next = starts.slice();
  const order = new Int32Array(groups.length);
  groups.forEach((group, n) => { order[next[group]++] = n; });
  return { starts, order };
}

// By subword, the entries of its embedding that survive.
function embeddingOf({ shape: [count, size], places, values }) {
  const { starts } = lists(places.map((place) => Math.floor(place / size)), count);
  return { starts, columns: places.map((place) => place % size), values };
}

// By dimension of the embedding, the weights of filters that survive. A response has a cell for each
// window and filter; a weight adds to the cell that lies `shift` from the first of its subword's.
function filtersOf(parameters, heights) {
  const size = parameters["embedding.weight"].shape[1];
  const layers = heights.map((_, n) => parameters[`convolutions.${n}.weight`]);
  const biases = heights.map((_, n) => dense(parameters[`convolutions.${n}.bias`]));
  const tall = heights.flatMap((height, n) => Array(biases[n].length).fill(height));
  const [columns, shifts, values] = [[], [], []];
  let before = 0; // filters of the layers before
  for (const { shape: [, channels], places, values: own } of layers) {
    places.forEach((place, n) => {
      const [row, channel] = [Math.floor(place / size / channels), Math.floor(place / size) % channels];
      columns.push(place % size);
      shifts.push(before + channel - row * tall.length);
      values.push(own[n]);
    });
    before += channels;
  }
  const { starts, order } = lists(columns, size);
  return {
    starts,
    shifts: Int32Array.from(order, (n) => shifts[n]),
    values: Float64Array.from(order, (n) => values[n]),
    biases: biases.flatMap((each) => [...each]),
    heights: tall,
  };
}

// All tickets of a file: what is known of them, and by domain a network for `judged`.
export function readRound(buffer) {
  const { about, bytes } = opened(buffer);
  return Object.entries(about.domains).map(([domain, known]) => {
    const places = placesOf(bytes(`${domain}/places`));
    const values = valuesOf(bytes(`${domain}/values`));
    const parameters = parametersOf(about.parameters, places, values);
    const network = {
      embedding: embeddingOf(parameters["embedding.weight"]),
      filters: filtersOf(parameters, about.heights),
      hidden: dense(parameters["hidden.weight"]),
      hiddenBiases: dense(parameters["hidden.bias"]),
      output: dense(parameters["output.weight"]),
      outputBiases: dense(parameters["output.bias"]),
      maxLength: about.max_length,
      shortest: Math.max(...about.heights),
    };
    network.space = spaceFor(network); // of responses: new memory at every key would take longer
    return { domain, ...known, network };
  });
}

// Room for the responses to the longest text that is read.
function spaceFor({ filters, maxLength, shortest }) {
  return new Float64Array((shortest - 1 + Math.max(maxLength, shortest)) * filters.heights.length);
}

// Whether anything of a subword's embedding survives.
export function knows({ embedding: { starts } }, id) {
  return starts[id + 1] > starts[id];
}

// Of each filter the largest response to a window, and where this window begins; the first of equals.
function pooled({ embedding, filters, shortest, space }, ids) {
  const { starts, shifts, values, heights } = filters;
  const count = heights.length;
  const length = Math.max(ids.length, shortest); // what is short is filled up with zero vectors
  const first = (shortest - 1) * count; // before it: windows that begin before the text; none wins
  const responses = space.fill(0, 0, first + length * count);
  ids.forEach((id, place) => {
    const cell = first + place * count;
    for (let e = embedding.starts[id]; e < embedding.starts[id + 1]; e += 1) {
      const entry = embedding.values[e];
      const end = starts[embedding.columns[e] + 1];
      for (let w = starts[embedding.columns[e]]; w < end; w += 1) {
        responses[cell + shifts[w]] += entry * values[w];
      }
    }
  });
  const largest = responses.slice(first, first + count);
  const begins = new Int32Array(count);
  for (let begin = 1; begin < length; begin += 1) {
    const cell = first + begin * count;
    for (let filter = 0; filter < count; filter += 1) {
      if (responses[cell + filter] > largest[filter] && begin + heights[filter] <= length) {
        largest[filter] = responses[cell + filter];
        begins[filter] = begin;
      }
    }
  }
  return { largest, begins };
}

// Weights, row by row, times inputs, and a bias for each row.
function linear(weights, biases, inputs) {
  return biases.map((bias, row) => {
    const start = row * inputs.length;
    let sum = bias;
    for (let column = 0; column < inputs.length; column += 1) {
      sum += weights[start + column] * inputs[column];
    }
    return sum;
  });
}

const relu = (value) => Math.max(value, 0);

// How far each feature moves the second class's score against the first's, by the gradient.
function slopes({ hidden, output }, units, count) {
  const found = new Float64Array(count);
  units.forEach((unit, row) => {
    if (unit <= 0) return;
    const through = output[units.length + row] - output[row];
    for (let column = 0; column < count; column += 1) {
      found[column] += through * hidden[row * count + column];
    }
  });
  return found;
}

// A text's probability of being positive, and the windows that won a filter's maximum, those that
// moved the verdict most first: { begin, height, moved }, by so much in log-odds, set against a
// text in which the filter finds nothing.
export function judged(network, ids) {
  const { biases, heights } = network.filters;
  const { largest, begins } = pooled(network, ids.slice(0, network.maxLength));
  const features = largest.map((response, filter) => relu(response + biases[filter]));
  const units = linear(network.hidden, network.hiddenBiases, features);
  const [negative, positive] = linear(network.output, network.outputBiases, units.map(relu));
  const windows = new Map();
  slopes(network, units, features.length).forEach((slope, filter) => {
    const moved = slope * (features[filter] - relu(biases[filter]));
    if (moved === 0) return;
    const [begin, height] = [begins[filter], heights[filter]];
    const key = `${begin} ${height}`;
    windows.set(key, { begin, height, moved: moved + (windows.get(key)?.moved ?? 0) });
  });
  return {
    positive: 1 / (1 + Math.exp(negative - positive)),
    windows: [...windows.values()].sort((a, b) => Math.abs(b.moved) - Math.abs(a.moved)),
  };
}
