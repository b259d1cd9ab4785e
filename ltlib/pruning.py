"""Masks and the layerwise ℓ0 projection (§4.3.2, Eq. 5). Nothing here knows of text."""

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction

import torch
from torch import Tensor

from ltlib.protocol import Projection

Masks = dict[str, Tensor]  # boolean, by parameter name; True survives


def full_masks(parameters: Mapping[str, Tensor]) -> Masks:
    """Masks under which everything survives."""
    return {name: torch.ones_like(value, dtype=torch.bool) for name, value in parameters.items()}


def layer_of(name: str) -> str:
    """The layer of a parameter: the module whose weight or bias it is."""
    return name.rpartition(".")[0]


def layers(names: Iterable[str]) -> dict[str, list[str]]:
    """Parameter names by layer: a module's weight and bias together make one layer."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(layer_of(name), []).append(name)
    return found


def survivors_after(survivors: int, percent: int | Fraction) -> int:
    """Survivors that a round leaves: integers throughout, so never a rounded float."""
    return survivors - percent * survivors // 100


def projected_together(names: Collection[str], projection: Projection) -> list[list[str]]:
    """The collections of parameters over each of which Eq. 5 is taken.

    Args:
        projection: `tensor`, each by itself, as the repository that the paper names does it;
            `layer`, weight and bias of a layer together; `weights`, each weight by itself and
            biases never.
    """
    if projection == "layer":
        return list(layers(names).values())
    return [[name] for name in names if projection == "tensor" or not name.endswith(".bias")]


def prune(
    parameters: Mapping[str, Tensor],
    masks: Masks,
    percent: int,
    projection: Projection = "tensor",
    spared: Collection[str] = (),
    halved: str | None = None,
) -> Masks:
    """Masks of the next round: Eq. 5 in each collection of parameters, over what survives.

    The lowest magnitudes go first; of equal ones, that of the lowest index in the collection's
    parameters laid end to end. Nothing pruned returns.

    Args:
        parameters: trained values, by name; pruned entries are not looked at, nor values that
            have no mask.
        masks: of this round; their order is that of a collection's parameters.
        percent: of the survivors that are pruned, a whole number.
        projection: what is taken together, as `projected_together` says.
        spared: names of parameters that are left out and stay as they are.
        halved: a layer of which half of `percent` is pruned.
    """
    pruned = dict(masks)
    for names in projected_together([n for n in masks if n not in spared], projection):
        values = torch.cat([parameters[n].detach().flatten() for n in names])
        alive = torch.cat([masks[n].flatten() for n in names])
        rate = Fraction(percent, 2 if layer_of(names[0]) == halved else 1)
        kept = _project(values, alive, rate)
        sizes = [masks[n].numel() for n in names]
        for name, part in zip(names, kept.split(sizes), strict=True):
            pruned[name] = part.view_as(masks[name])
    return pruned


def _project(values: Tensor, alive: Tensor, percent: Fraction) -> Tensor:
    indices = alive.nonzero().flatten()
    order = torch.argsort(values[indices].abs(), stable=True)
    lost = len(indices) - survivors_after(len(indices), percent)
    kept = alive.clone()
    kept[indices[order[:lost]]] = False
    return kept


def apply_masks(parameters: Mapping[str, Tensor], masks: Masks) -> dict[str, Tensor]:
    """`m ⊙ θ`: copies in which everything pruned is exactly 0; what has no mask stays whole."""
    return {
        name: value * masks[name] if name in masks else value.clone()
        for name, value in parameters.items()
    }


def survivors(masks: Masks) -> dict[str, int]:
    """Survivors of each parameter."""
    return {name: int(mask.sum()) for name, mask in masks.items()}


def sparsity(masks: Masks) -> float:
    """Fraction of all trainable parameters that are pruned."""
    total = sum(mask.numel() for mask in masks.values())
    return 1 - sum(survivors(masks).values()) / total
