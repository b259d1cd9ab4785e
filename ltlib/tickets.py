"""Lottery tickets: found by training, pruning and initialising anew, round by round (§5.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from torch import Tensor

from ltlib.errors import DivergedError
from ltlib.networks.network import Architecture, ExampleSplits
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, full_masks, prune, sparsity, survivors
from ltlib.strategies import FULL_MODEL, TICKET_RANDOM, TICKET_RESET, TicketStrategy
from ltlib.streams import stream
from ltlib.ticket_file import read_fields, write_ticket
from ltlib.together import train_together
from ltlib.training import Outcome, train


@dataclass(frozen=True)
class Ticket:
    """A sparse subnetwork: masks and the values it starts from.

    `initial` is dense (θ₀, or a fresh draw under ticket-random); a run trains `masks ⊙ initial`.
    `trained` are the values after training in the source, None before. All by parameter name;
    buffers of the network are among the trained values.
    """

    architecture: Architecture
    protocol: Protocol
    source: str
    seed: int
    replicate: int
    round: int
    masks: Masks
    initial: dict[str, Tensor]
    trained: dict[str, Tensor] | None = None

    @property
    def sparsity(self) -> float:
        """Fraction of all trainable parameters that are exactly zero (§4.3.2)."""
        return sparsity(self.masks)

    def save(self, path: str | Path) -> None:
        """Write all of the ticket to one safetensors file (its format: `ltlib.ticket_file`).

        Equal tickets give equal bytes.

        Raises:
            InputError: `path` cannot be written; what lay there stays.
        """
        write_ticket(self, Path(path))

    @classmethod
    def load(cls, path: str | Path, architecture: Architecture | None = None) -> "Ticket":
        """The ticket that `save` wrote: it needs no corpus and no store, and runs nothing it reads.

        Args:
            architecture: of its network, if that is none of ltlib's.

        Raises:
            InputError: no such file; none that `save` wrote; damaged; of a later ltlib.
        """
        return cls(**read_fields(Path(path), architecture))

    def __repr__(self) -> str:
        alive = sum(survivors(self.masks).values())
        total = sum(mask.numel() for mask in self.masks.values())
        return (
            f"Ticket({self.source!r}, round {self.round}, replicate {self.replicate}, "
            f"seed {self.seed}: {self.sparsity:.2%} sparse, {alive:,} of {total:,} survive, "
            f"{'untrained' if self.trained is None else 'trained'})"
        )


def first_ticket(
    architecture: Architecture, protocol: Protocol, source: str, seed: int, replicate: int
) -> Ticket:
    """Round 0: nothing pruned, θ₀ from the stream of (seed, replicate, source).

    Without the source where the protocol has all domains start from one θ₀.
    """
    names = (replicate,) if protocol.shared_initial else (replicate, source)
    initial = architecture.initial_values(protocol, stream(seed, "initial", *names))
    masks = full_masks(initial)
    return Ticket(architecture, protocol, source, seed, replicate, 0, masks, initial)


def redrawn(ticket: Ticket, target: str, strategy: str) -> Ticket:
    """The ticket with fresh values for this round and replicate, of the same distribution as θ₀."""
    names = ("redrawn", ticket.replicate, ticket.source, target, strategy, ticket.round)
    generator = stream(ticket.seed, *names)
    return replace(ticket, initial=ticket.architecture.initial_values(ticket.protocol, generator))


def next_ticket(ticket: Ticket, strategy: TicketStrategy) -> Ticket:
    """Prune the trained `ticket` and set its values anew: to θ₀, or to a fresh draw."""
    assert ticket.trained is not None, "a ticket is pruned after it is trained"
    protocol, architecture = ticket.protocol, ticket.architecture
    masks = prune(
        ticket.trained,
        ticket.masks,
        protocol.prune_percent,
        protocol.projection,
        spared=architecture.never_pruned(ticket.masks),
        halved=architecture.output if protocol.halve_output else None,
    )
    pruned = replace(ticket, round=ticket.round + 1, masks=masks, trained=None)
    return redrawn(pruned, ticket.source, strategy) if strategy == TICKET_RANDOM else pruned


def train_ticket(
    ticket: Ticket, splits: ExampleSplits, target: str, strategy: str, device: str = "cpu"
) -> Outcome:
    """Train `ticket` on the target's `splits`.

    The order of the examples and dropout come from the stream of (seed, replicate, target,
    strategy, round).
    """
    protocol = ticket.protocol
    generator = _training_stream(ticket, target, strategy)
    network = ticket.architecture.network(
        protocol, ticket.initial, ticket.masks, ticket.round, device
    )
    return train(network, ticket.masks, splits, protocol, generator, device)


def train_tickets(
    tickets: Sequence[Ticket], splits: ExampleSplits, target: str, strategy: str, device: str
) -> list[Outcome | DivergedError]:
    """As `train_ticket` each by itself, but at once where their architecture can do that.

    Args:
        tickets: of one round, source and protocol.
    """
    first = tickets[0]
    stack = first.architecture.stack(first.protocol, [t.initial for t in tickets], device)
    if stack is None:
        return [train_ticket(ticket, splits, target, strategy, device) for ticket in tickets]
    whole = [  # as round 0 has them
        t.architecture.network(t.protocol, t.initial, t.masks, 0, device).to(device)
        for t in tickets
    ]
    generators = [_training_stream(ticket, target, strategy) for ticket in tickets]
    masks = [ticket.masks for ticket in tickets]
    return train_together(stack, whole, masks, splits, first.protocol, generators)


def _training_stream(ticket: Ticket, target: str, strategy: str) -> np.random.Generator:
    return stream(ticket.seed, "training", ticket.replicate, target, strategy, ticket.round)


def obtain_tickets(
    architecture: Architecture,
    splits: ExampleSplits,
    protocol: Protocol,
    source: str,
    strategy: TicketStrategy = TICKET_RESET,
    seed: int = 0,
    replicate: int = 0,
) -> Iterator[tuple[Ticket, Outcome]]:
    """Tickets of rounds 0 to `protocol.rounds`, each trained, one after the other (§5.2)."""
    ticket = first_ticket(architecture, protocol, source, seed, replicate)
    for round_ in range(protocol.rounds + 1):
        outcome = train_ticket(ticket, splits, source, FULL_MODEL if round_ == 0 else strategy)
        ticket = replace(ticket, trained=outcome.trained)
        yield ticket, outcome
        if round_ < protocol.rounds:
            ticket = next_ticket(ticket, strategy)
