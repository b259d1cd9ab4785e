"""Explorable charts of the data: lengths and telling subwords."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from ltlib.data.divergence import contributions
from ltlib.figures import lengths_by_label, words_between
from tests.support.scenes import drawn, said, titles

LENGTHS = {
    (domain, label): [first + k * k for k in range(11)]
    for first, (domain, label) in enumerate(
        (d, n) for d in ("books", "music") for n in ("negative", "positive")
    )
}
FREQUENCIES = {
    "books": np.array([0.5, 0.3, 0.2]),
    "music": np.array([0.1, 0.3, 0.6]),
    "films": np.array([0.2, 0.4, 0.4]),
}
PAIRS = list(permutations(FREQUENCIES, 2))
WORDS = pd.concat(
    contributions(FREQUENCIES[a], FREQUENCIES[b], ("x", "y", "$<z>")).assign(first=a, second=b)
    for a, b in PAIRS
)


@pytest.mark.parametrize("domain", ["books", "music"])
def test_boxes_are_quartiles_and_lines_medians(domain: str) -> None:
    chart = lengths_by_label(LENGTHS, domain)
    boxes = [said(item) for item in drawn(chart, "rect")]
    assert {box["domain"] for box in boxes} == {domain}
    for box in boxes:
        counts = sorted(LENGTHS[domain, box["label"]])  # eleven: deciles are values themselves
        assert float(box["median"]) == counts[5]
        assert float(box["quarter"]) == (counts[2] + counts[3]) / 2
        assert box["texts"] == "11"
    assert {box["label"] for box in boxes} == {"negative", "positive"}


@pytest.mark.parametrize("pair", PAIRS)
def test_terms_point_to_the_domain_that_uses_the_subword_more(pair: tuple[str, str]) -> None:
    chart = words_between(WORDS, " and ".join(pair))
    bars = {said(item)["piece"]: item for item in drawn(chart, "rect")}
    p, q = (FREQUENCIES[domain] for domain in pair)
    middle = (p + q) / 2
    terms = (p * np.log(p / middle) + q * np.log(q / middle)) / 2
    centre = {bar["x"] + (bar["width"] if p[i] > q[i] else 0) for i, bar in _indexed(bars)}
    assert max(centre) - min(centre) < 1e-6, "every bar begins in the middle"
    widths = np.array([bar["width"] for _, bar in _indexed(bars)])
    assert widths / widths.sum() == pytest.approx(terms / terms.sum(), abs=1e-5)
    largest = WORDS[(WORDS["first"] == pair[0]) & (WORDS["second"] == pair[1])]["piece"]
    tops = [bars[piece]["y"] for piece in largest]
    assert tops == sorted(tops), "largest first"
    assert all(domain in titles(chart)[0] for domain in pair)


def _indexed(bars: dict[str, dict[str, float]]) -> list[tuple[int, dict[str, float]]]:
    return [(i, bars[piece]) for i, piece in enumerate(("x", "y", "$<z>"))]


def test_two_different_domains_can_be_chosen_and_nothing_else() -> None:
    (menu,) = words_between(WORDS, "books and films").controls.values()
    assert menu.choices == [f"{a} and {b}" for a, b in PAIRS]
