"""Deep rounds in two parts: how many chains have stopped working, and how accurate the others are.

A mean over both is a mean of two kinds of things: a chain whose ticket gives every text the same
answer, or has no path left from text to class, stands at 50% however it was trained.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ltlib.errors import InputError
from ltlib.results.quantities import LATE, between
from ltlib.results.table import REPLICATE, check_table
from ltlib.strategies import OBTAIN

MEASURES = ["one_sided", "connected", "test_accuracy", "test_auc"]
STRATUM = ["source", "target"]


def chains_that_stop(
    results: pd.DataFrame, strategies: Sequence[str], above: float = LATE, experiment: str = OBTAIN
) -> pd.DataFrame:
    """What becomes of the chains of each strategy at sparsities above this one.

    Returns:
        Columns `strategy, chains, stopped, one-sided, cut in two, accuracy of the others, accuracy,
        area`: chains, those of them that are one-sided or cut in two in some round there, how many
        of either kind (cut in two counts first), and means over runs: of accuracy where a run is
        neither, of accuracy, and of the area under the ROC curve. No row of a strategy that was not
        run there.

    Raises:
        InputError: columns or rows are missing, or a run does not say whether it is one-sided.
    """
    rows = _fates(results, above, experiment)
    found = []
    for strategy in strategies:
        own = rows[rows["strategy"] == strategy]
        if own.empty:
            continue
        chains = own.groupby([*STRATUM, *REPLICATE])[["one-sided", "cut in two"]].any()
        works = ~own["one-sided"] & ~own["cut in two"]
        found.append(
            {
                "strategy": strategy,
                "chains": len(chains),
                "stopped": int(chains.any(axis=1).sum()),
                "one-sided": int((chains["one-sided"] & ~chains["cut in two"]).sum()),
                "cut in two": int(chains["cut in two"].sum()),
                "accuracy of the others": own.loc[works, "test_accuracy"].mean(),
                "accuracy": own["test_accuracy"].mean(),
                "area": own["test_auc"].mean(),
            }
        )
    return pd.DataFrame(found)


def stop_alike(
    results: pd.DataFrame,
    one: str,
    other: str,
    above: float = LATE,
    experiment: str = OBTAIN,
) -> float:
    """Two-sided p of the hypothesis that two strategies stop equally often.

    A chain's domain and seed is the unit: were the two alike, it would not matter which of them is
    called which in it, with all that is moved from there. So they are exchanged in every choice of
    these units, and the share of choices is taken in which as many more of the one stop.

    Raises:
        InputError: as `chains_that_stop`.
    """
    rows = _fates(results, above, experiment)
    rows = rows.assign(stops=rows["one-sided"] | rows["cut in two"])
    places = rows.groupby(["source", *REPLICATE, "target", "strategy"])["stops"].any()
    counts = places.groupby(["source", *REPLICATE, "strategy"]).sum().unstack("strategy")
    if not {one, other} <= set(counts.columns):
        return float("nan")
    more = (counts[one] - counts[other]).dropna().astype(int).tolist()
    return _exchanged(more)


def _exchanged(more: Sequence[int]) -> float:
    """The share of all ways to turn signs in which the sum is as far from 0, exactly."""
    chances = np.ones(1)  # of the sums from -reach to reach
    for size in map(abs, more):
        either = np.zeros(2 * size + 1)
        either[0] += 0.5
        either[-1] += 0.5
        chances = np.convolve(chances, either)
    reach = len(chances) // 2
    far = np.abs(np.arange(-reach, reach + 1)) >= abs(sum(more))
    return min(1.0, float(chances[far].sum()))


def stopped(runs: pd.DataFrame) -> pd.Series:
    """Whether a run gives every text the same answer, or is cut in two.

    Raises:
        InputError: a run does not say whether it is one-sided.
    """
    if runs["one_sided"].isna().any():
        raise InputError("results: 'one_sided' is empty; run and export them with this ltlib")
    return runs["one_sided"].astype(bool) | (runs["connected"] == 0)


def _fates(results: pd.DataFrame, above: float, experiment: str) -> pd.DataFrame:
    check_table(results, [*MEASURES])
    rows = between(results[results["experiment"] == experiment], above, 1.0)
    cut = rows["connected"] == 0
    return rows.assign(**{"cut in two": cut, "one-sided": stopped(rows) & ~cut})
