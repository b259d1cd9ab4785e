"""How SentencePiece rewrites a text before it cuts it: rules of a model, for a script to follow.

A model holds them as a protocol buffer with a double-array trie, from what is replaced to where its
replacement stands. SentencePiece does not tell them otherwise; what is read here is held against
what it does by `tests/data/test_normalisation.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

import numpy as np

NORMALIZER, CHARSMAP = 3, 2  # fields of sentencepiece_model.proto: of a model, of its normalizer
BYTES = 2  # the wire type of a field that states its length
LEAF, ENDS = 1 << 31, 1 << 8  # bits of a unit: it holds a value; a key ends here


def rules_of(model: bytes) -> dict[str, str]:
    """What a serialised model replaces, and by what. At a place of a text the longest rule holds.

    Empty for a model that leaves texts as they are.
    """
    charsmap = _field(_field(model, NORMALIZER), CHARSMAP)
    if not charsmap:
        return {}
    size = int.from_bytes(charsmap[:4], "little")
    trie = np.frombuffer(charsmap[4 : 4 + size], "<u4").tolist()
    written = charsmap[4 + size :]
    found = {}
    for source, start in _keys(trie):
        found[source.decode()] = written[start : written.index(0, start)].decode()
    return found


def needed(rules: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """Those of `rules` without which a text could be cut otherwise.

    A rule can go where it makes something unknown of something unknown: neighbouring unknowns are
    one. But only if no other rule reaches over the end of what it replaces.

    Args:
        known: the characters of all subwords.
    """
    telling = {*known, " "}
    beginnings = {source[:end] for source in rules for end in range(1, len(source))}

    def unknown(text: str) -> bool:
        return text != "" and telling.isdisjoint(text)

    def idle(source: str) -> bool:
        inner = (source[start:] for start in range(1, len(source)))
        return (
            unknown(rules[source])
            and unknown("".join(_parts(source, rules)))
            and beginnings.isdisjoint(inner)
        )

    return {source: out for source, out in rules.items() if not idle(source)}


def condensed(rules: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """`rules` in two parts: those that hold as they are, and those that stand for others as well.

    One of the latter, such as that of "e" and an accent, also holds with any other character in the
    place of its first that a rule makes into that: the same accent on an "e" of another kind.
    """
    alike = defaultdict(list)
    for source, out in rules.items():
        if len(source) == len(out) == 1:
            alike[out].append(source)

    def others(source: str) -> list[str]:
        return [first + source[1:] for first in alike[source[0]]] if len(source) > 1 else []

    standing = {
        source: out
        for source, out in rules.items()
        if others(source) and all(rules.get(other) == out for other in others(source))
    }
    stood_for = {other for source in standing for other in others(source)}
    plain = rules.keys() - standing.keys() - stood_for
    return {source: out for source, out in rules.items() if source in plain}, standing


def _parts(source: str, rules: Mapping[str, str]) -> Iterator[str]:
    """What is made of `source` without its own rule: at each place the longest of the others."""
    place = 0
    while place < len(source):
        ends = range(len(source), place + 1, -1)
        found = (source[place:end] for end in ends if (place, end) != (0, len(source)))
        part = next((part for part in found if part in rules), source[place])
        yield rules.get(part, part) if part != source else part
        place += len(part)


def _field(message: bytes, wanted: int) -> bytes:
    """The last field of this number in a protocol buffer, as bytes; empty if there is none."""
    found, place = b"", 0
    while place < len(message):
        tag, place = _varint(message, place)
        number, kind = tag >> 3, tag & 7
        if kind == BYTES:
            size, place = _varint(message, place)
            if number == wanted:
                found = message[place : place + size]
            place += size
        elif kind == 0:
            _, place = _varint(message, place)
        else:
            place += {1: 8, 5: 4}[kind]
    return found


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def _keys(trie: list[int]) -> Iterator[tuple[bytes, int]]:
    """Keys and values of a double array: a unit is a label, an offset, and whether a key ends."""
    children = defaultdict(list)  # by the place that their parent points at
    for place, unit in enumerate(trie):
        if not unit & LEAF and unit & 255:
            children[place ^ (unit & 255)].append(place)
    waiting = [(0, b"")]
    while waiting:
        node, key = waiting.pop()
        unit = trie[node]
        pointed = node ^ (unit >> 10 << ((unit & 512) >> 6))
        if unit & ENDS:
            yield key, trie[pointed] & ~LEAF
        waiting += [(child, key + bytes([trie[child] & 255])) for child in children[pointed]]
