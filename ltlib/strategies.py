"""The paper's experiments and strategies by name (§5.2, §5.3): named here, and nowhere else.

A strategy says under whose masks a network trains and which values it starts from.
"""

from typing import Final, Literal

Experiment = Literal["obtain", "transfer"]
OBTAIN: Final = "obtain"  # tickets are found and trained in one domain, §5.2
TRANSFER: Final = "transfer"  # a ticket of one domain is trained in another, §5.3

Chosen = Literal["obtain", "transfer", "all", "control", "reset"]  # what may be asked for
CONTROL: Final = "control"  # both, and beside them what the paper lacks: masks in random places
RESET: Final = "reset"  # both with initial values alone; transfers only if pairs are named

TicketStrategy = Literal["ticket-reset", "ticket-random"]
MasksStrategy = Literal["masks-reset", "masks-random"]
Strategy = Literal[
    "full-model",
    "ticket-reset",
    "ticket-random",
    "masks-reset",
    "masks-random",
    "masks-shuffled",
    "masks-shuffled-connected",
]

FULL_MODEL: Final = "full-model"  # nothing pruned, θ₀: round 0 of either chain
TICKET_RESET: Final = "ticket-reset"  # the chain's own masks, θ₀
TICKET_RANDOM: Final = "ticket-random"  # the chain's own masks, values drawn anew every round
MASKS_RESET: Final = "masks-reset"  # the source's ticket-reset masks and θ₀
MASKS_RANDOM: Final = "masks-random"  # the same masks, values drawn anew; at home a control
MASKS_SHUFFLED: Final = "masks-shuffled"  # as masks-random, survivors in random places: a control
MASKS_CONNECTED: Final = "masks-shuffled-connected"  # the same, with a path from text to class
TICKET_TARGET: Final = "ticket-target"  # no run of its own: the target's ticket-reset, compared

TICKET_STRATEGIES: tuple[TicketStrategy, ...] = (TICKET_RESET, TICKET_RANDOM)
MOVED: tuple[MasksStrategy, ...] = (MASKS_RESET, MASKS_RANDOM)  # in another domain
SHUFFLED: tuple[Strategy, ...] = (MASKS_SHUFFLED, MASKS_CONNECTED)
# Under the masks of a ticket-reset run, in its domain or another.
MASKS_STRATEGIES: tuple[Strategy, ...] = (*MOVED, *SHUFFLED)
