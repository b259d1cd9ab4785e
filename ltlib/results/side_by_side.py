"""The results table side by side: the strategies that answer one question in one row."""

from collections.abc import Sequence

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.table import NEEDED, REPLICATE, check_table
from ltlib.strategies import (
    FULL_MODEL,
    MASKS_RANDOM,
    MASKS_RESET,
    OBTAIN,
    SHUFFLED,
    TICKET_RESET,
    TICKET_STRATEGIES,
    TICKET_TARGET,
    TRANSFER,
)

ACCURACY, AREA = "test_accuracy", "test_auc"
# Masks that are trained in the domain of their chain, from fresh values.
HOME_CONTROLS = (MASKS_RANDOM, *SHUFFLED)


def obtained(results: pd.DataFrame, measure: str = ACCURACY) -> pd.DataFrame:
    """Test accuracies of obtaining tickets (§5.2), one row a domain, round and replicate.

    Args:
        results: the results table.
        measure: the column to take in the place of accuracies, `test_auc` say.

    Returns:
        Columns `domain, round, sparsity, seed, replicate, full-model, ticket-reset,
        ticket-random` and those of `HOME_CONTROLS`. The full model stands in every row of its
        replicate; at round 0 it is what both tickets are.

    Raises:
        InputError: a column is missing, the table holds no such runs, or it mixes corpora or
            protocols.
    """
    rows = _experiment(results, OBTAIN, measure).rename(columns={"source": "domain"})
    wide = _side_by_side(
        rows,
        ["domain", "round", *REPLICATE],
        (FULL_MODEL, *TICKET_STRATEGIES, *HOME_CONTROLS),
        measure,
    )
    full = wide.loc[wide["round"] == 0, ["domain", *REPLICATE, FULL_MODEL]]
    wide = wide.drop(columns=FULL_MODEL).merge(full, on=["domain", *REPLICATE], how="left")
    for ticket in TICKET_STRATEGIES:
        wide[ticket] = wide[ticket].where(wide["round"] > 0, wide[FULL_MODEL])
    return wide


def transferred(results: pd.DataFrame, measure: str = ACCURACY) -> pd.DataFrame:
    """Test accuracies of transferring tickets (§5.3), one row a task, round and replicate.

    TICKET-TARGET is no run of its own: it is the target's own ticket-reset, joined here. So are the
    target's own shuffled masks, which have as many survivors as any that are moved there.

    Args:
        results: the results table, with the target's tickets beside the transfers.
        measure: as `obtained` takes it.

    Returns:
        Columns `source, target, round, sparsity, seed, replicate, masks-reset, masks-random,
        ticket-target, full-model, masks-shuffled, masks-shuffled-connected`; from ticket-target on
        they are the target's own, not a number where the table lacks them.

    Raises:
        InputError: as `obtained`, for transfers.
    """
    rows = _experiment(results, TRANSFER, measure)
    key = ["source", "target", "round", *REPLICATE]
    wide = _side_by_side(rows, key, (MASKS_RESET, MASKS_RANDOM), measure)
    targets = [TICKET_TARGET, FULL_MODEL, *SHUFFLED]
    if not (results["experiment"] == OBTAIN).any():
        return wide.assign(**dict.fromkeys(targets, float("nan")))
    own = obtained(results, measure).rename(
        columns={"domain": "target", TICKET_RESET: TICKET_TARGET}
    )
    joined = key[1:]
    return wide.merge(own[[*joined, *targets]], on=joined, how="left")


def with_areas(
    accuracies: pd.DataFrame, areas: pd.DataFrame, key: Sequence[str], strategies: Sequence[str]
) -> pd.DataFrame:
    """As `over_replicates`, with a column `area`: the mean area of the same runs.

    An accuracy near chance does not say whether a network knows nothing.

    Args:
        accuracies, areas: what `obtained` or `transferred` gives for either measure.
    """
    by = [*key, "round", "sparsity", "strategy"]
    means = over_replicates(areas, key, strategies).rename(columns={"mean": "area"})
    return over_replicates(accuracies, key, strategies).merge(
        means[[*by, "area"]], on=by, how="left"
    )


def over_replicates(
    table: pd.DataFrame, key: Sequence[str], strategies: Sequence[str]
) -> pd.DataFrame:
    """Accuracies in long form: one row for what `key` names, a round and a strategy.

    Args:
        table: what `obtained` or `transferred` gives.
        key: the columns that name a domain or a task.
        strategies: columns of accuracies.

    Returns:
        Columns `*key, round, sparsity, strategy, mean, deviation, replicates`, in the table's
        order, without rows that no replicate has. The deviation of one replicate is not a number.
    """
    by = [*key, "round", "sparsity"]
    long = table.melt(by, list(strategies), "strategy", "accuracy").dropna(subset="accuracy")
    runs = long.groupby([*by, "strategy"], sort=False)["accuracy"]
    return runs.agg(mean="mean", deviation="std", replicates="count").reset_index()


def _experiment(results: pd.DataFrame, experiment: str, measure: str) -> pd.DataFrame:
    check_table(results, [*NEEDED, measure])
    rows = results[results["experiment"] == experiment]
    if rows.empty:
        raise InputError(
            f"results: no rows of experiment '{experiment}'; "
            f"run 'ltlib run --experiment {experiment}' first"
        )
    return rows


def _side_by_side(
    rows: pd.DataFrame, key: list[str], strategies: Sequence[str], measure: str
) -> pd.DataFrame:
    """Strategies as columns; sparsity stays a column, the same for every strategy of a round."""
    twice = rows.duplicated([*key, "strategy"])
    if twice.any():
        first = rows[twice].iloc[0]
        raise InputError(
            f"results: two rows for {first['strategy']}, round {first['round']}, "
            f"replicate {first['replicate']}; keep one"
        )
    runs = rows.set_index([*key, "strategy"])[measure]
    accuracies = runs.unstack("strategy", sort=False).reset_index()  # in the table's order
    accuracies.columns.name = None
    sparsity = rows.groupby(key)["sparsity"].first().reset_index()
    wide = accuracies.merge(sparsity, on=key, how="left")
    for strategy in strategies:
        if strategy not in wide.columns:
            wide[strategy] = float("nan")
    return wide[[*key, "sparsity", *strategies]]
