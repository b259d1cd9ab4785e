"""Runs that two processors computed: how far rounding alone takes equal specifications apart."""

import itertools
import statistics
from collections.abc import Iterator, Sequence

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.choices import CHAIN, over_chains
from ltlib.results.correct import judged_otherwise
from ltlib.results.quantities import EARLY
from ltlib.results.table import ONE_VALUE, REPLICATE, TEST_CORRECT, TEST_REVIEWS, check_table
from ltlib.results.verdicts import CONFIDENCE

WHAT = ["experiment", "strategy", "source", "target", "round"]  # replicates of it differ by chance
MEASURED = ["test_accuracy", TEST_CORRECT]
AGAIN = " again"


def computed_again(results: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    """What a second computation of equal specifications finds otherwise, and another seed.

    Returns:
        A row a strategy, up to 90% sparsity and beyond: `strategy, beyond, runs, equal`, how many
        give every test review the same answer; `adds, low, high`, the second accuracy less the
        first, with the 95% interval over chains, domains as strata; `apart`, the share of test
        reviews that one of the two judges rightly and the other does not; `apart_by_seed`, the same
        between replicates of the first (not a number of one). Fractions.

    Raises:
        InputError: a table mixes settings, the two differ in one, or have no run in common whose
            answers both hold.
    """
    for table in (results, again):
        check_table(table)
    for column in ONE_VALUE:
        if results[column].iloc[0] != again[column].iloc[0]:
            raise InputError(f"the tables differ in '{column}': nothing was computed again")
    second = again.dropna(subset=TEST_CORRECT)[[*WHAT, *REPLICATE, *MEASURED]]
    both = results.dropna(subset=TEST_CORRECT).merge(
        second, on=[*WHAT, *REPLICATE], suffixes=("", AGAIN)
    )
    if both.empty:
        raise InputError("the tables have no run in common whose answers both hold")
    both = both.assign(
        beyond=both["sparsity"] > EARLY,
        adds=(both["test_accuracy" + AGAIN] - both["test_accuracy"]).astype(float),
        apart=[_share(pair, of) for *pair, of in _answers(both)],
    )
    kinds = both.groupby(["strategy", "beyond"], sort=False)
    return pd.DataFrame([_row(runs) for _, runs in kinds])


def _row(runs: pd.DataFrame) -> dict[str, str | float]:
    adds = over_chains(runs.groupby(CHAIN)["adds"].mean(), "the table computed again")
    low, high = adds.interval(CONFIDENCE)
    replicates = [
        _share(pair, int(own[TEST_REVIEWS].iloc[0]))
        for _, own in runs.groupby(WHAT)
        for pair in itertools.combinations(own[TEST_CORRECT], 2)
    ]
    return {
        "strategy": str(runs["strategy"].iloc[0]),
        "beyond": bool(runs["beyond"].iloc[0]),
        "runs": len(runs),
        "equal": int((runs["apart"] == 0).sum()),
        "adds": adds.value,
        "low": low,
        "high": high,
        "apart": float(runs["apart"].mean()),
        "apart_by_seed": statistics.mean(replicates) if replicates else float("nan"),
    }


def _answers(both: pd.DataFrame) -> Iterator[tuple[bytes, bytes, int]]:
    columns = [TEST_CORRECT, TEST_CORRECT + AGAIN, TEST_REVIEWS]
    return both[columns].itertuples(index=False, name=None)


def _share(pair: Sequence[bytes], reviews: int) -> float:
    one, other = pair
    return judged_otherwise(one, other) / reviews
