"""Lottery tickets: found by training, pruning and initialising anew, round by round (§5.2)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from ltlib.data.reviews import Reviews
from ltlib.data.vocabulary import Vocabulary
from ltlib.networks.packing import PackedSplits, lay_out
from ltlib.networks.survivor_cnn import SurvivorCNN
from ltlib.networks.text_cnn import build_model, initial_parameters
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, apply_masks, full_masks, prune, sparsity
from ltlib.streams import stream
from ltlib.training import Outcome, scores_of, train


@dataclass(frozen=True)
class Ticket:
    """A sparse subnetwork: masks and the values it starts from.

    `initial` is dense (θ₀, or a fresh draw under ticket-random); a run trains `masks ⊙ initial`.
    `trained` are the values after training in the source, None before. All by parameter name.
    """

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

    def judge(self, vocabulary: Vocabulary, text: str) -> float:
        """Probability that `text` is positive, by the ticket as trained in its source domain."""
        model = build_model(self.protocol, self.trained or apply_masks(self.initial, self.masks))
        pieces = vocabulary.encode(text)[: self.protocol.max_length]
        tokens = torch.tensor(pieces, dtype=torch.int32)
        review = Reviews(tokens, torch.tensor([0, len(pieces)]), torch.zeros(1, dtype=torch.int64))
        scores = scores_of(model, lay_out(review, max(self.protocol.heights)))
        return float(scores.softmax(dim=1)[0, 1])


def first_ticket(protocol: Protocol, source: str, seed: int, replicate: int) -> Ticket:
    """Round 0: nothing pruned, θ₀ from the stream of (seed, replicate, source)."""
    initial = initial_parameters(protocol, stream(seed, "initial", replicate, source))
    return Ticket(protocol, source, seed, replicate, 0, full_masks(initial), initial)


def redrawn(ticket: Ticket, target: str, strategy: str) -> dict[str, Tensor]:
    """Fresh values for this round and replicate, of the same distribution as θ₀."""
    names = ("redrawn", ticket.replicate, ticket.source, target, strategy, ticket.round)
    return initial_parameters(ticket.protocol, stream(ticket.seed, *names))


def next_ticket(ticket: Ticket, strategy: Literal["ticket-reset", "ticket-random"]) -> Ticket:
    """Prune the trained `ticket` and set its values anew: to θ₀, or to a fresh draw."""
    assert ticket.trained is not None, "a ticket is pruned after it is trained"
    protocol = ticket.protocol
    masks = prune(ticket.trained, ticket.masks, protocol.prune_percent, protocol.prune_biases)
    pruned = replace(ticket, round=ticket.round + 1, masks=masks, trained=None)
    if strategy == "ticket-reset":
        return pruned
    return replace(pruned, initial=redrawn(pruned, ticket.source, strategy))


def train_ticket(
    ticket: Ticket, splits: PackedSplits, target: str, strategy: str, device: str = "cpu"
) -> Outcome:
    """Train `ticket` on the target's `splits`.

    The order of the reviews and dropout come from the stream of (seed, replicate, target,
    strategy, round).
    """
    protocol = ticket.protocol
    generator = stream(ticket.seed, "training", ticket.replicate, target, strategy, ticket.round)
    if ticket.round < protocol.survivors_from or device != "cpu":
        model = build_model(protocol, ticket.initial)
        return train(model, ticket.masks, splits, protocol, generator, device)
    survivors = SurvivorCNN(protocol, ticket.initial, ticket.masks)
    outcome = train(survivors, {}, splits, protocol, generator)
    return replace(outcome, parameters=survivors.dense_parameters())


def obtain_tickets(
    splits: PackedSplits,
    protocol: Protocol,
    source: str,
    strategy: Literal["ticket-reset", "ticket-random"] = "ticket-reset",
    seed: int = 0,
    replicate: int = 0,
) -> Iterator[tuple[Ticket, Outcome]]:
    """Tickets of rounds 0 to `protocol.rounds`, each trained, one after the other (§5.2)."""
    ticket = first_ticket(protocol, source, seed, replicate)
    for round_ in range(protocol.rounds + 1):
        outcome = train_ticket(ticket, splits, source, "full-model" if round_ == 0 else strategy)
        ticket = replace(ticket, trained=outcome.parameters)
        yield ticket, outcome
        if round_ < protocol.rounds:
            ticket = next_ticket(ticket, strategy)
