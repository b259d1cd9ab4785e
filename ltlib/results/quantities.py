"""The numbers that the paper's claims are about, measured on a results table.

Differences of accuracies are fractions (0.01 is one point), paired within a replicate, and
averaged over rounds and replicates, every domain or task counting the same. A quantity that the
table has no rounds for is not a number. Sections (§) are those of Desai, Zhan & Aly (2019).
"""

import numpy as np
import pandas as pd

from ltlib.results.side_by_side import obtained, transferred
from ltlib.strategies import FULL_MODEL, TICKET_RANDOM, TICKET_RESET

HALF = 0.50
EARLY = 0.90  # "early stages of sparsification (0-90%)", §5.2
ALIKE = 0.96  # up to here reset and random are alike, §5.2
LATE = 0.99  # up to here and beyond masks from CDs are better, §5.3
DEEP = 0.999  # ticket-reset is stable "over 99.9%", §5.2

Sparsities = tuple[float, float]  # above the first, up to the second
UNPRUNED: Sparsities = (-1.0, 0.0)


def obtaining_lead(
    results: pd.DataFrame,
    better: str,
    worse: str,
    above: float = 0.0,
    upto: float = 1.0,
    domain: str | None = None,
) -> float:
    """Mean of `better` − `worse` at sparsities in (above, upto], of one domain or of all (§5.2)."""
    table = _of(obtained(results), domain=domain)
    return _lead(table, better, worse, above, upto)


def transfer_lead(
    results: pd.DataFrame,
    better: str,
    worse: str,
    above: float = 0.0,
    upto: float = 1.0,
    source: str | None = None,
    target: str | None = None,
) -> float:
    """Mean of `better` − `worse` on the target at sparsities in (above, upto] (§5.3)."""
    table = _of(transferred(results), source=source, target=target)
    return _lead(table, better, worse, above, upto)


def winning_sparsity(results: pd.DataFrame, domain: str, tolerance: float = 0.0) -> float:
    """Highest sparsity at which ticket-reset is no worse than the full model (§6).

    Args:
        tolerance: how far below the full model's mean still counts as no worse.

    Returns:
        0.0 when no pruned ticket is as good.
    """
    table = _of(obtained(results), domain=domain)
    means = table.groupby("round")[["sparsity", TICKET_RESET, FULL_MODEL]].mean()
    winning = means[means[TICKET_RESET] >= means[FULL_MODEL] - tolerance]
    return float(winning["sparsity"].max()) if len(winning) else 0.0


def transition_sparsity(results: pd.DataFrame, domain: str, threshold: float = 0.02) -> float:
    """Sparsity from which ticket-reset stays ahead of ticket-random by `threshold` (§5.2, §6).

    The phase transition: from this round on the mean lead is at least `threshold` in every round.

    Returns:
        Not a number when the last round has no such lead.
    """
    leads = _of(lead_by_round(results), domain=domain)
    return float(leads.loc[leads["from_here_on"] >= threshold, "sparsity"].min())


def lead_by_round(results: pd.DataFrame) -> pd.DataFrame:
    """How far ticket-reset is ahead of ticket-random, and how far it stays ahead (§5.2, §6).

    Returns:
        Columns `domain, round, sparsity, mean, deviation, replicates, from_here_on`, a row a domain
        (in the table's order) and round, round 0 among them. Mean and deviation are over
        replicates; `from_here_on` is the smallest mean of this round and all later ones. It is not
        a number at round 0, nor where this round or a later one was run with one strategy only.
    """
    table = obtained(results)
    table["lead"] = table[TICKET_RESET] - table[TICKET_RANDOM]
    by_round = table.groupby(["domain", "round"])
    leads = by_round["lead"].agg(mean="mean", deviation="std", replicates="count")
    leads.insert(0, "sparsity", by_round["sparsity"].first())
    latest_first = leads.loc[leads.index.get_level_values("round") > 0, "mean"][::-1]
    leads["from_here_on"] = latest_first.groupby("domain").transform(np.minimum.accumulate)
    return leads.loc[list(dict.fromkeys(table["domain"]))].reset_index()


def between(table: pd.DataFrame, above: float, upto: float) -> pd.DataFrame:
    """Rounds with sparsity in (above, upto]; sparsity is rounded so that 0.9 means 90%."""
    sparsity = table["sparsity"].round(4)
    return table[(sparsity > above) & (sparsity <= upto)]


def _of(table: pd.DataFrame, **names: str | None) -> pd.DataFrame:
    for column, name in names.items():
        if name is not None:
            table = table[table[column] == name]
    return table


def _lead(table: pd.DataFrame, better: str, worse: str, above: float, upto: float) -> float:
    rounds = between(table, above, upto)
    return float((rounds[better] - rounds[worse]).mean())
