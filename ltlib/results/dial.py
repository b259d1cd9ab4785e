"""What a moved ticket loses as its source is mixed with more and more of its target.

Whether distance costs accuracy cannot be told from a few pairs of domains, which differ in much
else. Here the source alone changes, a share of its texts at a time; at 100% it is the target, with
initial values of its own.
"""

import math

import pandas as pd

from ltlib.data.mixture import mixture_of
from ltlib.results.estimates import t_quantile
from ltlib.results.quantities import EARLY
from ltlib.results.side_by_side import transferred
from ltlib.results.table import REPLICATE
from ltlib.results.verdicts import CONFIDENCE
from ltlib.strategies import MASKS_RESET, TICKET_TARGET

TASK = ["source", "target"]


def dial(results: pd.DataFrame, above: float = 0.0, upto: float = EARLY) -> pd.DataFrame:
    """Masks-reset less the target's own ticket, for each share of the target in the source.

    Args:
        results: with transfers from mixtures to the second of their domains; others are left out.
        above, upto: the sparsities over which the mean is taken.

    Returns:
        Columns `source, target, percent, chains, estimate, low, high`: the source that is mixed,
        percent of the target; fractions, with the 95% interval over chains (not numbers of one).

    Raises:
        InputError: as `transferred`.
    """
    rows = _by_chain(results, above, upto)
    found = [(*key, *_mean(own["loss"])) for key, own in rows.groupby([*TASK, "percent"])]
    return pd.DataFrame(found, columns=[*TASK, "percent", "chains", "estimate", "low", "high"])


def dial_slopes(results: pd.DataFrame, above: float = 0.0, upto: float = EARLY) -> pd.DataFrame:
    """What is lost less when the whole source is the target's: least squares over its shares.

    A replicate's slope is one number: the target's own ticket, which its shares have in common, is
    no part of it.

    Returns:
        Columns `source, target, chains, estimate, low, high`, as `dial` has them; none of fewer
        than two shares.
    """
    rows = _by_chain(results, above, upto)
    found = []
    for key, task in rows.groupby(TASK):
        wide = task.pivot_table("loss", REPLICATE, "percent").dropna()
        shares = wide.columns.to_numpy(float) / 100
        centred = shares - shares.mean()
        if len(shares) > 1:
            slopes = wide @ centred / (centred @ centred)
            found.append((*key, *_mean(slopes)))
    return pd.DataFrame(found, columns=[*TASK, "chains", "estimate", "low", "high"])


def _by_chain(results: pd.DataFrame, above: float, upto: float) -> pd.DataFrame:
    """Columns of `TASK` and `REPLICATE`, `percent` and `loss`: a row a chain from a mixture."""
    tasks = transferred(results)
    mixtures = {name: mixture_of(name) for name in tasks["source"].unique()}
    wanted = {n for n, mixture in mixtures.items() if mixture}
    within = (tasks["sparsity"] > above) & (tasks["sparsity"] <= upto)
    rows = tasks[tasks["source"].isin(wanted) & within]
    loss = (rows[MASKS_RESET] - rows[TICKET_TARGET]).rename("loss")
    means = loss.groupby([rows[name] for name in [*TASK, *REPLICATE]]).mean().dropna().reset_index()
    parts = [mixtures[name] for name in means["source"]]
    known = [(part.source, part.percent, part.target) for part in parts if part is not None]
    mixed = pd.DataFrame(known, columns=["of", "percent", "with"])
    means = means.assign(percent=mixed["percent"], source=mixed["of"])
    return means[means["target"] == mixed["with"]]


def _mean(values: pd.Series) -> tuple[int, float, float, float]:
    """How many, their mean, and the ends of its interval (Student's t)."""
    count, mean = len(values), float(values.mean())
    if count < 2:
        return count, mean, math.nan, math.nan
    half = t_quantile(count - 1, CONFIDENCE) * float(values.std(ddof=1)) / math.sqrt(count)
    return count, mean, mean - half, mean + half
