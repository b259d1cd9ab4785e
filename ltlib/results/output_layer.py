"""The output layer of tickets: which hidden units speak for which class, and what a bias answers.

A hidden unit is never negative, so what it can add to the score of one class over that of the other
has one sign: that of the difference of its two weights.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOST = 40  # units that a picture has room for; rounds with more are left out
BIAS, PRUNED = "bias", "bias, pruned"
COLUMNS = ["domain", "round", "unit", "difference", "fed"]

Masks = Mapping[str, NDArray[np.bool_]]  # of a ticket, by parameter name; True survives
Values = Mapping[str, NDArray[np.float32]]  # trained; what is pruned is 0


def speaking_units(domain: str, masks: Sequence[Masks], trained: Sequence[Values]) -> pd.DataFrame:
    """What the units of each round's output layer add to the score for positive over negative.

    Args:
        masks: of a chain's rounds from 0 on.
        trained: the values of each, trained under it.

    Returns:
        Columns `domain, round, unit, difference, fed`: a row for each hidden unit with a surviving
        output weight, counted from 1, and one for the bias (`BIAS`, or `PRUNED` with a difference
        of 0). What is not `fed`, neither by weights nor by a bias, is always 0.
    """
    rows = []
    for round_, (mask, values) in enumerate(zip(masks, trained, strict=True)):
        units = np.flatnonzero(mask["output.weight"].any(axis=0))
        if len(units) > MOST:
            continue
        weight, bias = values["output.weight"], values["output.bias"]
        fed = mask["hidden.weight"].any(axis=1) | mask["hidden.bias"]
        for unit in units:
            difference = float(weight[1, unit] - weight[0, unit])
            rows.append((domain, round_, str(unit + 1), difference, bool(fed[unit])))
        name = BIAS if mask["output.bias"].any() else PRUNED
        rows.append((domain, round_, name, float(bias[1] - bias[0]), True))
    return pd.DataFrame(rows, columns=COLUMNS)
