"""What `benchmarks/accuracy.py` concludes from its pairs, and what is stored of it."""

from importlib import import_module
from itertools import product

import numpy as np
import pytest
from scipy import stats

from ltlib.figures import speed

accuracy = import_module("benchmarks.accuracy")  # a script, which mypy knows by another name


def test_the_stored_interval_is_students_over_chains() -> None:
    """SciPy's own one-sample interval, over all chains whose tickets were to be trained."""
    found = speed.measured("accuracy")
    trained = {(p["domain"], p["seed"], p["round"]) for p in found["pairs"]}
    domains = ("electronics", "books")
    assert trained == {(d, s, r) for d in domains for s in range(3) for r in (0, 5, 10, 15)}
    assert len(trained) == len(found["pairs"])
    alive = [p for p in found["pairs"] if p["dense"] != 50 or p["default"] != 50]
    assert found["alive"] == len(alive)
    for name, pairs in {"": found["pairs"], "_alive": alive}.items():
        chains = [
            np.mean([p["default"] - p["dense"] for p in pairs if (p["domain"], p["seed"]) == chain])
            for chain in product(domains, range(3))
        ]
        expected = stats.ttest_1samp(chains, 0).confidence_interval(0.9)
        assert found[f"chains{name}"] == 6
        assert found[f"interval{name}"] == pytest.approx([expected.low, expected.high])
        assert -1 <= expected.low <= expected.high <= 1


def test_what_is_stored_of_the_pairs_is_what_the_benchmark_computes() -> None:
    found = speed.measured("accuracy")
    summary = accuracy.summary(found["pairs"])
    for name, value in summary.items():
        assert found[name] == pytest.approx(value)


def test_a_chain_counts_once_however_many_rounds_it_has() -> None:
    pairs = [
        {"domain": domain, "seed": 0, "dense": 70.0, "default": 70.0 + gap}
        for domain, gaps in {"books": [1.0] * 9, "cds": [3.0]}.items()
        for gap in gaps
    ]
    assert accuracy.by_chain(pairs) == [1.0, 3.0]
    cut = {"domain": "films", "seed": 0, "dense": 50.0, "default": 50.0}
    found = accuracy.summary([*pairs, cut])
    assert (found["chains"], found["chains_alive"], found["alive"]) == (3, 2, 10)
    assert np.mean(found["interval_alive"]) == pytest.approx(2.0)
    assert np.mean(found["interval"]) == pytest.approx(4 / 3)
