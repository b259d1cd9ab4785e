"""Intervals against SciPy, words against their definition."""

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ltlib.results.verdicts import (
    ALIKE,
    LESS,
    MORE,
    NO_WORSE,
    Claimed,
    by_replicate,
    judge,
    t_quantile,
)
from tests.support.results_table import falling, results_table

VALUES = st.lists(st.floats(-0.2, 0.2), min_size=2, max_size=8)


@pytest.mark.parametrize("degrees", [*range(1, 13), 30, 99])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_quantiles_are_scipys(degrees: int, confidence: float) -> None:
    expected = stats.t.ppf((1 + confidence) / 2, degrees)
    assert t_quantile(degrees, confidence) == pytest.approx(expected, rel=1e-9)


@given(VALUES.filter(lambda values: statistics.stdev(values) > 1e-9))
def test_the_interval_is_scipys(values: list[float]) -> None:
    verdict = judge(values, MORE)
    error = stats.sem(values)
    low, high = stats.t.interval(0.9, len(values) - 1, loc=np.mean(values), scale=error)
    assert verdict.mean == pytest.approx(np.mean(values), abs=1e-12)
    assert (verdict.low, verdict.high) == pytest.approx((low, high), abs=1e-9)
    assert verdict.replicates == len(values)


@given(VALUES, st.sampled_from([ALIKE, LESS, MORE, NO_WORSE, Claimed(-0.05, -0.03)]))
def test_a_word_is_what_the_interval_says(values: list[float], claimed: Claimed) -> None:
    verdict = judge(values, claimed)
    inside = claimed.above < verdict.low and verdict.high < claimed.below
    outside = verdict.high <= claimed.above or verdict.low >= claimed.below
    assert (verdict.word == "holds") == inside
    assert (verdict.word == "fails") == outside
    assert (verdict.word == "undecided") == (not inside and not outside)


def test_a_claim_and_its_opposite_never_both_hold() -> None:
    for values in ([0.02, 0.03, 0.02], [-0.02, -0.03, -0.02], [0.0, 0.0], [0.1, -0.1]):
        words = {judge(values, claimed).word for claimed in (MORE, LESS)}
        assert words in ({"holds", "fails"}, {"undecided"}, {"fails"})
    for claimed in (MORE, LESS):  # exactly alike is neither
        assert judge([0.0, 0.0], claimed).word == "fails"


@pytest.mark.parametrize("value", [-0.5, 0.0, 0.5])
def test_one_replicate_decides_nothing(value: float) -> None:
    for claimed in (ALIKE, LESS, MORE, NO_WORSE):
        verdict = judge([value, math.nan], claimed)
        assert (verdict.word, verdict.mean, verdict.replicates) == ("undecided", value, 1)
        assert math.isnan(verdict.low) and math.isnan(verdict.high)


def test_nothing_measured_decides_nothing() -> None:
    for values in ([], [math.nan, math.nan]):
        verdict = judge(values, MORE)
        assert (verdict.word, verdict.place, verdict.replicates) == (*["not measured"] * 2, 0)
        assert math.isnan(verdict.mean)


def test_nine_of_ten_intervals_hold_the_truth() -> None:
    """The share of intervals about the true mean is the stated one, whatever the replicates."""
    numbers = np.random.default_rng(0)
    for size in (2, 3, 5):
        trials = [judge(numbers.normal(0.01, 0.02, size).tolist(), MORE) for _ in range(2000)]
        share = np.mean([t.low < 0.01 < t.high for t in trials])
        assert share == pytest.approx(0.9, abs=0.025)  # over three standard errors


def test_a_quantity_sees_one_replicate_at_a_time_of_every_seed() -> None:
    table = results_table(falling, replicates=3)
    both = pd.concat([table, table.assign(seed=1)])
    seen: list[tuple[int, int]] = []

    def one(rows: pd.DataFrame) -> float:
        seen.append((len(rows[["seed", "replicate"]].drop_duplicates()), len(rows)))
        return 1.0

    assert by_replicate(both, "obtain", one) == [1.0] * 6
    assert seen == [(1, len(table) // 3)] * 6


def test_a_replicate_without_the_experiment_measures_nothing() -> None:
    table = results_table(falling, replicates=2)
    alone = table[(table["experiment"] == "obtain") | (table["replicate"] == 1)]
    measured = by_replicate(alone, "transfer", len)
    assert math.isnan(measured[0]) and measured[1] > 0
