"""A verdict on each of the paper's claims, from a results table.

The claims are in `ltlib.results.desai2019`; what a table says of one in `ltlib.results.evidence`;
how a verdict is reached in `ltlib.results.verdicts`.
"""

import math

import pandas as pd

from ltlib.results.apart import farther
from ltlib.results.contrasts import estimated
from ltlib.results.desai2019 import CLAIMS, Claim
from ltlib.results.evidence import evidence_of, of_named
from ltlib.results.multiple import benjamini_hochberg, holm
from ltlib.results.side_by_side import AREA
from ltlib.results.table import check_table
from ltlib.results.verdicts import (
    CHANCE,
    NOT_IDENTIFIABLE,
    UNDECIDED,
    WIDENED,
    WITHIN,
    Evidence,
    chains_to_decide,
    smallest_effect,
)


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
        on areas under the ROC curve; `wider`: with a margin of two points instead of one, where
        there is one; `at_chance`: the networks compared do little better than guessing. Numbers are
        fractions where the unit is `points`, else in that unit.

    Raises:
        InputError: as `evidence_of`.
    """
    check_table(results)
    # Each contrast reads every row's names, and Arrow gives them out one by one slowly.
    names: list[str] = list(results.select_dtypes("string"))
    results = results.astype(dict.fromkeys(names, "object"))
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
                "wider": _wider(claim, results),
                "at_chance": own.level < CHANCE,
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


def _wider(claim: Claim, results: pd.DataFrame) -> str:
    """The word, uncorrected, with the wider margin; empty where the claim has none."""
    if claim.claimed not in WIDENED:
        return ""
    return evidence_of(claim, results, claimed=WIDENED[claim.claimed]).word()


def _outlook(claim: Claim, results: pd.DataFrame, word: str) -> dict[str, float]:
    """What it would take to decide a claim about a mean."""
    nothing = {"smallest": math.nan, "needed": math.nan}
    rows = of_named(claim, results)
    if word != UNDECIDED or claim.over != "mean" or not claim.contrast or rows is None:
        return nothing
    estimate = estimated(rows, claim.experiment, claim.contrast)
    return {
        "smallest": smallest_effect(estimate),
        "needed": chains_to_decide(estimate, claim.claimed),
    }
