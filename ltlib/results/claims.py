"""A verdict on each of the paper's claims, from a results table.

The claims are in `ltlib.results.desai2019`; how a verdict is reached is said in
`ltlib.results.verdicts`. A claim about named domains is measured on those where the table has
them; elsewhere on all sources where that makes sense, and not at all where it does not.
"""

from dataclasses import replace
from functools import partial

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.desai2019 import CLAIMS, Claim
from ltlib.results.grid import Measure, missing_runs
from ltlib.results.quantities import EARLY, deviations, transfer_lead
from ltlib.results.side_by_side import transferred
from ltlib.results.table import check_table
from ltlib.results.verdicts import (
    ALIKE,
    Claimed,
    Verdict,
    by_replicate,
    judge,
)
from ltlib.strategies import MOVED, OBTAIN, TICKET_TARGET, TRANSFER


def verdict(claim: Claim, results: pd.DataFrame) -> Verdict:
    """The verdict of a results table on a claim.

    Raises:
        InputError: the table lacks columns or rows, or mixes corpora or protocols.
    """
    check_table(results)
    rows = deviations(results) if claim.varies else results
    moved = rows["experiment"] == TRANSFER
    named = moved & rows["source"].isin(claim.sources)
    if named.any():
        rows = rows[named | ~moved]
    elif claim.sources and not claim.general:
        return judge([], claim.claimed)
    return _on_whole_grid(rows, claim.experiment, claim.measure, claim.claimed)


def _on_whole_grid(
    rows: pd.DataFrame, experiment: str, measure: Measure, claimed: Claimed
) -> Verdict:
    """The verdict on a measure, unless a replicate lacks some of the runs that it is of."""
    missing = missing_runs(rows, experiment, measure)
    if missing:
        return replace(judge([], claimed), missing=missing)
    return judge(by_replicate(rows, experiment, measure.quantity), claimed)


def judged(results: pd.DataFrame) -> pd.DataFrame:
    """The verdict of a results table on every claim.

    Returns:
        Columns `id, section, experiment, statement, quantity, above, below, mean, low, high,
        replicates, verdict, missing`, a row a claim. Numbers are fractions: the quantity is claimed
        to lie between `above` and `below` (infinite where no end is claimed); its interval is from
        `low` to `high`. `missing` says which runs replicates lack of those that it is of.

    Raises:
        InputError: as `verdict`.
    """
    rows = []
    for claim in CLAIMS:
        found = verdict(claim, results)
        rows.append(
            {
                "id": claim.id,
                "section": claim.section,
                "experiment": claim.experiment,
                "statement": claim.statement,
                "quantity": claim.quantity,
                "above": claim.claimed.above,
                "below": claim.claimed.below,
                "mean": found.mean,
                "low": found.low,
                "high": found.high,
                "replicates": found.replicates,
                "verdict": found.word,
                "missing": found.missing,
            }
        )
    return pd.DataFrame(rows)


def transfer_verdict(results: pd.DataFrame, source: str, target: str, strategy: str) -> Verdict:
    """Whether a transferred ticket is as accurate as the target's own, up to 90% sparsity.

    The quantity is transferred ticket minus ticket-target, averaged over the pruned rounds up to
    90%; the claim is that it lies within one point of zero. `Verdict.place` says `within`, `below`
    (the transferred ticket is worse), `above`, `undecided` or `not measured`.

    Args:
        results: the results table.
        source, target: a task that the table holds.
        strategy: `masks-reset` or `masks-random`.

    Raises:
        InputError: no such task or strategy, or no transfers in the table.
    """
    if strategy not in MOVED:
        raise InputError(f"strategy '{strategy}' is not known; it is one of {', '.join(MOVED)}")
    table = transferred(results)
    tasks = dict.fromkeys(zip(table["source"], table["target"], strict=True))
    if (source, target) not in tasks:
        known = ", ".join(":".join(task) for task in tasks)
        raise InputError(f"results: task {source}:{target} is not there; there are {known}")
    obtain = (results["experiment"] == OBTAIN) & (results["source"] == target)
    task = (results["source"] == source) & (results["target"] == target) & ~obtain
    lead = partial(transfer_lead, better=strategy, worse=TICKET_TARGET, upto=EARLY)
    measure = Measure(lead, (strategy, TICKET_TARGET), ((0.0, EARLY),))
    return _on_whole_grid(results[obtain | task], TRANSFER, measure, ALIKE)
