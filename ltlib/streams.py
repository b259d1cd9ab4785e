"""Random streams derived by name, so that no two uses share one by accident."""

import hashlib
import json

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """The random generator of `names` under the experiment's `seed`.

    Equal arguments give equal streams on every machine and in every process; any difference in a
    name gives an unrelated one.
    """
    digest = hashlib.sha256(json.dumps([seed, *names]).encode()).digest()
    return np.random.Generator(np.random.SFC64(int.from_bytes(digest[:16], "little")))
