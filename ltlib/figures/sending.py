"""What it takes to send a ticket, to be read."""

import pandas as pd

from ltlib.figures.tables import Format, Table, sparsity_percent
from ltlib.results.sending import sending
from ltlib.results.words import in_points
from ltlib.strategies import MASKS_RANDOM, MASKS_RESET


def sending_table(results: pd.DataFrame, caption: str) -> Table:
    """What `sending` gives: shares in percent, losses in points.

    Raises:
        InputError: as `sending`.
    """
    sent = sending(results)
    shown = pd.DataFrame(
        {
            "sparsity": sent["sparsity"],
            "mask": sent["mask"],
            "values": sent["values"],
            f"{MASKS_RESET} − own": sent[MASKS_RESET],
            f"{MASKS_RANDOM} − own": sent[MASKS_RANDOM],
        }
    )
    formats: dict[str, Format] = {
        "sparsity": sparsity_percent,
        **dict.fromkeys(("mask", "values"), "{:.2%}"),
        **dict.fromkeys((f"{s} − own" for s in (MASKS_RESET, MASKS_RANDOM)), in_points),
    }
    return Table(shown, caption, formats)
