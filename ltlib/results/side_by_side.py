"""The results table side by side: the strategies that answer one question in one row."""

from collections.abc import Sequence

import pandas as pd

from ltlib.errors import InputError

NEEDED = (
    "experiment",
    "strategy",
    "source",
    "target",
    "round",
    "sparsity",
    "replicate",
    "seed",
    "test_accuracy",
)
ONE_VALUE = ("corpus", "corpus_hash", "protocol", "spec_version")  # a mean over two means nothing
REPLICATE = ["seed", "replicate"]


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


def check_table(results: pd.DataFrame, needed: Sequence[str] = NEEDED) -> None:
    """Refuse a table that no figure could be drawn from.

    Raises:
        InputError: a column is missing, there are no rows, or corpora or protocols are mixed.
    """
    missing = [column for column in needed if column not in results.columns]
    if missing:
        raise InputError(
            f"results: column '{missing[0]}' is missing; export the table with 'ltlib export'"
        )
    if results.empty:
        raise InputError("results: the table has no rows; run 'ltlib run' first")
    for column in set(ONE_VALUE) & set(results.columns):
        values = sorted(map(str, results[column].unique()))
        if len(values) > 1:
            raise InputError(
                f"results: column '{column}' holds {values[0]} and {values[1]}; select one of them"
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
