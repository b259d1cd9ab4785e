"""Whether one strategy varies more than another from seed to seed: permutation of log variances.

Of two strategies in the same places, at the same rounds, in the same chains, the mean over places
and rounds of log variance over chains is compared. Were both to vary alike, it would not matter
which of the two a chain's deviations are called by: so they are exchanged, chain by chain, and the
share of exchanges that leave as large a difference is the p (Good 2005).
"""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltlib.results.quantities import between
from ltlib.results.table import REPLICATE
from ltlib.results.verdicts import CONFIDENCE, NOTHING, Evidence

EXCHANGES = 1_999
Floats = NDArray[np.float64]
FEWEST = 3  # chains; of two, what is left after their mean is the same number twice
FLOOR = 1e-3  # a deviation below a tenth of a point is that of a test set, not of training


def varies_more(
    table: pd.DataFrame, place: list[str], more: str, less: str, above: float
) -> Evidence:
    """That `more` varies more than `less` at sparsities above this one, by a factor.

    Args:
        table: what `obtained` or `transferred` gives.
        place: the columns that name a domain or a task.
    """
    rows = between(table, above, 1.0).dropna(subset=[more, less])
    pairs = [
        cell[[more, less]].to_numpy(float).T  # [2, chains]
        for _, cell in rows.groupby([*place, "round"], sort=True)
        if len(cell.drop_duplicates(REPLICATE)) >= FEWEST
    ]
    if not pairs or len({pair.shape for pair in pairs}) > 1:
        return NOTHING
    centred = np.stack([pair - pair.mean(axis=1, keepdims=True) for pair in pairs])
    places = len(rows.drop_duplicates(place))
    both = centred.reshape(places, -1, *centred.shape[1:])  # [places, rounds, 2, chains]
    one, other = both[:, :, 0], both[:, :, 1]
    found = float(_log_ratio(one, other))
    random = np.random.default_rng(0)
    exchanged = np.array([_exchanged(one, other, random) for _ in range(EXCHANGES)])
    p_more = (1 + (exchanged >= found).sum()) / (1 + len(exchanged))
    p_less = (1 + (exchanged <= found).sum()) / (1 + len(exchanged))
    half = float(np.quantile(np.abs(exchanged), CONFIDENCE))
    low, high = (math.exp(found + side * half) for side in (-1, 1))
    chains = both.shape[-1]
    return Evidence(math.exp(found), low, high, chains, float(p_more), float(p_less), 1.0)


def _log_ratio(one: Floats, other: Floats) -> float:
    """Mean over places and rounds of the log of the one's deviation over the other's.

    Args:
        one, other: `[places, rounds, chains]`.
    """
    ratios = (one.var(axis=-1, ddof=1) + FLOOR**2) / (other.var(axis=-1, ddof=1) + FLOOR**2)
    return 0.5 * float(np.log(ratios).mean())


def _exchanged(one: Floats, other: Floats, random: np.random.Generator) -> float:
    """The same with the two exchanged in random chains, all rounds of a chain alike."""
    places, _, chains = one.shape
    flip = random.random((places, 1, chains)) < 0.5
    return _log_ratio(np.where(flip, other, one), np.where(flip, one, other))
