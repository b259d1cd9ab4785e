"""Which two domains are nearest or farthest apart (§3), and how sure that is."""

from dataclasses import replace

import numpy as np
import pandas as pd

from ltlib.results.estimates import Estimate
from ltlib.results.verdicts import NOTHING, Claimed, Evidence, everywhere, evidence


def farther(divergence: pd.DataFrame, pair: tuple[str, str], claimed: Claimed) -> Evidence:
    """Whether the divergence of two domains less that of each other pair lies where it is claimed.

    The error is the standard deviation over draws of reviews, the same for all pairs: no run takes
    part, and no chain (`Evidence.chains` is 1).

    Args:
        divergence: as `ltlib.data.resampled.resampled_divergence` gives it.

    Returns:
        The least sure of all comparisons; nothing where the domains or the draws are not there.
    """
    nothing = replace(NOTHING, missing=f"no divergence of {pair[0]} and {pair[1]}")
    if "again" not in divergence:
        return nothing
    pairs = {
        frozenset((row["source"], row["target"])): (row["nats"], np.array(row["again"]))
        for row in divergence.to_dict("records")
    }
    if frozenset(pair) not in pairs or len(pairs) == 1:
        return nothing
    nats, again = pairs.pop(frozenset(pair))
    parts = []
    for other_nats, other_again in pairs.values():
        variance = float((again - other_again).var(ddof=1))
        parts.append(evidence(Estimate(nats - other_nats, 1, ((0.0, 1),), variance), claimed))
    return everywhere(parts)
