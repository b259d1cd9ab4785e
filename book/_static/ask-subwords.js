// Cuts a text into subwords as SentencePiece does (byte-pair encoding): the same ids, in script.

const SPACE = "\u2581"; // stands for a space, and begins a word

// What is rewritten, as a map; `standing` rules also hold for whatever is made into their first character.
function allRules({ rules, standing }) {
  const all = new Map([...Object.entries(rules), ...Object.entries(standing)]);
  const alike = new Map();
  for (const [source, out] of Object.entries(rules)) {
    if ([...source].length === 1) alike.set(out, [...(alike.get(out) ?? []), source]);
  }
  for (const [source, out] of Object.entries(standing)) {
    const [first, ...rest] = source;
    for (const other of alike.get(first) ?? []) all.set(other + rest.join(""), out);
  }
  return all;
}

// At each place the longest rule, else the character itself: what it becomes, and where it stood.
function* rewritten(text, rules, longest) {
  let from = 0;
  while (from < text.length) {
    const first = String.fromCodePoint(text.codePointAt(from));
    let source = first;
    for (let size = longest.get(first) ?? 0; size > first.length; size -= 1) {
      const candidate = text.slice(from, from + size);
      if (candidate.length === size && rules.has(candidate)) {
        source = candidate;
        break;
      }
    }
    yield [rules.get(source) ?? source, from, from + source.length];
    from += source.length;
  }
}

// Words of characters { sign, from, to }: several blanks are one, and one stands before the first.
function words(text, rules, longest) {
  const signs = [{ sign: SPACE, from: 0, to: 0 }];
  let blank = true;
  for (const [out, from, to] of rewritten(text, rules, longest)) {
    const kept = blank ? out.replace(/^ +/, "") : out;
    for (const sign of kept) signs.push({ sign: sign === " " ? SPACE : sign, from, to });
    if (kept) blank = kept.endsWith(" ");
  }
  while (signs.at(-1)?.sign === SPACE) signs.pop();
  const found = [];
  for (const sign of signs) {
    if (sign.sign === SPACE) found.push([]);
    found.at(-1).push(sign);
  }
  return found;
}

// A heap of pairs of neighbours, the one to be merged first on top: lower id, then further left.
class Pairs {
  items = [];

  before(a, b) {
    const [one, other] = [this.items[a], this.items[b]];
    return one.id - other.id || one.left - other.left;
  }

  swap(a, b) {
    [this.items[a], this.items[b]] = [this.items[b], this.items[a]];
  }

  push(pair) {
    let place = this.items.push(pair) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.before(above, place) <= 0) break;
      this.swap(above, place);
      place = above;
    }
  }

  pop() {
    const top = this.items[0];
    const last = this.items.pop();
    if (this.items.length === 0) return top;
    this.items[0] = last;
    let place = 0;
    for (;;) {
      let first = place;
      for (const below of [2 * place + 1, 2 * place + 2]) {
        if (below < this.items.length && this.before(below, first) < 0) first = below;
      }
      if (first === place) return top;
      this.swap(first, place);
      place = first;
    }
  }
}

// Merges the characters of a word, pair by pair, into its subwords: { sign, size } in characters.
function merged(word, ids) {
  const parts = word.map((sign) => ({ sign, size: 1 }));
  const next = parts.map((_, place) => place + 1);
  const previous = parts.map((_, place) => place - 1);
  const pairs = new Pairs();
  function offer(left, right) {
    if (left < 0 || right >= parts.length) return;
    const sign = parts[left].sign + parts[right].sign;
    const id = ids.get(sign);
    if (id !== undefined) pairs.push({ id, left, right, sign });
  }
  for (let place = 1; place < parts.length; place += 1) offer(place - 1, place);
  while (pairs.items.length) {
    const { left, right, sign } = pairs.pop();
    // What was merged since is no longer the pair that was offered.
    if (!parts[left] || !parts[right] || parts[left].sign + parts[right].sign !== sign) continue;
    parts[left] = { sign, size: parts[left].size + parts[right].size };
    parts[right] = null;
    next[left] = next[right];
    if (next[left] < parts.length) previous[next[left]] = left;
    offer(previous[left], left);
    offer(left, next[left]);
  }
  return parts.filter(Boolean);
}

// Takes what `ltlib.data.portable` wrote. Gives a function from a text to its subwords
// { id, from, to }: places in the text, in UTF-16 units; of neighbours that are unknown one.
export function cutter({ pieces, unknown, ...rewriting }) {
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  ids.delete(pieces[unknown]); // a sign, not a subword: no text spells it
  const rules = allRules(rewriting);
  const longest = new Map();
  for (const source of rules.keys()) {
    const first = String.fromCodePoint(source.codePointAt(0));
    longest.set(first, Math.max(source.length, longest.get(first) ?? 0));
  }
  const known = new Map(); // words that were cut before: letters are typed one at a time
  function partsOf(word) {
    const written = word.map(({ sign }) => sign).join("");
    if (!known.has(written)) known.set(written, merged(word.map(({ sign }) => sign), ids));
    return known.get(written);
  }
  return (text) => {
    const whole = text.replace(/\p{Surrogate}/gu, "\ufffd"); // halves of characters are none
    const found = [];
    for (const word of words(whole, rules, longest)) {
      let place = 0;
      for (const { sign, size } of partsOf(word)) {
        const id = ids.get(sign) ?? unknown;
        const last = found.at(-1);
        const { from } = word[place];
        place += size;
        const { to } = word[place - 1];
        if (id === unknown && last?.id === unknown) last.to = to;
        else found.push({ id, from, to });
      }
    }
    return found.length ? found : [{ id: unknown, from: 0, to: 0 }];
  };
}
