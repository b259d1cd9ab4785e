"""Tickets as safetensors: masks bit-packed, trained values of the survivors alone."""

import json
from collections.abc import Mapping

import safetensors.numpy
import safetensors.torch
from torch import Tensor

from ltlib.compact import gather_survivors, metadata_of, pack_bits, spread_survivors, unpack_bits
from ltlib.errors import InputError
from ltlib.networks.network import Architecture
from ltlib.pruning import Masks
from ltlib.spec import RunSpec
from ltlib.store.store import Store
from ltlib.strategies import TICKET_RANDOM
from ltlib.tickets import Ticket, redrawn

MASKS, INITIAL, TRAINED = "masks.safetensors", "initial.safetensors", "trained.safetensors"


def pack_masks(masks: Masks) -> bytes:
    """Masks at one bit an entry; their shapes as JSON in the metadata."""
    shapes = {name: list(mask.shape) for name, mask in masks.items()}
    return safetensors.numpy.save(pack_bits(masks), metadata={"shapes": json.dumps(shapes)})


def unpack_masks(content: bytes) -> Masks:
    """Inverse of `pack_masks`."""
    shapes: dict[str, list[int]] = json.loads(metadata_of(content)["shapes"])
    return unpack_bits(safetensors.numpy.load(content), shapes)


def pack_survivors(values: Mapping[str, Tensor], masks: Masks) -> bytes:
    """The values that survive, and whole what has no mask."""
    return safetensors.torch.save(gather_survivors(values, masks))


def unpack_survivors(content: bytes, masks: Masks) -> dict[str, Tensor]:
    """Inverse of `pack_survivors`: dense values, 0 where pruned."""
    return spread_survivors(safetensors.torch.load(content), masks)


def ticket_files(ticket: Ticket) -> dict[str, bytes]:
    """The files of a trained ticket; θ₀ only once a chain, at round 0."""
    assert ticket.trained is not None, "a ticket is stored after it is trained"
    files = {MASKS: pack_masks(ticket.masks), TRAINED: pack_survivors(ticket.trained, ticket.masks)}
    if ticket.round == 0:
        files[INITIAL] = safetensors.torch.save(ticket.initial)
    return files


def read_ticket(architecture: Architecture, store: Store, spec: RunSpec, first: RunSpec) -> Ticket:
    """The trained ticket of an obtaining run.

    Args:
        first: round 0 of its chain, where θ₀ lies.

    Raises:
        InputError: no such run is stored.
        DamagedError: a file is missing or damaged.
    """
    if spec not in store:
        raise InputError(f"{store.path}: holds no {spec.label()}; obtain it with ltlib.run first")
    return ticket_from(architecture, spec, read_files(store, spec, first))


def read_files(store: Store, spec: RunSpec, first: RunSpec) -> dict[str, bytes]:
    """The files of an obtaining run, and θ₀ from round 0 of its chain, `first`.

    Raises:
        DamagedError: a file is missing or damaged.
    """
    files = {name: store.read(spec.hash, name) for name in (MASKS, TRAINED)}
    return files | {INITIAL: store.read(first.hash, INITIAL)}


def ticket_from(architecture: Architecture, spec: RunSpec, files: Mapping[str, bytes]) -> Ticket:
    """The trained ticket of an obtaining run, from its files."""
    masks = unpack_masks(files[MASKS])
    ticket = Ticket(
        architecture,
        spec.protocol,
        spec.source,
        spec.seed,
        spec.replicate,
        spec.round,
        masks,
        initial=safetensors.torch.load(files[INITIAL]),
        trained=unpack_survivors(files[TRAINED], masks),
    )
    if spec.strategy == TICKET_RANDOM:
        return redrawn(ticket, spec.source, spec.strategy)
    return ticket
