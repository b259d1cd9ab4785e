"""How far each run is from the full model of the domain that it is tested in."""

import pandas as pd

from ltlib.results.deep import stopped
from ltlib.results.side_by_side import transferred
from ltlib.results.table import NEEDED, REPLICATE, check_table
from ltlib.strategies import FULL_MODEL, MASKS_SHUFFLED, MOVED, TICKET_TARGET

TASK = ["source", "target", "round", "sparsity", *REPLICATE]
STRATEGIES = (TICKET_TARGET, *MOVED, MASKS_SHUFFLED)


def kept(results: pd.DataFrame) -> pd.DataFrame:
    """Tickets that were moved, and beside them the targets' own and masks in random places.

    Returns:
        A row a task, strategy, round and replicate: `strategy` (ticket-target, masks-reset,
        masks-random, masks-shuffled), `source, target, round, sparsity, seed, replicate`;
        `difference`: test accuracy less that of the target's full model; `stopped`: the run gives
        every text the same answer, or is cut in two. What is the target's own stands in the rows of
        every source. Runs without a full model beside them are left out.

    Raises:
        InputError: columns are missing, nothing was moved, or a run does not say whether it is
            one-sided.
    """
    check_table(results, [*NEEDED, "one_sided", "connected"])
    accuracies = transferred(results)
    stops = transferred(results.assign(stopped=stopped(results).astype(float)), "stopped")
    differences = accuracies[[*STRATEGIES]].sub(accuracies[FULL_MODEL], axis=0)
    long = pd.concat([accuracies[TASK], differences], axis=1).melt(
        TASK, [*STRATEGIES], "strategy", "difference"
    )
    stopping = stops.melt(TASK, [*STRATEGIES], "strategy", "stopped")["stopped"]
    long["stopped"] = stopping == 1
    return long.dropna(subset="difference").reset_index(drop=True)
