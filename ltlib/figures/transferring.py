"""Transferring tickets (§5.3): accuracies on the target, a panel a task."""

from collections.abc import Sequence

import pandas as pd

from ltlib.figures.looks import Drawing
from ltlib.figures.panels import chosen, grid_of_panels, tested_on
from ltlib.results.side_by_side import ACCURACY, transferred
from ltlib.strategies import MASKS_SHUFFLED, MOVED, TICKET_TARGET


def transferring(
    results: pd.DataFrame,
    pairs: Sequence[tuple[str, str]] | None = None,
    measure: str = ACCURACY,
) -> Drawing:
    """Accuracy on the target against the sparsity of the source's masks (Fig. 4), or the area.

    The standard error of the smallest test set is drawn as in `obtaining`.

    Args:
        results: the results table, the targets' own tickets among its rows.
        pairs: (source, target) of the panels, in order; all that the table holds when None.
        measure: as `obtaining` takes it.

    Raises:
        InputError: no such results, or a pair that they do not hold.
    """
    table = transferred(results, measure)
    known = list(zip(table["source"], table["target"], strict=True))
    shown = chosen(pairs, known, "pair")
    panels = {
        f"{source} → {target}": table[(table["source"] == source) & (table["target"] == target)]
        for source, target in shown
    }
    strategies = (TICKET_TARGET, *MOVED, MASKS_SHUFFLED)
    return grid_of_panels(panels, strategies, None, measure, tested_on(results))
