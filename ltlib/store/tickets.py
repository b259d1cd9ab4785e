"""Tickets as safetensors: masks bit-packed, trained values of the survivors alone."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from torch import Tensor

from ltlib.pruning import Masks
from ltlib.spec import RunSpec
from ltlib.store.store import Store
from ltlib.tickets import Ticket, redrawn

MASKS, INITIAL, TRAINED = "masks.safetensors", "initial.safetensors", "trained.safetensors"


def pack_masks(masks: Masks) -> bytes:
    """Masks at one bit an entry (`numpy.packbits`); their shapes as JSON in the metadata."""
    packed = {name: np.packbits(mask.numpy().ravel()) for name, mask in masks.items()}
    shapes = {name: list(mask.shape) for name, mask in masks.items()}
    return safetensors.numpy.save(packed, metadata={"shapes": json.dumps(shapes)})


def unpack_masks(content: bytes) -> Masks:
    """Inverse of `pack_masks`."""
    header_length = int.from_bytes(content[:8], "little")  # the format: length, JSON header, data
    header = json.loads(content[8 : 8 + header_length])
    shapes: dict[str, list[int]] = json.loads(header["__metadata__"]["shapes"])
    packed = safetensors.numpy.load(content)
    return {
        name: torch.from_numpy(
            np.unpackbits(packed[name], count=math.prod(shape)).astype(bool).reshape(shape)
        )
        for name, shape in shapes.items()
    }


def pack_survivors(values: Mapping[str, Tensor], masks: Masks) -> bytes:
    """The values that survive, a vector a parameter in flat order; the rest is 0 anyway."""
    return safetensors.torch.save({name: value[masks[name]] for name, value in values.items()})


def unpack_survivors(content: bytes, masks: Masks) -> dict[str, Tensor]:
    """Inverse of `pack_survivors`: dense values, 0 where pruned."""
    values = {}
    for name, survivors in safetensors.torch.load(content).items():
        values[name] = torch.zeros(masks[name].shape, dtype=survivors.dtype)
        values[name][masks[name]] = survivors
    return values


def ticket_files(ticket: Ticket) -> dict[str, bytes]:
    """The files of a trained ticket; θ₀ only once a chain, at round 0."""
    assert ticket.trained is not None, "a ticket is stored after it is trained"
    files = {MASKS: pack_masks(ticket.masks), TRAINED: pack_survivors(ticket.trained, ticket.masks)}
    if ticket.round == 0:
        files[INITIAL] = safetensors.torch.save(ticket.initial)
    return files


def read_ticket(store: Store, spec: RunSpec) -> Ticket:
    """The trained ticket of an obtaining run.

    Raises:
        DamagedError: a file is missing or damaged.
    """
    return ticket_from(spec, read_files(store, spec))


def read_files(store: Store, spec: RunSpec) -> dict[str, bytes]:
    """The files of an obtaining run, and θ₀ from round 0 of its chain.

    Raises:
        DamagedError: a file is missing or damaged.
    """
    files = {name: store.read(spec.hash, name) for name in (MASKS, TRAINED)}
    return files | {INITIAL: store.read(spec.first().hash, INITIAL)}


def ticket_from(spec: RunSpec, files: Mapping[str, bytes]) -> Ticket:
    """The trained ticket of an obtaining run, from its files."""
    masks = unpack_masks(files[MASKS])
    trained = unpack_survivors(files[TRAINED], masks)
    initial = safetensors.torch.load(files[INITIAL])
    ticket = Ticket(
        spec.protocol, spec.source, spec.seed, spec.replicate, spec.round, masks, initial, trained
    )
    if spec.strategy != "ticket-random":
        return ticket
    return replace(ticket, initial=redrawn(ticket, spec.source, spec.strategy))
