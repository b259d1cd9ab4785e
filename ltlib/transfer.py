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
    if strategy == MASKS_RANDOM:
        ticket = redrawn(ticket, target, strategy)
    return train_ticket(ticket, splits, target, strategy, device)
