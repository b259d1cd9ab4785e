"""What two masks share: the weights that both keep, beside what chance would give."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Fates = Mapping[str, NDArray[np.int64]]  # by layer, the last round that each weight survived

ALONE = "its initial values"  # as a target: what pruning θ₀ itself, untrained, would keep
COLUMNS = ["source", "target", "layer", "round", "survivors", "entries", "both"]


def overlaps(
    fates: Mapping[str, Fates], alone: Mapping[str, Fates], rounds: Sequence[int]
) -> pd.DataFrame:
    """How many weights two domains' masks both keep, and a mask and that of its own θ₀.

    Returns:
        Columns `source, target, layer, round, survivors, entries, both`: of the source's
        `survivors` among a layer's `entries` weights, `both` survive in the target, too. Of two
        masks in which nothing hangs together, survivors × survivors / entries would.
    """
    rows = []
    for source, own in fates.items():
        others = {target: other for target, other in fates.items() if target != source}
        for target, other in (others | {ALONE: alone[source]}).items():
            for layer, last in own.items():
                for r in rounds:
                    kept = last >= r
                    both = int((kept & (other[layer] >= r)).sum())
                    counted = (int(kept.sum()), last.size, both)
                    rows.append((source, target, layer, r, *counted))
    return pd.DataFrame(rows, columns=COLUMNS)
