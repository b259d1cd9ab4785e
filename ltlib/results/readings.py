"""What becomes of tickets under each reading of the paper: do they work, and if not, what stops
them.

An accuracy at chance has two causes that look alike. A network may be cut in two; or all its paths
may speak for one class, with no bias to answer them: it judges all reviews alike, though its scores
may put them in the right order. The area under the ROC curve tells one from the other.
"""

import json
from typing import Any

import pandas as pd

from ltlib.errors import InputError
from ltlib.protocol import Protocol
from ltlib.results.deep import stopped
from ltlib.results.table import REPLICATE, check_table
from ltlib.results.verdicts import CONFIDENCE
from ltlib.strategies import FULL_MODEL, OBTAIN, TICKET_RESET

WORKS, ONE_SIDED, CUT = "works", "one-sided", "cut in two"
FATES = (WORKS, ONE_SIDED, CUT)
MEASURES = ["test_accuracy", "test_auc", "ties"]
FIELDS = {field for changes in Protocol.READINGS.values() for field in changes}


def reading_of(protocol: str) -> str:
    """The reading of a protocol, by its name in `Protocol.READINGS`.

    Args:
        protocol: as a results table holds it, JSON.

    Raises:
        InputError: it combines readings, or is a reading of another kind.
    """
    fields = json.loads(protocol)
    changed = {name: value for name, value in fields.items() if name in FIELDS}
    for name, changes in Protocol.READINGS.items():
        if changed == changes:
            return name
    raise InputError(f"protocol {protocol}: is none of the readings {', '.join(Protocol.READINGS)}")


def fates(results: pd.DataFrame) -> pd.DataFrame:
    """What became of each ticket of the ticket-reset chains, one row a run.

    Args:
        results: a results table; it may hold several protocols, one for each reading.

    Returns:
        Columns `reading, domain, seed, replicate, round, sparsity, test_accuracy, test_auc, ties,
        fate`: one of `FATES`.

    Raises:
        InputError: columns or rows are missing, or a run does not say whether it is one-sided.
    """
    check_table(results, ["protocol", "connected", "one_sided", *MEASURES], one_setting=False)
    chains = (results["experiment"] == OBTAIN) & results["strategy"].isin(
        [FULL_MODEL, TICKET_RESET]
    )
    rows = results[chains]
    found = stopped(rows).map({True: ONE_SIDED, False: WORKS})  # the cut ones are named below
    columns = ["reading", "domain", *REPLICATE, "round", "sparsity", *MEASURES, "fate"]
    named = {protocol: reading_of(protocol) for protocol in rows["protocol"].unique()}
    told = rows.assign(
        reading=pd.Categorical(rows["protocol"].map(named), list(Protocol.READINGS), ordered=True),
        domain=rows["source"],
        fate=found.mask(rows["connected"] == 0, CUT),
    )
    return told.sort_values(columns[:5], ignore_index=True)[columns]


def stopped_by_round(told: pd.DataFrame) -> pd.DataFrame:
    """How many chains of each reading no longer work, round by round.

    Args:
        told: what `fates` gives.

    Returns:
        Columns `reading, round, sparsity, chains, one-sided, cut in two, stopped, low, high,
        accuracy, area`: counts of chains; the share that is stopped, with its 95% interval (Wilson
        1927) over chains; means of accuracy and area over all chains.
    """
    from scipy.stats import binomtest  # here alone: it takes as long to import as pandas

    rows: list[dict[str, Any]] = []
    for (reading, round_), runs in told.groupby(["reading", "round"], observed=True):
        stopped = int((runs["fate"] != WORKS).sum())
        ends = binomtest(stopped, len(runs)).proportion_ci(CONFIDENCE, "wilson")
        counts = {fate: int((runs["fate"] == fate).sum()) for fate in (ONE_SIDED, CUT)}
        rows.append(
            {"reading": reading, "round": round_, "sparsity": runs["sparsity"].mean()}
            | {"chains": len(runs)}
            | counts
            | {"stopped": stopped / len(runs), "low": ends.low, "high": ends.high}
            | {"accuracy": runs["test_accuracy"].mean(), "area": runs["test_auc"].mean()}
        )
    return pd.DataFrame(rows)


def falling_silent(told: pd.DataFrame) -> pd.DataFrame:
    """The first one-sided ticket of each chain that has one: what it knew when it fell silent.

    Later ones inherit its mask, and are pruned by what a network learned that could say nothing.

    Args:
        told: what `fates` gives.

    Returns:
        Columns `reading, domain, seed, replicate, round, sparsity, accuracy, area, ties`.
    """
    chain = ["reading", "domain", *REPLICATE]
    first = told[told["fate"] == ONE_SIDED].drop_duplicates(chain)  # rounds are in order
    named = first.rename(columns={"test_accuracy": "accuracy", "test_auc": "area"})
    columns = [*chain, "round", "sparsity", "accuracy", "area", "ties"]
    return named[columns].reset_index(drop=True)


def what_stopped(told: pd.DataFrame, beyond: float) -> pd.DataFrame:
    """The runs of each reading beyond a sparsity: how many work, and what those know that do not.

    Args:
        told: what `fates` gives.
        beyond: a sparsity; runs above it count.

    Returns:
        Columns `reading, runs, works, one-sided, cut in two, accuracy, area of the one-sided`: the
        mean accuracy of all, the mean area of those that are one-sided.
    """
    rows: list[dict[str, Any]] = []
    late = told[told["sparsity"].round(4) > beyond]
    for reading, runs in late.groupby("reading", observed=True):
        counts = {fate: int((runs["fate"] == fate).sum()) for fate in FATES}
        mute = runs[runs["fate"] == ONE_SIDED]
        means = {
            "accuracy": runs["test_accuracy"].mean(),
            "area of the one-sided": mute["test_auc"].mean(),
        }
        rows.append({"reading": reading, "runs": len(runs)} | counts | means)
    return pd.DataFrame(rows)
