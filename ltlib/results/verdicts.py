"""From replicates to a verdict: an interval for the mean of a quantity, set beside what is claimed.

The rule. A quantity is computed once for each replicate, everything compared within it having the
same seeds. The replicates give its mean and a 90% interval of Student's t. A claim says between
which two values the quantity lies. It **holds** when the whole interval lies there and **fails**
when the whole interval lies outside; otherwise, and with a single replicate, it is **undecided**.
Where the table lacks the runs, or a replicate some of them, it was **not measured**.

Replicates share their texts: the interval is about training again, not about other texts.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from scipy.special import stdtrit  # alone: scipy.stats takes as long to import as pandas

from ltlib.results.table import REPLICATE, check_table

CONFIDENCE = 0.90
MARGIN = 0.01  # one point: "alike", "stable" and "no worse" are closer than this

HOLDS, FAILS, UNDECIDED, NOT_MEASURED = "holds", "fails", "undecided", "not measured"


@dataclass(frozen=True)
class Claimed:
    """The values that a claim allows a quantity, without the two ends."""

    above: float = -math.inf
    below: float = math.inf


ALIKE = Claimed(-MARGIN, MARGIN)
MORE = Claimed(above=0.0)
LESS = Claimed(below=0.0)
NO_WORSE = Claimed(above=-MARGIN)


@dataclass(frozen=True)
class Verdict:
    """What the replicates say about a claim; every number in the unit of the quantity.

    `low` and `high` are the ends of the interval: not a number for fewer than two replicates.
    `missing` says which runs some replicates lack, so that nothing was measured.
    """

    claimed: Claimed
    mean: float
    low: float
    high: float
    replicates: int
    missing: str = ""

    @property
    def word(self) -> str:
        """One of `holds`, `fails`, `undecided`, `not measured`."""
        words = {"within": HOLDS, "below": FAILS, "above": FAILS}
        return words.get(self.place, self.place)

    @property
    def place(self) -> str:
        """Where the interval lies: `within` what is claimed, `below` or `above` it.

        `undecided` when it lies across an end or is missing; `not measured` without replicates.
        """
        if self.replicates == 0:
            return NOT_MEASURED
        if self.low > self.claimed.above and self.high < self.claimed.below:
            return "within"
        if self.high <= self.claimed.above:
            return "below"
        if self.low >= self.claimed.below:
            return "above"
        return UNDECIDED


def judge(values: Sequence[float], claimed: Claimed) -> Verdict:
    """The verdict on a quantity, measured once for each replicate.

    Args:
        values: one a replicate; those that are not numbers were not measured and do not count.
        claimed: between which values the quantity is claimed to lie.
    """
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return Verdict(claimed, math.nan, math.nan, math.nan, 0)
    mean = statistics.fmean(known)
    if len(known) == 1:
        return Verdict(claimed, mean, math.nan, math.nan, 1)
    half = t_quantile(len(known) - 1) * statistics.stdev(known) / math.sqrt(len(known))
    return Verdict(claimed, mean, mean - half, mean + half, len(known))


def by_replicate(
    results: pd.DataFrame, experiment: str, quantity: Callable[[pd.DataFrame], float]
) -> list[float]:
    """A quantity of the results table, measured in each replicate alone.

    Args:
        results: the results table.
        experiment: `obtain` or `transfer`; a replicate without its runs measures nothing.
        quantity: takes the rows of one replicate.

    Raises:
        InputError: the table lacks columns or rows, or mixes corpora or protocols.
    """
    check_table(results)
    return [
        quantity(rows) if (rows["experiment"] == experiment).any() else math.nan
        for _, rows in results.groupby(REPLICATE)
    ]


def t_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """The t of `degrees` of freedom with |T| < t at probability `confidence`."""
    return float(stdtrit(degrees, (1 + confidence) / 2))
