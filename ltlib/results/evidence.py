"""What a results table says of a claim: the runs it is about, and evidence for where they lie.

A claim about named domains is measured on those where the table has them; elsewhere on all where
that makes sense, and not at all where it does not.
"""

from collections.abc import Iterator

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.contrasts import Contrast, Term, estimated, lead
from ltlib.results.desai2019 import Claim
from ltlib.results.quantities import ALIKE, EARLY, UNPRUNED
from ltlib.results.side_by_side import ACCURACY, obtained, transferred
from ltlib.results.spread import varies_more
from ltlib.results.table import check_table
from ltlib.results.transition import transition_evidence
from ltlib.results.verdicts import (
    ALIKE as WITHIN_A_POINT,
)
from ltlib.results.verdicts import (
    NOTHING,
    Claimed,
    Evidence,
    everywhere,
    evidence,
    somewhere,
)
from ltlib.strategies import FULL_MODEL, MOVED, OBTAIN, TICKET_TARGET, TRANSFER


def evidence_of(
    claim: Claim,
    results: pd.DataFrame,
    measure: str = ACCURACY,
    claimed: Claimed | None = None,
) -> Evidence:
    """What a results table says of a claim about runs.

    Args:
        measure: `test_accuracy`, or `test_auc` for the area under the ROC curve.
        claimed: in the place of what the claim says, of a quantity that is a contrast.

    Raises:
        InputError: the table lacks columns or rows, or mixes corpora or protocols.
    """
    check_table(results)
    rows = of_named(claim, results)
    if rows is None or not (rows["experiment"] == claim.experiment).any():
        return NOTHING
    if claim.transition:
        return transition_evidence(rows, claim.transition, claim.claimed, measure)
    if claim.spread:
        side_by_side = (
            obtained(rows, measure) if claim.experiment == OBTAIN else transferred(rows, measure)
        )
        place = ["domain"] if claim.experiment == OBTAIN else ["source", "target"]
        return varies_more(side_by_side, place, *claim.spread, above=ALIKE)
    if claim.lowest:
        parts = [estimated(rows, OBTAIN, one, measure) for one in _against_others(claim, rows)]
        return everywhere([evidence(part, claim.claimed) for part in parts])
    claimed = claimed or claim.claimed
    if claim.over == "mean":
        return evidence(estimated(rows, claim.experiment, claim.contrast, measure), claimed)
    combined = everywhere if claim.over == "every" else somewhere
    found = [
        estimated(own, claim.experiment, claim.contrast, measure) for own in _by_place(claim, rows)
    ]
    return combined([evidence(part, claimed) for part in found])


def of_named(claim: Claim, results: pd.DataFrame) -> pd.DataFrame | None:
    """The rows that a claim is about; None: it names domains that the table lacks."""
    if claim.lowest and claim.lowest not in set(results["source"]):
        return None
    asked = results["experiment"] == claim.experiment
    named = asked & results["source"].isin(claim.sources)
    if named.any():
        return results[named | ~asked]
    return None if claim.sources and not claim.general else results


def _by_place(claim: Claim, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rows of each domain or task, the others' of the other experiment among them."""
    asked = rows["experiment"] == claim.experiment
    for _, own in rows[asked].groupby(["source", "target"], sort=False):
        yield pd.concat([own, rows[~asked]])


def _against_others(claim: Claim, rows: pd.DataFrame) -> Iterator[Contrast]:
    """The full model of one domain less that of each other."""
    lowest = (claim.lowest, claim.lowest)
    for domain in dict.fromkeys(rows.loc[rows["experiment"] == OBTAIN, "source"]):
        if domain != claim.lowest:
            other = Term(FULL_MODEL, UNPRUNED, -1, (domain, domain))
            yield Term(FULL_MODEL, UNPRUNED, 1, lowest), other


def transfer_evidence(results: pd.DataFrame, source: str, target: str, strategy: str) -> Evidence:
    """Whether a transferred ticket is as accurate as the target's own, up to 90% sparsity.

    The quantity is transferred ticket minus ticket-target, averaged over the pruned rounds up to
    90%; the claim is that it lies within one point of zero. `Evidence.place` says on which side it
    is most surely: `within`, `below` (the transferred ticket is worse) or `above`.

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
    contrast = lead(strategy, TICKET_TARGET, upto=EARLY)
    return evidence(estimated(results[obtain | task], TRANSFER, contrast), WITHIN_A_POINT)
