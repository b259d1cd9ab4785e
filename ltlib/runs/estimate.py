"""What a plan will cost, from training a few batches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ltlib.networks.network import Architecture, Examples, ExampleSplits
from ltlib.protocol import Protocol
from ltlib.spec import RunSpec
from ltlib.strategies import OBTAIN, TICKET_RESET
from ltlib.tickets import Ticket, first_ticket, next_ticket, train_ticket

BATCHES = 6  # trained in each calibration
FILE = 4096  # bytes that a small file takes on most disks
VALUE = 4  # bytes of a parameter


@dataclass(frozen=True)
class Estimate:
    """Hours of one core (or one GPU), and bytes on disk."""

    hours: float
    disk: int


def estimate(
    specs: Sequence[RunSpec], architecture: Architecture, splits: ExampleSplits
) -> Estimate:
    """The cost of `specs`, runs of one matrix on one device, on this machine.

    Every round is timed over a few batches of `splits`: those of one domain stand for all.
    """
    if not specs:
        return Estimate(0.0, 0)
    last = max(spec.round for spec in specs)
    tickets = _tickets_of_rounds(architecture, specs[0].protocol, last)
    device = specs[0].device
    for ticket in (tickets[0], tickets[-1]):
        _seconds(ticket, splits, device)  # a process's first training of a kind is slow
    runs = Counter((spec.round, spec.trained_by()) for spec in specs)
    total = sum(
        count * _seconds(replace(tickets[round_], protocol=protocol), splits, device)
        for (round_, protocol), count in runs.items()
    )
    sizes = [_size(ticket) for ticket in tickets]
    disk = sum(2 * FILE + (sizes[spec.round] if spec.experiment == OBTAIN else 0) for spec in specs)
    return Estimate(total / 3600, disk)


def _tickets_of_rounds(architecture: Architecture, protocol: Protocol, last: int) -> list[Ticket]:
    """Tickets of rounds 0 to `last`, of the right sizes: nothing is trained for them."""
    tickets = [first_ticket(architecture, protocol, "calibration", 0, 0)]
    for _ in range(last):
        untrained = replace(tickets[-1], trained=tickets[-1].initial)
        tickets.append(next_ticket(untrained, TICKET_RESET))
    return tickets


def _seconds(ticket: Ticket, splits: ExampleSplits, device: str) -> float:
    """Of a whole run of this ticket: its epochs, and once what is not an epoch's."""
    protocol = ticket.protocol
    train = min(len(splits.train), BATCHES * protocol.batch_size)
    share = train / len(splits.train)
    few = _Few(*(_part(part, share) for part in (splits.train, splits.validation, splits.test)))
    one, two = (
        train_ticket(
            replace(ticket, protocol=replace(protocol, epochs=epochs)),
            few, "calibration", "calibration", device,
        ).seconds
        for epochs in (1, 2)
    )  # fmt: skip
    return (one + (protocol.epochs - 1) * max(two - one, 0.0)) / share


class _Few(NamedTuple):
    """A part of each split."""

    train: Examples
    validation: Examples
    test: Examples


def _part(examples: Examples, share: float) -> Examples:
    """So large a share of the examples, taken evenly: they may be in order of something."""
    count = max(1, round(share * len(examples)))
    return examples.rows(np.linspace(0, len(examples) - 1, count).astype(int))


def _size(ticket: Ticket) -> int:
    """Bytes of the files of a ticket: masks at a bit each, survivors, θ₀ once a chain."""
    entries = sum(mask.numel() for mask in ticket.masks.values())
    alive = sum(int(mask.sum()) for mask in ticket.masks.values())
    first = ticket.round == 0
    return (2 + first) * FILE + entries // 8 + VALUE * (alive + first * entries)
