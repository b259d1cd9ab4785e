"""Controls: what masks are compared with, to see whether their places matter."""

from dataclasses import replace

import numpy as np
import torch

from ltlib.errors import InputError
from ltlib.pruning import Masks
from ltlib.strategies import MASKS_CONNECTED, Strategy
from ltlib.streams import stream
from ltlib.tickets import Ticket, redrawn

DRAWS = 1_000  # of masks, before one that leaves a path is given up


def shuffled(ticket: Ticket, target: str, strategy: Strategy) -> Ticket:
    """As many survivors in each parameter, in random places, from fresh values.

    Places come from the stream of (strategy, replicate, source, target, round). Under
    masks-shuffled every arrangement is as likely as any other; under masks-shuffled-connected
    every one that leaves a path from an entry of the embedding to a class, and no other: masks are
    drawn until such are found.

    Raises:
        InputError: none found in `DRAWS`.
    """
    names = (strategy, ticket.replicate, ticket.source, target, ticket.round)
    places = stream(ticket.seed, *names)
    for _ in range(DRAWS):
        masks = _in_random_places(ticket.masks, places)
        if strategy != MASKS_CONNECTED or ticket.architecture.connected_paths(masks):
            return redrawn(replace(ticket, masks=masks), target, strategy)
    raise InputError(
        f"round {ticket.round} of {ticket.source} has so few survivors that none of {DRAWS:,} "
        "random masks left a path from text to class; ask for earlier rounds"
    )


def _in_random_places(masks: Masks, places: np.random.Generator) -> Masks:
    return {
        name: mask.flatten()[torch.from_numpy(places.permutation(mask.numel()))].view_as(mask)
        for name, mask in masks.items()
    }
