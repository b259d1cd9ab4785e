"""What a ticket takes on disk: masks at one bit an entry, and of values the survivors alone."""

import json
import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from ltlib.pruning import Masks


def pack_bits(masks: Masks) -> dict[str, np.ndarray]:
    """Masks as `numpy.packbits` of their flat entries, uint8 `[⌈entries / 8⌉]` a parameter."""
    return {name: np.packbits(mask.numpy().ravel()) for name, mask in masks.items()}


def unpack_bits(packed: Mapping[str, np.ndarray], shapes: Mapping[str, Sequence[int]]) -> Masks:
    """Inverse of `pack_bits`: masks of these shapes, in the order of `shapes`."""
    return {
        name: torch.from_numpy(
            np.unpackbits(packed[name], count=math.prod(shape)).astype(bool).reshape(shape)
        )
        for name, shape in shapes.items()
    }


def gather_survivors(values: Mapping[str, Tensor], masks: Masks) -> dict[str, Tensor]:
    """The values that survive, a vector a parameter in flat order; the rest is 0 anyway.

    What has no mask (a buffer) is kept whole.
    """
    return {n: value[masks[n]] if n in masks else value for n, value in values.items()}


def spread_survivors(gathered: Mapping[str, Tensor], masks: Masks) -> dict[str, Tensor]:
    """Inverse of `gather_survivors`: dense values, 0 where pruned."""
    values = {}
    for name, stored in gathered.items():
        if name in masks:
            values[name] = torch.zeros(masks[name].shape, dtype=stored.dtype)
            values[name][masks[name]] = stored
        else:
            values[name] = stored
    return values


def metadata_of(content: bytes) -> dict[str, str]:
    """The metadata of a safetensors file, empty where it has none.

    The format: eight bytes of length, a JSON header of that length, the data.
    """
    length = int.from_bytes(content[:8], "little")
    metadata: dict[str, str] = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return metadata
