"""Differences between strategies, and how sure they are: over chains and over texts.

A quantity of the paper is a sum of mean accuracies, some of them taken away. Each mean is over
places (domains or transfer tasks), rounds and chains, so that the whole is a weighted sum of runs:
what training again and what other test texts would change of it can both be computed.

The unit of training again is the chain, a domain and a seed: whether a ticket is one-sided or cut
in two is its chain's fate, and what is moved inherits it. Chains of a domain vary around that
domain's mean, and domains are not drawn from anything: they are strata. The unit of other texts is
the review, which all runs on its domain share. The two are crossed.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltlib.errors import InputError
from ltlib.results.estimates import Estimate, of_texts
from ltlib.results.grid import Run, run_of
from ltlib.results.quantities import Sparsities, between
from ltlib.strategies import FULL_MODEL

Chain = tuple[str, int, int]  # domain, seed, replicate
RUN = ["experiment", "strategy", "source", "target", "round"]


@dataclass(frozen=True)
class Term:
    """A mean accuracy that is added, or with `sign` −1 taken away.

    Attributes:
        strategy: whose runs.
        sparsities: at which; every round of the table there at which all strategies of the
            contrast were run.
        place: the one (source, target) that it is of; None: all.
    """

    strategy: str
    sparsities: Sparsities
    sign: int = 1
    place: tuple[str, str] | None = None


Contrast = tuple[Term, ...]


def lead(better: str, worse: str, above: float = 0.0, upto: float = 1.0) -> Contrast:
    """`better` − `worse` at sparsities in (above, upto]."""
    return Term(better, (above, upto)), Term(worse, (above, upto), -1)


def minus(one: Contrast, other: Contrast) -> Contrast:
    """How much larger the one is."""
    return (*one, *(Term(t.strategy, t.sparsities, -t.sign) for t in other))


def estimated(
    results: pd.DataFrame, experiment: str, contrast: Contrast, measure: str = "test_accuracy"
) -> Estimate:
    """A contrast in all domains or tasks of `experiment` that the table has.

    A chain takes part if it has all its runs of the contrast.

    Args:
        results: the results table of one setting.
        measure: the column of accuracies, or another; texts are counted for accuracies alone.

    Raises:
        InputError: the table holds a run twice.
    """
    weights, missing = weighted(results, experiment, contrast)
    rows = results[weights != 0].assign(weight=weights[weights != 0])
    if rows.empty:
        return Estimate(math.nan, 0, (), math.nan, missing)
    shares = rows["weight"] * rows[measure].astype(float)
    by_chain = shares.groupby([rows["source"], rows["seed"], rows["replicate"]]).sum()
    of_chains = []
    for _, own in by_chain.groupby(level=0):
        spread = float(own.var()) if len(own) > 1 else math.nan
        of_chains.append((len(own) * spread, len(own)))  # of a sum of so many equal chances
    texts = of_texts(rows) if measure == "test_accuracy" else math.nan
    fewest = min(count for _, count in of_chains)
    level = float(rows[measure].mean())
    return Estimate(float(shares.sum()), fewest, tuple(of_chains), texts, missing, level)


def weighted(
    results: pd.DataFrame, experiment: str, contrast: Contrast
) -> tuple[NDArray[np.float64], str]:
    """The weight of every run in a contrast, 0 for most; and what chains lack that take no part."""
    _check_once(results)
    weights = np.zeros(len(results))
    rows = results[results["experiment"] == experiment]
    rounds = {term: _rounds(results, rows, term.sparsities, contrast) for term in contrast}
    for term, there in rounds.items():
        if not there:
            above, upto = (f"{max(end, 0):.1%}" for end in term.sparsities)
            return weights, f"no round of {term.strategy} above {above} and up to {upto}"
    needed = _needed(rows, rounds)
    by_run: dict[Run, list[tuple[Chain, int]]] = {}
    numbers = _near(results, needed)
    runs = results[RUN].iloc[numbers].itertuples(index=False, name=None)
    own = results[["source", "seed", "replicate"]].iloc[numbers]
    chains_of = own.itertuples(index=False, name=None)
    for number, run, chain in zip(numbers, runs, chains_of, strict=True):
        if run in needed:
            by_run.setdefault(run, []).append((chain, number))
    chains, missing = _complete(needed, {r: [c for c, _ in held] for r, held in by_run.items()})
    if not chains or {run[2] for run in needed} != {domain for domain, _, _ in chains}:
        return weights, missing or "no runs"
    for run, weight in needed.items():
        held = [number for chain, number in by_run[run] if chain in chains]
        weights[held] += weight / len(held)
    return weights, missing


def _near(results: pd.DataFrame, needed: Collection[Run]) -> NDArray[np.intp]:
    """Numbers of the rows that may be of these runs: each name of theirs is one of a run's."""
    near = np.ones(len(results), bool)
    for place, column in enumerate(RUN):
        near &= results[column].isin({run[place] for run in needed}).to_numpy()
    return np.flatnonzero(near)


