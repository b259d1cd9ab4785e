"""Verdicts on the paper's claims as tables to be read, differences in points."""

import math

import pandas as pd

from ltlib.figures.tables import Table
from ltlib.results.deep import chains_that_stop, stop_alike
from ltlib.results.evidence import transfer_evidence
from ltlib.results.side_by_side import transferred
from ltlib.results.words import (
    between,
    claims_in_brief,
    claims_in_full,
    claims_to_decide,
    in_points,
    in_sparsity,
)
from ltlib.strategies import MOVED, OBTAIN, TICKET_RANDOM, TICKET_RESET, TRANSFER


def claims_table(claims: pd.DataFrame, caption: str) -> Table:
    """What `judged` gives, to be read: in points, with the verdict beside the claim."""
    return Table(claims_in_full(claims), caption)


def to_decide_table(claims: pd.DataFrame, caption: str) -> Table:
    """What would decide the claims that are undecided, in points and chains."""
    return Table(claims_to_decide(claims), caption)


def miniature(claims: pd.DataFrame, caption: str) -> Table:
    """Claim, verdict and estimate in points, of the primary claims."""
    return Table(claims_in_brief(claims[claims["primary"]]), caption)


def stopping_table(results: pd.DataFrame, above: float, caption: str) -> Table:
    """Which chains stop at sparsities above this one: obtained, and moved.

    `p`: of the hypothesis that random values stop as often as initial ones.

    Raises:
        InputError: a run does not say whether it is one-sided.
    """
    parts = []
    for experiment, pair in ((OBTAIN, (TICKET_RESET, TICKET_RANDOM)), (TRANSFER, MOVED)):
        part = chains_that_stop(results, pair, above, experiment)
        if len(part) == len(pair):
            part["p"] = [math.nan, stop_alike(results, pair[1], pair[0], above, experiment)]
        parts.append(part)
    return Table(
        pd.concat(parts, ignore_index=True),
        caption,
        {
            **dict.fromkeys(("accuracy of the others", "accuracy", "area"), "{:.1%}"),
            "p": lambda p: "" if math.isnan(p) else f"{p:.3f}",
        },
    )


def transitions_table(found: pd.DataFrame, caption: str) -> Table:
    """What `transitions` gives, to be read: the growth in points a round."""
    shown = pd.DataFrame(
        {
            "domain": found["domain"],
            "begins at": found["sparsity"],
            "95% interval": [
                between(in_sparsity(low), in_sparsity(high))
                for low, high in zip(found["low"], found["high"], strict=True)
            ],
            "points a round": found["slope"],
            "p": found["p"],
        }
    )
    return Table(
        shown, caption, {"begins at": in_sparsity, "points a round": in_points, "p": "{:.3f}"}
    )


def tasks_table(results: pd.DataFrame, caption: str) -> Table:
    """`transfer_evidence` of every task: mean in points and place, a column a strategy.

    Raises:
        InputError: no transfers in the table.
    """
    tasks = transferred(results)[["source", "target"]].drop_duplicates(ignore_index=True)
    known = set(results["strategy"])
    for strategy in (s for s in MOVED if s in known):
        verdicts = [
            transfer_evidence(results, source, target, strategy)
            for source, target in zip(tasks["source"], tasks["target"], strict=True)
        ]
        tasks[strategy] = [f"{in_points(found.estimate)} {found.said}" for found in verdicts]
    return Table(tasks, caption)
