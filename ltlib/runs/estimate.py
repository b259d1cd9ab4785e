"""What a plan will cost, from training a few batches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ltlib.networks.packing import Packed, PackedSplits
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, prune
from ltlib.spec import RunSpec
from ltlib.tickets import Ticket, first_ticket, train_ticket

BATCHES = 6  # trained in each calibration
FILE = 4096  # bytes that a small file takes on most disks
VALUE = 4  # bytes of a parameter


@dataclass(frozen=True)
class Estimate:
    """Hours of one core (or one GPU), and bytes on disk."""

    hours: float
    disk: int


def estimate(specs: Sequence[RunSpec], splits: PackedSplits, device: str = "cpu") -> Estimate:
    """The cost of `specs`, runs of one protocol, on this machine.

    The first, the middle and the last round are timed over a few batches of `splits` (of one
    domain: all have as many reviews); rounds between are interpolated.
    """
    if not specs:
        return Estimate(0.0, 0)
    protocol = specs[0].protocol
    last = max(spec.round for spec in specs)
    masks = _masks_of_rounds(protocol, last)
    timed = sorted({0, last // 2, last})
    _seconds(protocol, masks[0], 0, splits, device)  # the first training of a process is slow
    seconds = [_seconds(protocol, masks[r], r, splits, device) for r in timed]
    total = sum(float(np.interp(spec.round, timed, seconds)) for spec in specs)
    sizes = [_size(masks[r], r) for r in range(last + 1)]
    disk = sum(
        2 * FILE + (sizes[spec.round] if spec.experiment == "obtain" else 0) for spec in specs
    )
    return Estimate(total / 3600, disk)


def _masks_of_rounds(protocol: Protocol, last: int) -> list[Masks]:
    """Masks of rounds 0 to `last`, of the right sizes: nothing is trained for them."""
    ticket = first_ticket(protocol, "calibration", 0, 0)
    masks = [ticket.masks]
    for _ in range(last):
        pruned = prune(ticket.initial, masks[-1], protocol.prune_percent, protocol.prune_biases)
        masks.append(pruned)
    return masks


def _seconds(
    protocol: Protocol, masks: Masks, round_: int, splits: PackedSplits, device: str
) -> float:
    """Of a whole run at this round."""
    train = min(len(splits.train), BATCHES * protocol.batch_size)
    share = train / len(splits.train)
    few = PackedSplits(*(_part(reviews, share) for reviews in splits))
    first = first_ticket(replace(protocol, epochs=1), "calibration", 0, 0)
    ticket: Ticket = replace(first, masks=masks, round=round_)
    outcome = train_ticket(ticket, few, "calibration", "calibration", device)
    return outcome.seconds * protocol.epochs / share


def _part(reviews: Packed, share: float) -> Packed:
    """So large a share of the reviews, taken evenly: they may be in order of something."""
    count = max(1, round(share * len(reviews)))
    return reviews.rows(np.linspace(0, len(reviews) - 1, count).astype(int))


def _size(masks: Masks, round_: int) -> int:
    """Bytes of the files of a ticket: masks at a bit each, survivors, θ₀ once a chain."""
    entries = sum(mask.numel() for mask in masks.values())
    alive = sum(int(mask.sum()) for mask in masks.values())
    first = round_ == 0
    return (2 + first) * FILE + entries // 8 + VALUE * (alive + first * entries)
