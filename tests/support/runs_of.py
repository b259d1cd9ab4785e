"""Test accuracies of single runs of a results table, found by a plain loop."""

from typing import Any

import pandas as pd


def accuracies(table: pd.DataFrame, **names: Any) -> list[float]:
    """Of the rows that `names` select, replicate by replicate."""
    rows = [row for row in table.to_dict("records") if all(row[k] == v for k, v in names.items())]
    return [row["test_accuracy"] for row in rows]
