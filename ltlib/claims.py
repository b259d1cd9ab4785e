"""The paper's claims as data, and a verdict on each from a results table.

How a verdict is reached is said in `ltlib.verdicts`. Sections (§) are those of Desai, Zhan & Aly
(2019).
"""

from functools import partial

import pandas as pd

from ltlib import quantities
from ltlib.compare import transferred
from ltlib.errors import InputError
from ltlib.verdicts import ALIKE, Verdict, by_replicate, judge

TRANSFERS = ("masks-reset", "masks-random")


def transfer_verdict(results: pd.DataFrame, source: str, target: str, strategy: str) -> Verdict:
    """Whether a transferred ticket is as accurate as the target's own, up to 90% sparsity.

    The quantity is transferred ticket minus ticket-target, averaged over the pruned rounds up to
    90%; the claim is that it lies within one point of zero. `Verdict.place` says `within`, `below`
    (the transferred ticket is worse), `above`, `undecided` or `not measured`.

    Args:
        results: the results table.
        source, target: a task that the table holds.
        strategy: `masks-reset` or `masks-random`.

    Raises:
        InputError: no such task or strategy, or no transfers in the table.
    """
    if strategy not in TRANSFERS:
        raise InputError(f"strategy '{strategy}' is not known; it is one of {', '.join(TRANSFERS)}")
    table = transferred(results)
    tasks = dict.fromkeys(zip(table["source"], table["target"], strict=True))
    if (source, target) not in tasks:
        known = ", ".join(":".join(task) for task in tasks)
        raise InputError(f"results: task {source}:{target} is not there; there are {known}")
    obtain = (results["experiment"] == "obtain") & (results["source"] == target)
    task = (results["source"] == source) & (results["target"] == target) & ~obtain
    lead = partial(
        quantities.transfer_lead, better=strategy, worse="ticket-target", upto=quantities.EARLY
    )
    return judge(by_replicate(results[obtain | task], "transfer", lead), ALIKE)
