"""Does divergence explain what a transfer costs? Each task's loss beside how far apart it goes."""

import itertools

import numpy as np
import pandas as pd

from ltlib.results.contrasts import estimated, lead
from ltlib.results.quantities import EARLY
from ltlib.results.verdicts import CONFIDENCE
from ltlib.strategies import MASKS_RESET, OBTAIN, TICKET_TARGET, TRANSFER


def losses(
    results: pd.DataFrame, divergence: pd.DataFrame, above: float = 0.0, upto: float = EARLY
) -> pd.DataFrame:
    """Masks-reset less the target's own ticket, of every task whose divergence is known.

    Args:
        divergence: columns `source, target, nats`, as an atlas has them.
        above, upto: the sparsities over which the mean is taken.

    Returns:
        Columns `source, target, nats, estimate, low, high`, in the table's order; fractions, with
        95% intervals (not numbers of one chain).

    Raises:
        InputError: as `estimated`.
    """
    apart = {
        (row["source"], row["target"]): float(row["nats"]) for row in divergence.to_dict("records")
    }
    moved = results[results["experiment"] == TRANSFER]
    contrast = lead(MASKS_RESET, TICKET_TARGET, above, upto)
    rows = []
    for source, target in dict.fromkeys(zip(moved["source"], moved["target"], strict=True)):
        if (source, target) not in apart:
            continue
        own = (results["experiment"] == OBTAIN) & (results["source"] == target)
        task = moved[(moved["source"] == source) & (moved["target"] == target)]
        found = estimated(pd.concat([results[own], task]), TRANSFER, contrast)
        ends = found.interval(CONFIDENCE)
        rows.append((source, target, apart[source, target], found.value, *ends))
    return pd.DataFrame(rows, columns=["source", "target", "nats", "estimate", "low", "high"])


def rank_correlation(tasks: pd.DataFrame) -> tuple[float, float]:
    """Spearman's correlation of loss and divergence, and p that domains' names do not matter.

    Tasks share domains and are no sample of pairs: so domains change places, all tasks with them
    (Mantel 1967), and the share of all orders is taken in which divergences go with losses as much.
    Among domains that fall into two blocks most orders look alike, and p cannot be small.

    Args:
        tasks: as `losses` gives them.

    Returns:
        Not numbers of fewer than three tasks, or if divergences or losses are all the same.
    """
    known = tasks.dropna(subset="estimate")
    names = sorted({*known["source"], *known["target"]})
    apart = {
        frozenset(pair): nats
        for *pair, nats in known[["source", "target", "nats"]].itertuples(index=False)
    }
    found = _correlation(known, apart, dict(zip(names, names, strict=True)))
    if found is None:
        return float("nan"), float("nan")
    orders = (
        _correlation(known, apart, dict(zip(names, order, strict=True)))
        for order in itertools.permutations(names)
    )
    others = np.array([order for order in orders if order is not None])
    return found, float((np.abs(others) >= abs(found) - 1e-12).mean())


def _correlation(
    tasks: pd.DataFrame, apart: dict[frozenset[str], float], renamed: dict[str, str]
) -> float | None:
    """Over the tasks whose divergence is known after renaming; None where there is none to tell."""
    pairs = []
    for source, target, loss in tasks[["source", "target", "estimate"]].itertuples(index=False):
        nats = apart.get(frozenset((renamed[source], renamed[target])))
        if nats is not None:
            pairs.append((nats, loss))
    if len(pairs) < 3:
        return None
    ranks = pd.DataFrame(pairs).rank()
    if (ranks.nunique() == 1).any():
        return None
    return float(np.corrcoef(ranks.T)[0, 1])
