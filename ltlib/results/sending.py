"""What it takes to send a ticket, and what it loses where it arrives (§7)."""

import math

import pandas as pd
from scipy.special import entr  # alone: scipy.stats takes as long to import as pandas

from ltlib.results.quantities import DEEP, EARLY, HALF, LATE
from ltlib.results.side_by_side import transferred
from ltlib.strategies import MOVED, TICKET_TARGET

LEVELS = (HALF, EARLY, LATE, DEEP)  # of each the first round that was moved
BITS = 32  # of a value


def sending(results: pd.DataFrame) -> pd.DataFrame:
    """What is sent of a moved ticket, as shares of the full model's values of 32 bits.

    Args:
        results: the results table, with the targets' own tickets beside the transfers.

    Returns:
        A row for the first round at or beyond each of 50, 90, 99 and 99.9% sparsity, as far as the
        table goes: `sparsity`; `mask`, as short as a code can make it that knows the sparsity
        alone (its entropy); `values`: those that survive; `masks-reset` and `masks-random`: their
        accuracy less that of the target's own, the mean over tasks, every task counting the same.

    Raises:
        InputError: no transfers in the table.
    """
    tasks = transferred(results)
    for strategy in MOVED:
        tasks[strategy] -= tasks[TICKET_TARGET]
    by_task = tasks.groupby(["sparsity", "source", "target"])[list(MOVED)].mean()
    rounds = by_task.groupby("sparsity").mean().reset_index()
    reached = [rounds["sparsity"].ge(level).idxmax() for level in LEVELS if _any(rounds, level)]
    sent = rounds.loc[list(dict.fromkeys(reached))].reset_index(drop=True)
    entropy = (entr(sent["sparsity"]) + entr(1 - sent["sparsity"])) / math.log(2)
    sent.insert(1, "mask", entropy / BITS)
    sent.insert(2, "values", 1 - sent["sparsity"])
    return sent


def _any(rounds: pd.DataFrame, level: float) -> bool:
    return bool(rounds["sparsity"].ge(level).any())
