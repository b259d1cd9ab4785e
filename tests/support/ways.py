"""The ways in which the text CNN is computed on a CPU, as a protocol's fields choose them."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from torch import Tensor

from ltlib.networks.network import Network
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, apply_masks
from tests.support.tiny import TEXT

WAYS = ("whole", "survivors", "compiled whole", "compiled survivors")
KINDS = pytest.mark.parametrize("kind", WAYS)


def network_of(
    kind: str, protocol: Protocol, values: Mapping[str, Tensor], masks: Masks
) -> Network:
    """The network of this way, its values masked."""
    round_ = 1
    chosen = replace(
        protocol,
        compiled="compiled" in kind,
        survivors_from=round_ if "survivors" in kind else round_ + 1,
    )
    return TEXT.network(chosen, apply_masks(values, masks), masks, round_, "cpu")
