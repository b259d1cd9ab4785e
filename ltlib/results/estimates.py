"""An estimate and its error: over chains, which vary, and over texts, which all runs share.

`ltlib.results.contrasts` says what is estimated. The two are crossed: what texts change is counted
beyond what chains show of it already.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit  # alone: scipy.stats takes as long to import as pandas

from ltlib.results.correct import from_bits
from ltlib.results.table import TEST_CORRECT, TEST_REVIEWS

Floats = NDArray[np.float64]
Chains = dict[tuple[int, ...], list[int]]  # by seed and replicate


@dataclass(frozen=True)
class Estimate:
    """A contrast as a results table has it.

    Attributes:
        value: a fraction; not a number if it was not measured.
        chains: of how many chains, the fewest of any domain that takes part.
        of_chains: its variance by domain over chains, and of how many.
        of_texts: its variance over texts beyond that; not a number where it is not known which
            reviews were judged rightly.
        missing: which runs chains lack, which therefore take no part.
        level: the mean of what is compared, all runs that take part alike.
    """

    value: float
    chains: int
    of_chains: tuple[tuple[float, int], ...]
    of_texts: float
    missing: str = ""
    level: float = math.nan

    @property
    def error(self) -> float:
        """Standard error; not a number of one chain alone. Texts count where they are known."""
        variances = [variance for variance, _ in self.of_chains]
        texts = 0.0 if math.isnan(self.of_texts) else self.of_texts
        return math.sqrt(sum(variances) + texts) if variances else math.nan

    @property
    def degrees(self) -> float:
        """Of freedom, after Satterthwaite: texts are many, chains few."""
        doubt = sum(variance**2 / (count - 1) for variance, count in self.of_chains if count > 1)
        return self.error**4 / doubt if doubt > 0 else math.inf

    def interval(self, confidence: float) -> tuple[float, float]:
        """Student's t; not numbers where the error is none."""
        half = t_quantile(self.degrees, confidence) * self.error
        return self.value - half, self.value + half

    def above(self, bound: float) -> float:
        """One-sided p of the hypothesis that the truth is not above `bound`."""
        if math.isinf(bound):
            return 0.0 if bound < 0 else 1.0
        if self.error == 0:
            return 0.0 if self.value > bound else 1.0
        return float(stdtr(self.degrees, -(self.value - bound) / self.error))

    def below(self, bound: float) -> float:
        """One-sided p of the hypothesis that the truth is not below `bound`."""
        return Estimate(-self.value, self.chains, self.of_chains, self.of_texts).above(-bound)


def t_quantile(degrees: float, confidence: float) -> float:
    """The t of `degrees` of freedom with |T| < t at probability `confidence`."""
    return float(stdtrit(degrees, (1 + confidence) / 2))


def of_texts(rows: pd.DataFrame) -> float:
    """The variance over texts of a weighted sum of accuracies, beyond what chains show of it.

    Of each target the variance of its reviews' contributions, less the part of it that is another
    in every chain: that one is among the variance over chains already.

    Args:
        rows: runs with their `weight`.
    """
    if rows[TEST_CORRECT].isna().any() or rows[TEST_REVIEWS].isna().any():
        return math.nan
    total = 0.0
    for _, own in sorted(_by_target(rows).items()):
        blocks = [_block(rows, chains) for _, chains in sorted(own.items())]
        texts = sum(block.sum(axis=0) for block in blocks)
        both = sum(_interplay(block) for block in blocks)
        assert isinstance(texts, np.ndarray)
        total += max(float(texts.var(ddof=1)) - both, 0.0) / len(texts)
    return total


def _by_target(rows: pd.DataFrame) -> dict[str, dict[str, Chains]]:
    """Numbers of the rows of each chain, by the target and the domain it is of."""
    columns = (rows[name] for name in ("target", "source", "seed", "replicate"))
    found: dict[str, dict[str, Chains]] = {}
    for number, (target, source, *chain) in enumerate(zip(*columns, strict=True)):
        chains = found.setdefault(target, {}).setdefault(source, {})
        chains.setdefault(tuple(chain), []).append(number)
    return found


def _block(rows: pd.DataFrame, chains: Chains) -> Floats:
    """Weighted bits of a domain's chains that were tested on one target, `[chains, reviews]`."""
    correct, reviews = rows[TEST_CORRECT].array, rows[TEST_REVIEWS].array
    weights = rows["weight"].to_numpy()
    block = []
    for _, numbers in sorted(chains.items()):
        bits = [from_bits(correct[n], int(reviews[n])).astype(float) for n in numbers]
        block.append(np.einsum("r,rt->t", weights[numbers], np.array(bits)))
    return np.array(block)


def _interplay(block: Floats) -> float:
    """The variance of a review's sum over chains that is not the review's own."""
    chains = len(block)
    if chains == 1:
        return 0.0
    left = block - block.mean(axis=0) - block.mean(axis=1, keepdims=True) + block.mean()
    degrees = (chains - 1) * (block.shape[1] - 1)
    return float((left**2).sum()) / degrees * chains
