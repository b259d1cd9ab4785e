"""Masks and the layerwise ℓ0 projection (§4.3.2, Eq. 5). Nothing here knows of text."""

from collections.abc import Collection, Iterable, Mapping

import torch
from torch import Tensor

Masks = dict[str, Tensor]  # boolean, by parameter name; True survives


def full_masks(parameters: Mapping[str, Tensor]) -> Masks:
    """Masks under which everything survives."""
    return {name: torch.ones_like(value, dtype=torch.bool) for name, value in parameters.items()}


def layers(names: Iterable[str]) -> dict[str, list[str]]:
    """Parameter names by layer: a module's weight and bias together make one layer."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.rpartition(".")[0], []).append(name)
    return found


def survivors_after(survivors: int, percent: int) -> int:
    """Survivors that a round leaves of a layer: integers throughout, so never a rounded float."""
    return survivors - percent * survivors // 100


def prune(
    parameters: Mapping[str, Tensor], masks: Masks, percent: int, spared: Collection[str] = ()
) -> Masks:
    """Masks of the next round: Eq. 5 in each layer, over what survives.

    The lowest magnitudes go first; of equal ones, that of the lowest index in the layer's
    parameters laid end to end. Nothing pruned returns.

    Args:
        parameters: trained values, by name; pruned entries are not looked at, nor values that
            have no mask.
        masks: of this round; their order is that of a layer's parameters.
        percent: of a layer's survivors that are pruned, a whole number.
        spared: names of parameters that are left out of their layer and stay as they are.
    """
    pruned = dict(masks)
    for names in layers(name for name in masks if name not in spared).values():
        values = torch.cat([parameters[n].detach().flatten() for n in names])
        alive = torch.cat([masks[n].flatten() for n in names])
        kept = _project(values, alive, percent)
        sizes = [masks[n].numel() for n in names]
        for name, part in zip(names, kept.split(sizes), strict=True):
            pruned[name] = part.view_as(masks[name])
    return pruned


def _project(values: Tensor, alive: Tensor, percent: int) -> Tensor:
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
    """Survivors of each layer."""
    return {
        layer: sum(int(masks[name].sum()) for name in names)
        for layer, names in layers(masks).items()
    }


def sparsity(masks: Masks) -> float:
    """Fraction of all trainable parameters that are pruned."""
    total = sum(mask.numel() for mask in masks.values())
    return 1 - sum(survivors(masks).values()) / total
