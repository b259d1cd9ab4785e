"""Results tables put together: a run that several hold is there once, and they agree on it."""

from collections.abc import Mapping

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.comparison import NAMED, compared, comparison_as_text

ORDER = ["experiment", "source", "target", "strategy", "round", "replicate", "seed"]


def joined(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One table of the rows of all; how long a run took is that of the first that holds it.

    Args:
        tables: by the name that an error calls them by.

    Raises:
        InputError: two say different things of one run; it names up to 20 of them.
    """
    for number, (name, table) in enumerate(tables.items()):
        for earlier, other in list(tables.items())[:number]:
            found = compared(other, table)
            conflicts = found[found["where"] == "both"]
            if len(conflicts):
                said = comparison_as_text(conflicts, earlier, name)
                raise InputError(
                    f"{earlier} and {name} disagree (other processors?); keep them apart, or take "
                    f"these runs out of one: {said}"
                )
    rows = pd.concat(tables.values())
    once = rows.drop_duplicates(NAMED)
    return once.sort_values(ORDER, kind="stable", ignore_index=True)
