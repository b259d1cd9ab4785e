"""Corrections for many verdicts, against SciPy and against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from ltlib.results.multiple import benjamini_hochberg, holm

P = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(P)
def test_benjamini_and_hochbergs_are_scipys(values: list[float]) -> None:
    assert benjamini_hochberg(values) == pytest.approx(false_discovery_control(values))


@given(P, st.floats(0.001, 0.999))
def test_holm_rejects_what_its_steps_reject(values: list[float], level: float) -> None:
    """Step by step: the smallest at level / n, the next at level / (n − 1), until one stays."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    rejected = set()
    for step, index in enumerate(order):
        if values[index] * (len(values) - step) > level:
            break
        rejected.add(index)
    assert {i for i, p in enumerate(holm(values)) if p <= level} == rejected


def test_a_family_errs_as_often_as_one() -> None:
    numbers = np.random.default_rng(0)
    erring = [min(holm(numbers.random(10).tolist())) < 0.05 for _ in range(2_000)]
    assert np.mean(erring) == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize("correct", [holm, benjamini_hochberg])
def test_nothing_is_corrected_of_nothing_or_of_one(correct: object) -> None:
    assert callable(correct)
    assert correct([]) == []
    assert correct([0.03]) == [0.03]
