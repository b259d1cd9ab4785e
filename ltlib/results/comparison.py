"""Two results tables, run by run."""

from pathlib import Path

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.correct import judged_otherwise
from ltlib.results.settings import digest
from ltlib.results.table import COLUMNS, TEST_CORRECT, check_table
from ltlib.spec import label

MEASURED = [
    "sparsity", "validation_accuracy", "validation_auc", "test_accuracy", "test_auc", "ties",
    "one_sided", "test_reviews", TEST_CORRECT, "epochs", "best_epoch", "connected",
]  # fmt: skip
NAMED = [column for column in COLUMNS if column not in (*MEASURED, "seconds")]
SHOWN = 20  # runs of which a terminal shows the differences


def compared(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The runs of two results tables that are not alike.

    Runs are the same when all that names them is: experiment, strategy, domains, round, replicate,
    seed, corpus, protocol, device and version. What is not known of a run in one of the tables
    (columns that are younger than it) is not compared.

    Returns:
        Columns `where` ("one", "other": in that table alone; "both"), those that name a run, and
        the differences other − one of what was measured: 0 where it is equal, missing where the
        run is in one table alone; of `test_correct`, how many reviews were judged otherwise. Empty
        when the tables are alike.

    Raises:
        InputError: a table lacks columns or rows, or names a run twice.
    """
    for table in (one, other):
        check_table(table, COLUMNS, one_setting=False)
        if (twice := table.duplicated(NAMED)).any():
            raise InputError(f"results: {_called(table[twice].iloc[0])} is there twice; keep one")
    both = one.merge(
        other, "outer", NAMED, suffixes=("_one", "_other"), indicator="where", validate="1:1"
    )
    found = both[["where", *NAMED]].assign(
        where=both["where"].map({"left_only": "one", "right_only": "other", "both": "both"}),
        **{column: _difference(both, column) for column in MEASURED},
    )
    alike = (found["where"] == "both") & (found[MEASURED].fillna(0) == 0).all(axis=1)
    return found[~alike].reset_index(drop=True)


def _difference(both: pd.DataFrame, column: str) -> pd.Series:
    one, other = both[f"{column}_one"], both[f"{column}_other"]
    if column != TEST_CORRECT:
        return other.astype("Float64") - one.astype("Float64")
    known = one.notna() & other.notna()
    pairs = zip(one[known], other[known], strict=True)
    counts = [judged_otherwise(*pair) for pair in pairs]
    return pd.Series(counts, both.index[known], "Float64").reindex(both.index)


def comparison_as_text(found: pd.DataFrame, one: str | Path, other: str | Path) -> str:
    """What `compared` found, for a terminal: accuracies in points, the largest difference first."""
    if found.empty:
        return "alike: the same runs, with the same results"
    lines = []
    for place, path in (("one", one), ("other", other)):
        alone = found[found["where"] == place]
        if len(alone):
            lines.append(f"only in {path}: {len(alone)}, first {_called(alone.iloc[0])}")
    differing = found[found["where"] == "both"]
    if len(differing):
        size = differing["test_accuracy"].abs()
        lines.append(
            f"differ: {len(differing)}; test accuracy by {100 * size.mean():.2f} points on average"
            f" and {100 * size.max():.2f} at most ({other} minus {one}):"
        )
        order = size.sort_values(ascending=False, kind="stable").index
        lines += [_line(differing.loc[index]) for index in order[:SHOWN]]
        if len(differing) > SHOWN:
            lines.append(f"and {len(differing) - SHOWN} more; --csv gives them all")
    return "\n".join(lines)


def _called(row: pd.Series) -> str:
    name = label(row["strategy"], row["source"], row["target"], row["round"], row["replicate"])
    return f"{name} ({row['corpus']}, protocol {digest(row['protocol'])})"


def _line(row: pd.Series) -> str:
    changes = [
        f"{column} {100 * row[column]:+.2f} points"
        if column.endswith("accuracy")
        else f"{column} {row[column]:+g}"
        for column in MEASURED
        if pd.notna(row[column]) and row[column] != 0
    ]
    return f"  {_called(row)}: {', '.join(changes)}"
