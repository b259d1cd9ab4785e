"""What a choice is worth, as tables to be read: differences in points with their intervals."""

from collections.abc import Mapping

import pandas as pd

from ltlib.figures.tables import Table
from ltlib.results.choices import QUANTITIES, at_its_best, worth
from ltlib.results.contrasts import estimated
from ltlib.results.verdicts import CONFIDENCE
from ltlib.results.words import with_interval
from ltlib.strategies import OBTAIN

LEADS = [name for name in QUANTITIES if "−" in name]


def choices_table(default: pd.DataFrame, others: Mapping[str, pd.DataFrame], caption: str) -> Table:
    """A row a table: its choice, and what it adds to each of `QUANTITIES`, – if not measured.

    Raises:
        InputError: as `worth`.
    """
    rows = []
    for _, own in worth(default, others).groupby("table", sort=False):
        cells = {
            row["quantity"]: with_interval(row["estimate"], row["low"], row["high"])
            for row in own.to_dict("records")
        }
        rows.append({"choice": own["choice"].iloc[0]} | cells)
    return Table(pd.DataFrame(rows), caption)


def at_its_best_table(
    default: pd.DataFrame, others: Mapping[str, pd.DataFrame], caption: str
) -> Table:
    """How far reset is ahead of random as the default has it, and when each has what suits it best.

    Raises:
        InputError: as `estimated`.
    """
    best = at_its_best({"default": default} | dict(others))
    rows = []
    for name, table in (("as all other tickets", default), ("each what suits it best", best)):
        cells = {}
        for quantity in LEADS:
            found = estimated(table, OBTAIN, QUANTITIES[quantity])
            cells[quantity] = with_interval(found.value, *found.interval(CONFIDENCE))
        rows.append({"trained with": name} | cells)
    return Table(pd.DataFrame(rows), caption)
