"""The results table: its columns, its order, how it is read and checked. One row a run."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from ltlib.errors import InputError
from ltlib.results.settings import described

COLUMNS = [
    "experiment", "strategy", "source", "target", "round", "sparsity", "replicate", "seed",
    "validation_accuracy", "test_accuracy", "test_reviews", "epochs", "best_epoch", "seconds",
    "connected", "corpus", "corpus_hash", "protocol", "spec_version", "device",
]  # fmt: skip
NEEDED = (  # by every figure and verdict
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
TEST_REVIEWS = "test_reviews"
ENDINGS = (".parquet", ".csv")  # of the files that hold a table
# What is true of runs that were stored before these columns were: who knows; on a CPU.
LATER: dict[str, str | None] = {TEST_REVIEWS: None, "device": "cpu"}
ONE_VALUE = ("corpus", "corpus_hash", "protocol", "spec_version", "device")  # two have no mean
REPLICATE = ["seed", "replicate"]
WORDS = (
    "experiment",
    "strategy",
    "source",
    "target",
    "corpus",
    "corpus_hash",
    "protocol",
    "device",
)


def in_order(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """The results table of these rows."""
    order = ["experiment", "source", "target", "strategy", "round", "replicate", "seed"]
    table = pd.DataFrame(rows, columns=COLUMNS).astype({TEST_REVIEWS: "Int64"})
    return table.sort_values(order, kind="stable", ignore_index=True)


def read_table(path: str | Path) -> pd.DataFrame:
    """A published results table; `test_reviews` is empty in one written before the column was, and
    `device` a CPU.

    Raises:
        InputError: not there, neither Parquet nor (by its ending) CSV, or without the columns of a
            results table.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: results table not found; write one with `ltlib export`")
    table = _comma_separated(path) if path.suffix.lower() == ".csv" else _parquet(path)
    missing = [column for column in COLUMNS if column not in {*table.columns, *LATER}]
    if missing:
        raise InputError(f"{path}: column '{missing[0]}' is missing; write it with `ltlib export`")
    for column, value in LATER.items():
        if column not in table.columns:
            table.insert(COLUMNS.index(column), column, value)
    return table.astype({TEST_REVIEWS: "Int64"})


def check_ending(path: str | Path) -> None:
    """Raise an InputError unless `path`, which may be a URL, names a kind of file in `ENDINGS`."""
    if not str(path).lower().endswith(ENDINGS):
        raise InputError(f"{path}: name a file that ends in {' or '.join(ENDINGS)}")


def without_ending(path: str | Path) -> str:
    """`path` as the names of files beside the table begin."""
    text = str(path)
    return text[: text.rindex(".")] if text.lower().endswith(ENDINGS) else text


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: is not a Parquet table ({error})") from None


def _comma_separated(path: Path) -> pd.DataFrame:
    """Names stay words even where they look like numbers, or like nothing."""
    try:
        return pd.read_csv(
            path,
            dtype=dict.fromkeys(WORDS, str),
            keep_default_na=False,
            na_values={TEST_REVIEWS: [""]},
        )
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: is not a table of comma-separated values ({error})") from None


def smallest_test_set(results: pd.DataFrame) -> int | None:
    """Reviews in the smallest test set that an accuracy of the table is of; None if one is unknown.

    It has the largest standard error.
    """
    sizes = results[TEST_REVIEWS]
    return None if sizes.isna().any() else int(sizes.min())


def check_table(
    results: pd.DataFrame, needed: Sequence[str] = NEEDED, one_setting: bool = True
) -> None:
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
    for column in ONE_VALUE if one_setting else ():
        values = sorted(map(str, results[column].unique())) if column in results.columns else []
        if len(values) > 1:
            one, other = (described(column, value) for value in values[:2])
            by = "corpus" if column == "corpus_hash" else column
            raise InputError(
                f"results: column '{column}' holds {one} and {other}; select one of them: "
                f"`--{by}` of a command, or ltlib.select(results, {by}=...)"
            )
