"""The results table side by side: the strategies that answer one question in one row."""

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.table import REPLICATE, check_table


def obtained(results: pd.DataFrame) -> pd.DataFrame:
    """Test accuracies of obtaining tickets (§5.2), one row a domain, round and replicate.

    Args:
        results: the results table.

    Returns:
        Columns `domain, round, sparsity, seed, replicate, full-model, ticket-reset,
        ticket-random`. The full model stands in every row of its replicate; at round 0 it is
        what both tickets are.

    Raises:
        InputError: a column is missing, the table holds no such runs, or it mixes corpora or
            protocols.
    """
    rows = _experiment(results, "obtain").rename(columns={"source": "domain"})
    wide = _side_by_side(rows, ["domain", "round", *REPLICATE])
    full = wide.loc[wide["round"] == 0, ["domain", *REPLICATE, "full-model"]]
    wide = wide.drop(columns="full-model").merge(full, on=["domain", *REPLICATE], how="left")
    for ticket in ("ticket-reset", "ticket-random"):
        wide[ticket] = wide[ticket].where(wide["round"] > 0, wide["full-model"])
    return wide


def transferred(results: pd.DataFrame) -> pd.DataFrame:
    """Test accuracies of transferring tickets (§5.3), one row a task, round and replicate.

    TICKET-TARGET is no run of its own: it is the target's own ticket-reset, joined here.

    Args:
        results: the results table, with the target's tickets beside the transfers.

    Returns:
        Columns `source, target, round, sparsity, seed, replicate, masks-reset, masks-random,
        ticket-target, full-model`; the last two are the target's own, not a number where the
        table lacks them.

    Raises:
        InputError: as `obtained`, for transfers.
    """
    rows = _experiment(results, "transfer")
    wide = _side_by_side(rows, ["source", "target", "round", *REPLICATE])
    if not (results["experiment"] == "obtain").any():
        return wide.assign(**{"ticket-target": float("nan"), "full-model": float("nan")})
    own = obtained(results).rename(columns={"domain": "target", "ticket-reset": "ticket-target"})
    key = ["target", "round", *REPLICATE]
    return wide.drop(columns=["full-model"], errors="ignore").merge(
        own[[*key, "ticket-target", "full-model"]], on=key, how="left"
    )


def _experiment(results: pd.DataFrame, experiment: str) -> pd.DataFrame:
    check_table(results)
    rows = results[results["experiment"] == experiment]
    if rows.empty:
        raise InputError(
            f"results: no rows of experiment '{experiment}'; "
            f"run 'ltlib run --experiment {experiment}' first"
        )
    return rows


def _side_by_side(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Strategies as columns; sparsity stays a column, the same for every strategy of a round."""
    twice = rows.duplicated([*key, "strategy"])
    if twice.any():
        first = rows[twice].iloc[0]
        raise InputError(
            f"results: two rows for {first['strategy']}, round {first['round']}, "
            f"replicate {first['replicate']}; keep one"
        )
    runs = rows.set_index([*key, "strategy"])["test_accuracy"]
    accuracies = runs.unstack("strategy", sort=False).reset_index()  # in the table's order
    accuracies.columns.name = None
    sparsity = rows.groupby(key)["sparsity"].first().reset_index()
    wide = accuracies.merge(sparsity, on=key, how="left")
    strategies = (
        ("full-model", "ticket-reset", "ticket-random")
        if "domain" in key
        else ("masks-reset", "masks-random")
    )
    for strategy in strategies:
        if strategy not in wide.columns:
            wide[strategy] = float("nan")
    return wide[[*key, "sparsity", *strategies]]
