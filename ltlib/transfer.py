"""Transfer: a mask found in one domain, trained in another (§4.3.3, §5.3)."""

from dataclasses import replace
from typing import Literal

from ltlib.networks.packing import PackedSplits
from ltlib.tickets import Ticket, redrawn, train_ticket
from ltlib.training import Outcome


def transfer_ticket(
    ticket: Ticket,
    target: str,
    splits: PackedSplits,
    strategy: Literal["masks-reset", "masks-random"],
    device: str = "cpu",
) -> Outcome:
    """Train the source's masks on the target's `splits`; nothing more is pruned.

    Args:
        ticket: a ticket-reset ticket of the source (at round 0: the full model).
        strategy: `masks-reset` starts from the source's θ₀, `masks-random` from a fresh draw.
    """
    if strategy == "masks-random":
        ticket = replace(ticket, initial=redrawn(ticket, target, strategy))
    return train_ticket(ticket, splits, target, strategy, device)
