"""Whether every replicate holds the whole grid of runs that a quantity is of.

A mean over some of its rounds or domains is another quantity. The grid is spanned by what the table
as a whole holds: every domain or task it has runs of, at every of its rounds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from ltlib.results.quantities import Sparsities, between
from ltlib.results.table import REPLICATE
from ltlib.strategies import (
    FULL_MODEL,
    MOVED,
    OBTAIN,
    TICKET_RESET,
    TICKET_TARGET,
    TRANSFER,
)

Run = tuple[str, str, str, str, int]  # experiment, strategy, source, target, round


@dataclass(frozen=True)
class Measure:
    """A quantity, and the runs that it is of.

    Attributes:
        quantity: takes the rows of one replicate.
        strategies: whose runs it compares.
        sparsities: at which; every round of the table there counts.
    """

    quantity: Callable[[pd.DataFrame], float]
    strategies: tuple[str, ...]
    sparsities: tuple[Sparsities, ...]


def missing_runs(results: pd.DataFrame, experiment: str, measure: Measure) -> str:
    """What replicates lack of the grid of a measure, as text; empty when nothing is missing.

    A replicate that holds no run of `experiment` at all takes no part, and lacks nothing.

    Args:
        results: the results table, or those domains and tasks of it that the measure is of.
        experiment: `obtain` or `transfer`, whose domains or tasks and rounds span the grid.
    """
    rows = results[results["experiment"] == experiment]
    grid = _grid(rows, measure)
    columns = ["experiment", "strategy", "source", "target", "round", *REPLICATE]
    held = set(results[columns].itertuples(index=False, name=None))
    several_seeds = rows["seed"].nunique() > 1
    texts = []
    for seed, replicate in sorted(set(rows[REPLICATE].itertuples(index=False, name=None))):
        lacking = [run for run in grid if (*run, seed, replicate) not in held]
        if lacking:
            who = f"replicate {replicate}" + (f" of seed {seed}" if several_seeds else "")
            runs = "1 run," if len(lacking) == 1 else f"{len(lacking)} runs, first"
            texts.append(f"{who} lacks {runs} {_named(lacking[0])}")
    return "; ".join(texts)


def _grid(rows: pd.DataFrame, measure: Measure) -> list[Run]:
    """The runs of a measure in every domain or task and at every round of `rows`."""
    tasks = list(dict.fromkeys(zip(rows["source"], rows["target"], strict=True)))
    rounds = sorted({int(r) for ends in measure.sparsities for r in between(rows, *ends)["round"]})
    runs = [
        _run(strategy, source, target, round_)
        for round_ in rounds
        for source, target in tasks
        for strategy in measure.strategies
    ]
    return list(dict.fromkeys(runs))


def _run(strategy: str, source: str, target: str, round_: int) -> Run:
    """The run in which a strategy's accuracy is measured: its own, or the target's (§5.3)."""
    if strategy in MOVED:
        return TRANSFER, strategy, source, target, round_
    if strategy == FULL_MODEL or round_ == 0:
        return OBTAIN, FULL_MODEL, target, target, 0
    own = TICKET_RESET if strategy == TICKET_TARGET else strategy
    return OBTAIN, own, target, target, round_


def _named(run: Run) -> str:
    experiment, strategy, source, target, round_ = run
    place = f"{source}:{target}" if experiment == TRANSFER else target
    return f"{strategy} {place} round {round_}"
