"""Many verdicts at once: p-values corrected for the company they are in.

By hand, since what SciPy has of it takes as long to import as all that reads a table; the tests
hold it to SciPy.
"""

from collections.abc import Sequence

import numpy as np


def holm(values: Sequence[float]) -> list[float]:
    """p such that a family errs at all no more often than one of them would alone (Holm 1979)."""
    order = np.argsort(values, kind="stable")
    count = len(values)
    stepped = np.array(values)[order] * (count - np.arange(count))
    return _in_place(np.maximum.accumulate(stepped), order)


def benjamini_hochberg(values: Sequence[float]) -> list[float]:
    """p such that of the verdicts at a level no larger a share is wrong on average (1995)."""
    order = np.argsort(values, kind="stable")
    count = len(values)
    stepped = np.array(values)[order] * count / (1 + np.arange(count))
    return _in_place(np.minimum.accumulate(stepped[::-1])[::-1], order)


def _in_place(stepped: np.ndarray, order: np.ndarray) -> list[float]:
    corrected = np.empty(len(stepped))
    corrected[order] = np.minimum(stepped, 1.0)
    return [float(p) for p in corrected]
