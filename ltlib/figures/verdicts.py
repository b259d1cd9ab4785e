"""Verdicts on the paper's claims as tables to be read, differences in points."""

import pandas as pd

from ltlib.figures.tables import Table
from ltlib.results.claims import transfer_evidence
from ltlib.results.side_by_side import transferred
from ltlib.results.verdicts import NOT_MEASURED
from ltlib.results.words import claims_in_brief, claims_in_full, in_points
from ltlib.strategies import MOVED


def claims_table(claims: pd.DataFrame, caption: str) -> Table:
    """What `judged` gives, to be read: in points, with the verdict beside the claim."""
    return Table(claims_in_full(claims), caption)


def miniature(claims: pd.DataFrame, caption: str) -> Table:
    """Claim, verdict and estimate in points, of the claims that were measured."""
    known = claims[claims["verdict"] != NOT_MEASURED]
    return Table(claims_in_brief(known), caption)


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
