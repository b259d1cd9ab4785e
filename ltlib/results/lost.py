"""What a moved ticket loses against the target's own, task by task and round by round."""

import pandas as pd

from ltlib.results.kept import TASK, kept
from ltlib.strategies import MOVED, TICKET_TARGET


def lost(results: pd.DataFrame, divergence: pd.DataFrame) -> pd.DataFrame:
    """Moved tickets less the target's own of the same replicate (§5.3).

    Args:
        results: the results table.
        divergence: columns `source, target, nats` of an atlas; empty where it is not known.

    Returns:
        A row a task, strategy and round: `source, target, strategy, round, sparsity`;
        `difference` of test accuracies, the mean over `replicates`; `stopped`: how many of the
        moved ones give every text the same answer or are cut in two; `nats`: the divergence of the
        domains. Runs without a ticket of the target beside them are left out.

    Raises:
        InputError: as `kept`.
    """
    runs = kept(results)
    own = runs.loc[runs["strategy"] == TICKET_TARGET, [*TASK, "difference"]]
    moved = runs[runs["strategy"].isin(MOVED)].merge(
        own.rename(columns={"difference": "own"}), on=TASK
    )
    moved["difference"] -= moved["own"]
    by_round = moved.groupby(["source", "target", "strategy", "round", "sparsity"], sort=False).agg(
        difference=("difference", "mean"), replicates=("own", "count"), stopped=("stopped", "sum")
    )
    apart = divergence.reindex(columns=["source", "target", "nats"])
    return by_round.reset_index().merge(apart, on=["source", "target"], how="left")
