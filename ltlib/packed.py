"""Tickets of one round in one small file, for programs that know neither torch nor a store.

A safetensors file. Of each domain it holds two tensors of bytes: `DOMAIN/places`, where survivors
are, and `DOMAIN/values`, what they are after training. A place counts the entries of all parameters
end to end, flat and in order; kept are the distances from one place to the next, the first from
-1, seven bits a byte with the lowest first, the eighth bit set where more follow (LEB128).

A value is the upper three bytes of its float32, rounded: uint8 `[3, survivors]`, the uppermost
first. Two bytes (float16) were measured to move probabilities by up to 9e-4, three by up to 4e-5.

All else is JSON in the metadata under `ltlib.packed`: `parameters`, their names and shapes in
order, `domains`, what is known of each, and whatever the writer adds.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from ltlib.errors import InputError

FORMAT = 1  # raised when whoever reads this one could not read the next
KEY = "ltlib.packed"
LOST = 8  # bits of a float32 that are not kept


class Sparse(NamedTuple):
    """A trained ticket of a domain: masks and values of one shape, by parameter name."""

    masks: Mapping[str, NDArray[np.bool_]]
    values: Mapping[str, NDArray[np.float32]]


def packed(tickets: Mapping[str, Sparse], about: Mapping[str, Any]) -> bytes:
    """The file of tickets with the same parameters, by domain.

    Args:
        about: what else its metadata say; of each domain under `domains`.
    """
    first = next(iter(tickets.values()))
    shapes = [[name, list(mask.shape)] for name, mask in first.masks.items()]
    tensors = {}
    for domain, (masks, values) in tickets.items():
        assert [[name, list(mask.shape)] for name, mask in masks.items()] == shapes
        alive = np.concatenate([mask.ravel() for mask in masks.values()])
        flat = np.concatenate([values[name].ravel() for name in masks])[alive]
        tensors[f"{domain}/places"] = _distances(np.flatnonzero(alive))
        tensors[f"{domain}/values"] = _three_bytes(flat)
    info = {**about, "format": FORMAT, "parameters": shapes}
    return safetensors.numpy.save(tensors, {KEY: json.dumps(info)})


def about_packed(content: bytes) -> dict[str, Any]:
    """What the metadata of such a file say.

    Raises:
        InputError: it is none, or of a later ltlib.
    """
    try:
        length = int.from_bytes(content[:8], "little")
        info: dict[str, Any] = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][KEY])
        known = info["format"] <= FORMAT
    except (ValueError, LookupError, TypeError):
        raise InputError("holds no packed tickets; `ltlib export --tickets` writes them") from None
    if not known:
        raise InputError("packed by a later ltlib; update this one, or export them again")
    return info


def unpacked(content: bytes) -> dict[str, Sparse]:
    """Inverse of `packed`: tickets by domain, values as they are kept, 0 where pruned.

    Raises:
        InputError: as `about_packed`, or the file is cut off.
    """
    info = about_packed(content)
    try:
        tensors = safetensors.numpy.load(content)
    except safetensors.SafetensorError as error:
        raise InputError(f"holds no whole tickets ({error}); export them again") from None
    return {
        domain: _dense(tensors[f"{domain}/places"], tensors[f"{domain}/values"], info["parameters"])
        for domain in info["domains"]
    }


def _dense(
    places: NDArray[np.uint8], values: NDArray[np.uint8], parameters: list[tuple[str, list[int]]]
) -> Sparse:
    sizes = [math.prod(shape) for _, shape in parameters]
    alive = np.zeros(sum(sizes), bool)
    alive[np.cumsum(np.fromiter(_numbers(places), np.int64)) - 1] = True
    flat = np.zeros(sum(sizes), np.float32)
    flat[alive] = _floats(values)
    ends = np.cumsum(sizes)[:-1]
    masks, dense = np.split(alive, ends), np.split(flat, ends)
    shaped = list(zip(parameters, masks, dense, strict=True))
    return Sparse(
        {name: mask.reshape(shape) for (name, shape), mask, _ in shaped},
        {name: value.reshape(shape) for (name, shape), _, value in shaped},
    )


def _distances(places: NDArray[np.int64]) -> NDArray[np.uint8]:
    written = bytearray()
    for distance in np.diff(places, prepend=-1).tolist():
        while distance > 127:
            written.append(distance & 127 | 128)
            distance >>= 7
        written.append(distance)
    return np.frombuffer(bytes(written), np.uint8)


def _numbers(written: NDArray[np.uint8]) -> Iterator[int]:
    number = shift = 0
    for byte in written.tolist():
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0


def _three_bytes(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    bits = values.astype("<f4").view("<u4").astype(np.uint64) + (1 << LOST - 1)
    return np.stack([bits >> shift & 255 for shift in (24, 16, 8)]).astype(np.uint8)


def _floats(kept: NDArray[np.uint8]) -> NDArray[np.float32]:
    upper, middle, lower = kept.astype("<u4")
    return (upper << 24 | middle << 16 | lower << 8).view("<f4").astype(np.float32)
