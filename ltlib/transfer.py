"""Transfer: a mask found in one domain, trained in another (§4.3.3, §5.3)."""

from ltlib.networks.network import ExampleSplits
from ltlib.strategies import MASKS_RANDOM, MasksStrategy
from ltlib.tickets import Ticket, redrawn, train_ticket
from ltlib.training import Outcome


def transfer_ticket(
    ticket: Ticket,
    target: str,
    splits: ExampleSplits,
    strategy: MasksStrategy,
    device: str = "cpu",
) -> Outcome:
    """Train the source's masks on the target's `splits`; nothing more is pruned.

    Args:
        ticket: a ticket-reset ticket of the source (at round 0: the full model).
        strategy: `masks-reset` starts from the source's θ₀, `masks-random` from a fresh draw.
    """
    return train_ticket(moved_ticket(ticket, target, strategy), splits, target, strategy, device)


def moved_ticket(ticket: Ticket, target: str, strategy: MasksStrategy) -> Ticket:
    """What a transfer trains: the source's masks, with its θ₀ or with values drawn anew."""
    return redrawn(ticket, target, strategy) if strategy == MASKS_RANDOM else ticket
