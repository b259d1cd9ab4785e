"""A verdict on each of the paper's claims, from a results table.

The claims are in `ltlib.results.desai2019`; how a verdict is reached is said in
`ltlib.results.verdicts`. A claim about named domains is measured on those where the table has
them; elsewhere on all where that makes sense, and not at all where it does not.
"""

import math
from collections.abc import Iterator

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.apart import farther
from ltlib.results.contrasts import Contrast, Term, estimated, lead
from ltlib.results.desai2019 import CLAIMS, Claim
from ltlib.results.multiple import benjamini_hochberg, holm
from ltlib.results.quantities import ALIKE, EARLY, UNPRUNED
from ltlib.results.side_by_side import ACCURACY, AREA, obtained, transferred
from ltlib.results.spread import varies_more
from ltlib.results.table import check_table
from ltlib.results.transition import transition_evidence
from ltlib.results.verdicts import (
    ALIKE as WITHIN_A_POINT,
)
from ltlib.results.verdicts import (
    NOT_IDENTIFIABLE,
    NOTHING,
    UNDECIDED,
    WITHIN,
    Evidence,
    chains_to_decide,
    everywhere,
    evidence,
    smallest_effect,
    somewhere,
)
from ltlib.strategies import FULL_MODEL, MOVED, OBTAIN, TICKET_TARGET, TRANSFER


def evidence_of(claim: Claim, results: pd.DataFrame, measure: str = ACCURACY) -> Evidence:
    """What a results table says of a claim about runs.

    Args:
        measure: `test_accuracy`, or `test_auc` for the area under the ROC curve.

    Raises:
        InputError: the table lacks columns or rows, or mixes corpora or protocols.
    """
    check_table(results)
    rows = _of_named(claim, results)
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
    if claim.over == "mean":
        return evidence(estimated(rows, claim.experiment, claim.contrast, measure), claim.claimed)
    combined = everywhere if claim.over == "every" else somewhere
    found = [
        estimated(own, claim.experiment, claim.contrast, measure) for own in _by_place(claim, rows)
    ]
    return combined([evidence(part, claim.claimed) for part in found])


def _of_named(claim: Claim, results: pd.DataFrame) -> pd.DataFrame | None:
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


def judged(results: pd.DataFrame, divergence: pd.DataFrame | None = None) -> pd.DataFrame:
    """The verdict of a results table on every claim.

    Args:
        divergence: how far apart the domains are, as the table's atlas has it or
            `ltlib.data.resampled.resampled_divergence` gives it; None: not measured.

    Returns:
        A row a claim. `id, section, experiment, statement, quantity, unit, primary`; `above,
        below`: the quantity is claimed to lie between them (infinite where no end is claimed);
        `estimate`, its 95% interval from `low` to `high`, of `chains` a domain; `p`, and
        `corrected` for the other claims; `verdict`, `side` (what a failure means, in words) and
        `missing` (which runs are lacking); of an undecided claim the `smallest` effect that would
        be seen with power 80% and how many chains would decide it (`needed`); `area`: the verdict
        on areas under the ROC curve. Numbers are fractions where the unit is `points`, else in
        that unit.

    Raises:
        InputError: as `evidence_of`.
    """
    check_table(results)
    domains = _evidence_of_divergence(divergence)
    found = {c.id: domains.get(c.id) or evidence_of(c, results) for c in CLAIMS}
    areas = {c.id: domains.get(c.id) or evidence_of(c, results, AREA) for c in CLAIMS}
    corrected, corrected_areas = _corrected(found), _corrected(areas)
    rows = []
    for claim in CLAIMS:
        own = found[claim.id]
        word = own.word(corrected[claim.id])
        if claim.unidentifiable and own.chains:
            word = NOT_IDENTIFIABLE
        rows.append(
            {
                "id": claim.id,
                "section": claim.section,
                "experiment": claim.experiment,
                "statement": claim.statement,
                "quantity": claim.quantity,
                "unit": claim.unit,
                "primary": claim.primary,
                "above": claim.claimed.above,
                "below": claim.claimed.below,
                "estimate": own.estimate,
                "low": own.low,
                "high": own.high,
                "chains": own.chains,
                "p": own.p,
                "corrected": corrected[claim.id],
                "verdict": word,
                "side": _side(claim, own, word),
                "missing": own.missing,
                **_outlook(claim, results, word),
                "area": areas[claim.id].word(corrected_areas[claim.id]),
            }
        )
    return pd.DataFrame(rows)


def _evidence_of_divergence(divergence: pd.DataFrame | None) -> dict[str, Evidence]:
    known = pd.DataFrame() if divergence is None else divergence
    return {c.id: farther(known, c.pair, c.claimed) for c in CLAIMS if c.pair}


def _corrected(found: dict[str, Evidence]) -> dict[str, float]:
    """p of measured claims: primary ones after Holm, the others after Benjamini and Hochberg."""
    p: dict[str, float] = {}
    for primary, correct in ((True, holm), (False, benjamini_hochberg)):
        names = [c.id for c in CLAIMS if c.primary == primary and found[c.id].chains]
        p |= dict(zip(names, correct([found[name].p for name in names]), strict=True))
    return {claim.id: p.get(claim.id, 1.0) for claim in CLAIMS}


def _side(claim: Claim, own: Evidence, word: str) -> str:
    if word == NOT_IDENTIFIABLE:
        return claim.unidentifiable
    if word != "fails" or own.place == WITHIN:
        return ""
    return claim.below if own.place == "below" else claim.above


def _outlook(claim: Claim, results: pd.DataFrame, word: str) -> dict[str, float]:
    """What it would take to decide a claim about a mean."""
    nothing = {"smallest": math.nan, "needed": math.nan}
    rows = _of_named(claim, results)
    if word != UNDECIDED or claim.over != "mean" or not claim.contrast or rows is None:
        return nothing
    estimate = estimated(rows, claim.experiment, claim.contrast)
    return {
        "smallest": smallest_effect(estimate),
        "needed": chains_to_decide(estimate, claim.claimed),
    }


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
