"""What training for longer is worth, to be read."""

import json

import pandas as pd

from ltlib.figures.tables import Table
from ltlib.protocol import Protocol
from ltlib.results.longer import TRAINED, longer
from ltlib.results.words import in_points, with_interval


def longer_table(default: pd.DataFrame, other: pd.DataFrame, caption: str) -> Table:
    """What `longer` gives: accuracies in percent, leads and gains in points.

    Raises:
        InputError: as `longer`.
    """
    found = longer(default, other)
    protocols = [
        Protocol.from_differences(json.loads(table["protocol"].iloc[0])).retraining()
        for table in (default, other)
    ]
    shown: dict[str, list[str]] = {"masks of a ticket": found["quantity"].tolist()}
    for column, protocol in zip(("before", "after"), protocols, strict=True):
        shown[f"{protocol.epochs} epochs"] = [
            f"{100 * value:.1f}%" if quantity in TRAINED else in_points(value)
            for quantity, value in zip(found["quantity"], found[column], strict=True)
        ]
    shown["gained (points)"] = [
        with_interval(*row) for row in found[["gained", "low", "high"]].itertuples(index=False)
    ]
    return Table(pd.DataFrame(shown), caption)
