"""From an estimate to a verdict: an interval set beside what is claimed.

The rule. A claim says between which two values a quantity lies. It **holds** when the whole 95%
interval of the estimate lies there and **fails** when the whole interval lies outside; otherwise,
and where there is one chain a domain, it is **undecided**. Where the table lacks the runs it was
**not measured**. The interval counts what training again and what other test texts would change
(`ltlib.results.contrasts`).

Twenty verdicts of which each errs once in forty times err together more often. So ten claims were
named as primary before the published Amazon tables were looked at, and are judged together after
Holm; the others after Benjamini and Hochberg. Either can turn a verdict into *undecided*, and
nothing else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import ndtri  # alone: scipy.stats takes as long to import as pandas

from ltlib.results.estimates import Estimate

CONFIDENCE = 0.95
MARGIN = 0.01  # one point: "alike", "stable" and "no worse" are closer than this
WIDER = 0.02  # what they are with a margin of two stands beside it
CHANCE = 0.55  # networks less accurate than that on average are about as good as guessing
POWER = 0.80
AFFORDABLE = 20  # chains a domain; a claim that needs more is not decided by training again

HOLDS, FAILS, UNDECIDED, NOT_MEASURED = "holds", "fails", "undecided", "not measured"
NOT_IDENTIFIABLE = "not identifiable"  # no number of runs could decide it
WITHIN, BELOW, ABOVE = "within", "below", "above"  # where the interval lies


@dataclass(frozen=True)
class Claimed:
    """The values that a claim allows a quantity, without the two ends."""

    above: float = -math.inf
    below: float = math.inf


ALIKE = Claimed(-MARGIN, MARGIN)
MORE = Claimed(above=0.0)
LESS = Claimed(below=0.0)
NO_WORSE = Claimed(above=-MARGIN)
WIDENED = {ALIKE: Claimed(-WIDER, WIDER), NO_WORSE: Claimed(above=-WIDER)}


@dataclass(frozen=True)
class Evidence:
    """What a table says of a claim: an estimate, its interval, and three one-sided p.

    Attributes:
        estimate, low, high: in the unit of the quantity; not numbers where they are not known.
        chains: the fewest of any domain that takes part; 0: nothing was measured.
        within, below, above: p of the hypothesis that the truth does not lie there: within what is
            claimed, below it, above it.
        missing: which runs are lacking.
        level: the mean accuracy of the runs that were compared, where that is known.
    """

    estimate: float
    low: float
    high: float
    chains: int
    within: float
    below: float
    above: float
    missing: str = ""
    level: float = math.nan

    @property
    def place(self) -> str:
        """Where the estimate lies most surely: `within`, `below` or `above` what is claimed."""
        surely = {WITHIN: self.within, BELOW: self.below, ABOVE: self.above}
        return min(surely, key=lambda place: surely[place])

    @property
    def said(self) -> str:
        """`place` where that is decided by itself, else `undecided` or `not measured`."""
        return self.place if self.word() in (HOLDS, FAILS) else self.word()

    @property
    def p(self) -> float:
        """Of the verdict, two-sided, before any correction; 1 where nothing is known."""
        return min(1.0, 2 * min(self.within, self.below, self.above))

    def word(self, p: float | None = None) -> str:
        """The verdict: `holds`, `fails`, `undecided` or `not measured`.

        Args:
            p: corrected for other claims; None: `Evidence.p`.
        """
        if self.chains == 0:
            return NOT_MEASURED
        if (self.p if p is None else p) >= 1 - CONFIDENCE:
            return UNDECIDED
        return HOLDS if self.place == WITHIN else FAILS


NOTHING = Evidence(math.nan, math.nan, math.nan, 0, 1.0, 1.0, 1.0)


def evidence(estimate: Estimate, claimed: Claimed) -> Evidence:
    """What an estimate says of where a quantity is claimed to lie."""
    if math.isnan(estimate.value):
        return Evidence(math.nan, math.nan, math.nan, 0, 1.0, 1.0, 1.0, estimate.missing)
    low, high = estimate.interval(CONFIDENCE)
    if math.isnan(low):
        p = (1.0, 1.0, 1.0)
    else:
        inside = max(estimate.above(claimed.above), estimate.below(claimed.below))
        p = (inside, estimate.below(claimed.above), estimate.above(claimed.below))
    return Evidence(
        estimate.value, low, high, estimate.chains, *p, estimate.missing, estimate.level
    )


def everywhere(parts: Sequence[Evidence]) -> Evidence:
    """That a claim is true in every place; shown is the place where it is least sure.

    All must be (Berger's intersection-union test, with no correction); that one is not is found by
    looking at all of them, and corrected for that.
    """
    if not parts or any(part.chains == 0 for part in parts):
        missing = "; ".join(dict.fromkeys(part.missing for part in parts if part.missing))
        return Evidence(math.nan, math.nan, math.nan, 0, 1.0, 1.0, 1.0, missing)
    worst = max(parts, key=lambda part: part.within)
    below, above = (
        min(1.0, len(parts) * min(p))
        for p in zip(*((e.below, e.above) for e in parts), strict=True)
    )
    shown = (worst.estimate, worst.low, worst.high, worst.chains, worst.within)
    return Evidence(*shown, below, above, level=worst.level)


def somewhere(parts: Sequence[Evidence]) -> Evidence:
    """That a claim is true in some place; shown is the place where it is surest."""
    measured = [part for part in parts if part.chains]
    if not measured:
        return NOTHING
    best = min(measured, key=lambda part: part.within)
    within = min(1.0, len(measured) * best.within)
    below, above = (max(p) for p in zip(*((e.below, e.above) for e in measured), strict=True))
    shown = (best.estimate, best.low, best.high, best.chains, within)
    return Evidence(*shown, below, above, level=best.level)


def chains_to_decide(estimate: Estimate, claimed: Claimed) -> float:
    """Chains a domain with which this would be decided, were the estimate the truth, 4 in 5 times.

    Returns:
        Infinite where the texts alone leave more doubt than that; not a number without an error.
    """
    ends = [end for end in (claimed.above, claimed.below) if math.isfinite(end)]
    distance = min(abs(estimate.value - end) for end in ends)
    bearable = (distance / (ndtri((1 + CONFIDENCE) / 2) + ndtri(POWER))) ** 2
    texts = 0.0 if math.isnan(estimate.of_texts) else estimate.of_texts
    if math.isnan(estimate.error) or bearable <= texts:
        return math.nan if math.isnan(estimate.error) else math.inf
    one = sum(variance * count for variance, count in estimate.of_chains)
    return max(2.0, math.ceil(one / (bearable - texts)))


def smallest_effect(estimate: Estimate) -> float:
    """The distance from what is claimed that would be decided 4 in 5 times."""
    return float((ndtri((1 + CONFIDENCE) / 2) + ndtri(POWER)) * estimate.error)
