"""The results table: its columns, its order, how it is read and checked. One row a run."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from ltlib.errors import InputError
from ltlib.protocol import upgraded
from ltlib.results.correct import from_text
from ltlib.results.settings import described
from ltlib.spec import RunSpec

COLUMNS = [
    "experiment", "strategy", "source", "target", "round", "sparsity", "replicate", "seed",
    "validation_accuracy", "validation_auc", "test_accuracy", "test_auc", "ties", "one_sided",
    "test_reviews", "test_correct", "epochs", "best_epoch", "seconds", "connected", "corpus",
    "corpus_hash", "protocol", "spec_version", "device",
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
TEST_CORRECT = "test_correct"  # which of them were judged rightly, a bit each
ENDINGS = (".parquet", ".csv")  # of the files that hold a table
# What is true of runs that were stored before these columns were: who knows; on a CPU.
LATER: dict[str, str | None] = {
    "validation_auc": None,
    "test_auc": None,
    "ties": None,
    "one_sided": None,
    TEST_REVIEWS: None,
    TEST_CORRECT: None,
    "device": "cpu",
}
TYPES = {  # of columns that may be empty
    "validation_auc": "float64",
    "test_auc": "float64",
    "ties": "Int64",
    "one_sided": "boolean",
    TEST_REVIEWS: "Int64",
}
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
    """The results table of these rows, as JSON would hold them."""
    order = ["experiment", "source", "target", "strategy", "round", "replicate", "seed"]
    table = pd.DataFrame(rows, columns=COLUMNS).astype(TYPES)
    table[TEST_CORRECT] = table[TEST_CORRECT].map(from_text, na_action="ignore")
    return table.sort_values(order, kind="stable", ignore_index=True)


def read_table(path: str | Path) -> pd.DataFrame:
    """A published results table; columns that are younger than it are empty, and its `device` a
    CPU. Protocols are called as they are now.

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
    protocols = zip(table["protocol"], table["spec_version"], strict=True)
    return table.assign(protocol=[_as_now(*stored) for stored in protocols]).astype(TYPES)


@lru_cache(maxsize=64)
def _as_now(protocol: str, spec_version: int) -> str:
    """A table of many thousand runs has one protocol or a few."""
    try:
        fields = json.loads(protocol)
        now = upgraded(fields, spec_version)
        return protocol if now == fields else json.dumps(now, sort_keys=True)
    except (ValueError, AttributeError):
        return protocol  # whatever it is, whoever reads it will say so


def specs_of(table: pd.DataFrame) -> list[RunSpec]:
    """The spec of each row.

    Raises:
        InputError: a row of another version of the spec.
    """
    names = [*RunSpec.__dataclass_fields__, "spec_version"]
    rows = table[names].to_dict("records")
    return [
        RunSpec.from_canonical(
            {str(k): v for k, v in row.items()} | {"protocol": json.loads(row["protocol"])}
        )
        for row in rows
    ]


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
            na_values={column: [""] for column in TYPES},
            converters={TEST_CORRECT: from_text},
        )
    except (ValueError, SyntaxError, OSError) as error:
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
            remedy = f"`--{by}` of a command, or ltlib.select(results, {by}=...)"
            if by == "spec_version":
                remedy = "results[results['spec_version'] == ...], in Python"
            raise InputError(
                f"results: column '{column}' holds {one} and {other}; select one of them: {remedy}"
            )
