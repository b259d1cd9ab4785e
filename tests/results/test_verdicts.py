"""Words against their definition, places together against rules for them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltlib.results.estimates import Estimate
from ltlib.results.verdicts import (
    ALIKE,
    CONFIDENCE,
    LESS,
    MORE,
    NO_WORSE,
    NOTHING,
    Claimed,
    Evidence,
    chains_to_decide,
    everywhere,
    evidence,
    somewhere,
)

CLAIMED = [ALIKE, LESS, MORE, NO_WORSE, Claimed(-0.05, -0.03)]
ESTIMATES = st.builds(
    lambda value, variance, chains: Estimate(value, chains, ((variance, chains),), 0.0),
    st.floats(-0.1, 0.1),
    st.floats(1e-8, 1e-3),
    st.integers(2, 9),
)


@given(ESTIMATES, st.sampled_from(CLAIMED))
def test_a_word_is_what_the_interval_says(estimate: Estimate, claimed: Claimed) -> None:
    found = evidence(estimate, claimed)
    low, high = estimate.interval(CONFIDENCE)
    inside = claimed.above < low and high < claimed.below
    outside = high <= claimed.above or low >= claimed.below
    near = min(abs(end - edge) for end in (low, high) for edge in vars(claimed).values()) < 1e-9
    if not near:  # rounding decides there
        assert found.word() == ("holds" if inside else "fails" if outside else "undecided")
    assert (found.low, found.high, found.chains) == (low, high, estimate.chains)
    if found.word() == "fails":
        assert found.place == ("below" if high <= claimed.above else "above")
    assert found.word(1.0) == "undecided", "a correction can make it that, and nothing else"


def test_a_claim_and_its_opposite_never_both_hold() -> None:
    for value, variance in ((0.02, 1e-6), (-0.02, 1e-6), (0.0, 0.0), (0.01, 1e-3)):
        estimate = Estimate(value, 3, ((variance, 3),), 0.0)
        words = {evidence(estimate, claimed).word() for claimed in (MORE, LESS)}
        assert words in ({"holds", "fails"}, {"undecided"}, {"fails"})


@pytest.mark.parametrize("value", [-0.5, 0.0, 0.5])
def test_one_chain_decides_nothing(value: float) -> None:
    alone = Estimate(value, 1, ((math.nan, 1),), 1e-9)
    for claimed in CLAIMED:
        found = evidence(alone, claimed)
        assert (found.word(), found.estimate, found.chains) == ("undecided", value, 1)
        assert math.isnan(found.low) and math.isnan(found.high)


def test_nothing_measured_decides_nothing() -> None:
    found = evidence(Estimate(math.nan, 0, (), math.nan, "books has no runs"), MORE)
    assert (found.word(), found.said, found.missing) == (*["not measured"] * 2, "books has no runs")
    assert math.isnan(found.estimate)


def part(value: float) -> Evidence:
    return evidence(Estimate(value, 4, ((1e-6, 4),), 0.0), MORE)


def test_what_is_true_everywhere_is_true_where_it_is_least_sure() -> None:
    assert everywhere([part(0.05), part(0.02)]).word() == "holds"
    assert everywhere([part(0.05), part(0.02)]).estimate == 0.02
    assert everywhere([part(0.05), part(0.0)]).word() == "undecided"
    assert everywhere([part(0.05), part(-0.02)]).word() == "fails"
    assert everywhere([part(0.05), NOTHING]).word() == "not measured"
    assert everywhere([]).word() == "not measured"


def test_what_is_true_somewhere_is_true_where_it_is_surest() -> None:
    assert somewhere([part(-0.05), part(0.02)]).word() == "holds"
    assert somewhere([part(-0.05), part(0.0)]).word() == "undecided"
    assert somewhere([part(-0.05), part(-0.02)]).word() == "fails"
    assert somewhere([part(0.02), NOTHING]).word() == "holds"
    assert somewhere([NOTHING]).word() == "not measured"


@pytest.mark.parametrize("combined", [everywhere, somewhere])
def test_places_together_err_no_more_often_than_one(combined: object) -> None:
    """Five places where nothing differs: a claim that something does is rarely decided."""
    assert callable(combined)
    numbers = np.random.default_rng(0)
    decided = []
    for _ in range(1_000):
        parts = []
        for _ in range(5):
            runs = numbers.normal(0, 0.01, 5)
            estimate = Estimate(float(runs.mean()), 5, ((float(runs.var(ddof=1)) / 5, 5),), 0.0)
            parts.append(evidence(estimate, MORE))
        decided.append(combined(parts).word() in ("holds", "fails"))
    assert np.mean(decided) < 0.07


def test_no_number_of_chains_decides_what_texts_leave_open() -> None:
    texts = Estimate(0.005, 4, ((1e-6, 4),), 1e-4)
    assert math.isinf(chains_to_decide(texts, MORE))
    assert math.isnan(chains_to_decide(Estimate(0.005, 1, ((math.nan, 1),), 0.0), MORE))


def test_so_many_chains_decide_four_times_in_five() -> None:
    """By simulation, with as many domains as make the normal distribution near enough."""
    numbers = np.random.default_rng(1)
    domains, spread, truth = 12, 0.03, 0.004
    pilot = Estimate(truth, 3, ((spread**2 / 3 / domains**2, 3),) * domains, 0.0)
    chains = int(chains_to_decide(pilot, MORE))
    decided = []
    for _ in range(600):
        runs = numbers.normal(truth, spread, (domains, chains))
        parts = tuple((float(v) / chains / domains**2, chains) for v in runs.var(axis=1, ddof=1))
        found = Estimate(float(runs.mean()), chains, parts, 0.0)
        decided.append(evidence(found, MORE).word() == "holds")
    assert np.mean(decided) == pytest.approx(0.8, abs=0.06)
