"""What another processor makes of equal specifications, to be read."""

import pandas as pd

from ltlib.figures.tables import Table, percent
from ltlib.results.computed_again import computed_again
from ltlib.results.words import with_interval
from ltlib.strategies import FULL_MODEL


def computed_again_table(results: pd.DataFrame, again: pd.DataFrame, caption: str) -> Table:
    """What `computed_again` gives: shares of answers in percent, accuracies in points.

    Raises:
        InputError: as `computed_again`.
    """
    found = computed_again(results, again)
    beyond = found["beyond"].map({False: "up to 90%", True: "beyond 90%"})
    shown = pd.DataFrame(
        {
            "strategy": found["strategy"],
            "sparsity": beyond.where(found["strategy"] != FULL_MODEL, "0%"),
            "runs": found["runs"],
            "with equal answers": found["equal"],
            "accuracy changes (points)": [
                with_interval(*row)
                for row in found[["adds", "low", "high"]].itertuples(index=False)
            ],
            "answers that change": found["apart"].map(percent),
            "with another seed": found["apart_by_seed"].map(percent),
        }
    )
    return Table(shown, caption)
