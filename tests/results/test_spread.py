"""Whether one strategy varies more than another: size and power by simulation, factor by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from ltlib.results import spread
from ltlib.results.spread import varies_more

PLACES, ROUNDS = 4, 3


def side_by_side(
    random: np.random.Generator, factor: float, chains: int, shared: float
) -> pd.DataFrame:
    """Two strategies whose runs vary by chance, rounds of a chain in part alike."""
    rows = []
    for place in range(PLACES):
        for replicate in range(chains):
            chain = random.normal(0, shared, 2)
            for round_ in range(ROUNDS):
                one, other = 0.7 + 0.02 * (chain + random.normal(0, 1, 2)) * (factor, 1)
                rows.append((str(place), round_, 0.97, 0, replicate, one, other - 0.1 * round_))
    columns = ["domain", "round", "sparsity", "seed", "replicate", "a", "b"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(("chains", "alike"), [(3, 0.0), (5, 0.0), (5, 1.0)])
def test_equal_spreads_are_called_unequal_once_in_twenty_times(
    chains: int, alike: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "EXCHANGES", 199)
    random = np.random.default_rng(0)
    found = [
        varies_more(side_by_side(random, 1.0, chains, alike), ["domain"], "a", "b", 0.9).p
        for _ in range(300)
    ]
    assert 0.015 < np.mean([p < 0.05 for p in found]) < 0.09


def test_a_spread_three_times_as_large_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "EXCHANGES", 199)
    random = np.random.default_rng(1)
    found = [
        varies_more(side_by_side(random, 3.0, 5, 0.5), ["domain"], "a", "b", 0.9) for _ in range(40)
    ]
    assert np.mean([e.word() == "holds" for e in found]) > 0.9
    assert np.median([e.estimate for e in found]) == pytest.approx(3, rel=0.15)
    assert all(e.low < e.estimate < e.high for e in found)
    contrary = varies_more(side_by_side(random, 3.0, 5, 0.5), ["domain"], "b", "a", 0.9)
    assert contrary.word() == "fails" and contrary.place == "below"


def test_the_factor_is_the_mean_log_ratio_of_deviations() -> None:
    table = side_by_side(np.random.default_rng(2), 2.0, 4, 0.0)
    cells = table.groupby(["domain", "round"])
    logs = np.log((cells["a"].var() + 1e-6) / (cells["b"].var() + 1e-6)) / 2
    found = varies_more(table, ["domain"], "a", "b", 0.9)
    assert found.estimate == pytest.approx(math.exp(logs.mean()))
    assert found.chains == 4


def test_two_chains_have_no_spread_to_compare() -> None:
    table = side_by_side(np.random.default_rng(3), 2.0, 2, 0.0)
    assert varies_more(table, ["domain"], "a", "b", 0.9).word() == "not measured"
    assert varies_more(table, ["domain"], "a", "b", 0.98).word() == "not measured"