def _check_once(results: pd.DataFrame) -> None:
    twice = results.duplicated([*RUN, "seed", "replicate"])
    if twice.any():
        first = results[twice].iloc[0]
        raise InputError(
            f"results: two rows for {first['strategy']}, round {first['round']}, "
            f"replicate {first['replicate']}; keep one"
        )


def _needed(rows: pd.DataFrame, rounds: dict[Term, list[int]]) -> dict[Run, float]:
    """The runs of a contrast, each with the weight of all its chains together."""
    known = list(dict.fromkeys(zip(rows["source"], rows["target"], strict=True)))
    needed: dict[Run, float] = {}
    for term, there in rounds.items():
        places = known if term.place is None else [term.place]
        for source, target in places:
            for round_ in there:
                run = run_of(term.strategy, source, target, round_)
                share = term.sign / (len(places) * len(there))
                needed[run] = needed.get(run, 0.0) + share
    return needed


def _rounds(
    results: pd.DataFrame, rows: pd.DataFrame, sparsities: Sparsities, contrast: Contrast
) -> list[int]:
    """Rounds at these sparsities at which every strategy compared there was run somewhere."""
    compared = {t.strategy for t in contrast if t.sparsities == sparsities} - {FULL_MODEL}
    if not compared:
        return [0]
    rounds = set(between(rows[["sparsity", "round"]], *sparsities)["round"])
    for strategy in compared:
        name = run_of(strategy, "", "", 1)[1]
        rounds &= {0, *results.loc[results["strategy"] == name, "round"]}
    return sorted(int(round_) for round_ in rounds)


def _complete(needed: dict[Run, float], held: dict[Run, Sequence[Chain]]) -> tuple[set[Chain], str]:
    """Chains that hold all that is needed of their domain; what others lack."""
    have: dict[Chain, set[Run]] = {}
    for run, chains in held.items():
        for chain in chains:
            have.setdefault(chain, set()).add(run)
    complete, texts = set(), []
    for chain in sorted(have):
        lacking = [run for run in needed if run[2] == chain[0] and run not in have[chain]]
        if not lacking:
            complete.add(chain)
        else:
            texts.append(_lacks(chain, lacking))
    for domain in sorted({run[2] for run in needed} - {chain[0] for chain in have}):
        texts.append(f"{domain} has no runs")
    return complete, "; ".join(texts)


def _lacks(chain: Chain, lacking: Sequence[Run]) -> str:
    domain, seed, replicate = chain
    _, strategy, source, target, round_ = lacking[0]
    place = target if source == target else f"{source}:{target}"
    runs = "1 run," if len(lacking) == 1 else f"{len(lacking)} runs, first"
    who = f"{domain} replicate {replicate}" + (f" of seed {seed}" if seed else "")
    return f"{who} lacks {runs} {strategy} {place} round {round_}"
