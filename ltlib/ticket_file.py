"""A ticket as one safetensors file that needs neither corpus nor store.

Its tensors are `masks/NAME` (packed bits), `initial/NAME` (dense), `trained/NAME` (survivors in
flat order, buffers whole) and `carried/NAME` (bytes: a text's vocabulary). All else is JSON in the
metadata under `ltlib.ticket`; its `sha256` is that of the rest of this JSON, keys sorted, and of
all tensors by name, each a line `NAME DTYPE SHAPE` and its bytes. Nothing that is read is run.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import Tensor

from ltlib.compact import gather_survivors, metadata_of, pack_bits, spread_survivors, unpack_bits
from ltlib.errors import InputError
from ltlib.networks.network import Architecture
from ltlib.paths import check_place, replace_into, writing
from ltlib.protocol import Protocol, upgraded
from ltlib.spec import SPEC_VERSION
from ltlib.versions import version_of

if TYPE_CHECKING:
    from ltlib.tickets import Ticket

FORMAT = 1  # raised when an ltlib that reads this one could not read the next
KEY = "ltlib.ticket"  # one key: safetensors writes several in any order
NAMED = ("source", "seed", "replicate", "round")  # of a ticket's fields, as they are


def write_ticket(ticket: "Ticket", path: Path) -> None:
    """Write `ticket` to `path`, whole or not at all.

    Raises:
        InputError: `path` cannot be written.
    """
    check_place(path, ".safetensors")
    content = _pack(ticket)
    with writing(path), replace_into(path) as temporary:
        temporary.write_bytes(content)


def read_fields(path: Path, architecture: Architecture | None) -> dict[str, Any]:
    """The fields of the `Ticket` at `path`.

    Args:
        architecture: of its network; None: the one of ltlib that the file names.

    Raises:
        InputError: see `Ticket.load`; it names `path`.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: not found; `ticket.save` writes such a file") from None
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or error}); name a file that can be"
        ) from None
    try:
        return _unpack(content, architecture)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (safetensors.SafetensorError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{path}: holds no whole ticket ({type(error).__name__}: {error}); name a file that "
            "`ticket.save` wrote, or fetch it again"
        ) from None


def _pack(ticket: "Ticket") -> bytes:
    carried = ticket.architecture.carried()
    groups: dict[str, Mapping[str, Tensor]] = {
        "masks": _tensors(pack_bits(ticket.masks)),
        "initial": ticket.initial,
        "trained": gather_survivors(ticket.trained or {}, ticket.masks),
        "carried": _tensors({n: np.frombuffer(held, np.uint8) for n, held in carried.items()}),
    }
    tensors = {
        f"{group}/{name}": tensor for group, held in groups.items() for name, tensor in held.items()
    }
    info = {name: getattr(ticket, name) for name in NAMED} | {
        "format": FORMAT,
        "spec_version": SPEC_VERSION,
        "ltlib": version_of("ltlib"),
        "architecture": type(ticket.architecture).__name__,
        "protocol": asdict(ticket.protocol),
        "parameters": list(ticket.masks),  # in order: of equal magnitudes the first is pruned first
    }
    info["sha256"] = _checksum(info, tensors)
    return safetensors.torch.save(tensors, {KEY: json.dumps(info)})


def _unpack(content: bytes, given: Architecture | None) -> dict[str, Any]:
    tensors = safetensors.torch.load(content)
    info = json.loads(metadata_of(content)[KEY])
    if info["format"] > FORMAT or info["spec_version"] > SPEC_VERSION:
        raise InputError(f"written by a later ltlib ({info['ltlib']}); update this one")
    if info.pop("sha256") != _checksum(info, tensors):
        raise InputError("damaged (checksum); save the ticket again, or fetch the file again")
    parameters: list[str] = info["parameters"]
    initial = {name: tensors[f"initial/{name}"] for name in parameters}
    shapes = {name: tuple(value.shape) for name, value in initial.items()}
    packed = {name: bits.numpy() for name, bits in _group(tensors, "masks").items()}
    masks = unpack_bits(packed, shapes)
    carried = {name: held.numpy().tobytes() for name, held in _group(tensors, "carried").items()}
    return {name: info[name] for name in NAMED} | {
        "architecture": _architecture(info["architecture"], carried, given),
        "protocol": Protocol.from_differences(upgraded(info["protocol"], info["spec_version"])),
        "masks": masks,
        "initial": initial,
        "trained": spread_survivors(_group(tensors, "trained"), masks) or None,
    }


def _architecture(
    name: str, carried: Mapping[str, bytes], given: Architecture | None
) -> Architecture:
    if given is None:
        from ltlib.networks.known import known_architecture  # a ticket's one door to text

        return known_architecture(name, carried)
    if type(given).__name__ != name:
        raise InputError(f"a ticket of {name}, not of {type(given).__name__}; give that one")
    return given


def _tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.tensor(array) for name, array in arrays.items()}


def _group(tensors: Mapping[str, Tensor], group: str) -> dict[str, Tensor]:
    beginning = f"{group}/"
    return {n.removeprefix(beginning): t for n, t in tensors.items() if n.startswith(beginning)}


def _checksum(info: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256(json.dumps(info, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        values = tensor.numpy()
        digest.update(f"{name} {values.dtype} {values.shape}\n".encode() + values.tobytes())
    return digest.hexdigest()
