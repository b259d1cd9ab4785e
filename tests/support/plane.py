"""The network that the page on tickets trains in the browser, as ltlib trains networks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ltlib.networks.network import Architecture, Network
from ltlib.protocol import Protocol
from ltlib.pruning import Masks
from tests.support.tabular import Rows, RowSplits

Drawn = Sequence[Sequence[float]]  # values of each parameter in turn, as the script lays them out


def splits_of(drawn: Mapping[str, Sequence[Mapping[str, float]]]) -> RowSplits:
    """The script's points: places in the plane `[points, 2]` and their classes."""
    return RowSplits(
        *(
            Rows(
                torch.tensor([[p["x"], p["y"]] for p in drawn[split]], dtype=torch.float64),
                torch.tensor([int(p["label"]) for p in drawn[split]]),
            )
            for split in RowSplits._fields
        )
    )


class Plane(Network):
    """Two hidden layers of 16 units; in double precision, as the script computes."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 16, dtype=torch.float64)
        self.second = nn.Linear(16, 16, dtype=torch.float64)
        self.output = nn.Linear(16, 2, dtype=torch.float64)

    def forward(self, batch: Rows, generator: np.random.Generator | None = None) -> Tensor:
        hidden = torch.relu(self.second(torch.relu(self.first(batch.features))))
        scores: Tensor = self.output(hidden)
        return scores


class HandedPlane(Architecture):
    """`Plane`, whose values are not drawn but handed over: θ₀ first, then each round's."""

    def __init__(self, draws: Sequence[Drawn]) -> None:
        self._draws: Iterator[Drawn] = iter(draws)

    def initial_values(
        self, protocol: Protocol, generator: np.random.Generator
    ) -> dict[str, Tensor]:
        return by_name(next(self._draws))

    def network(
        self,
        protocol: Protocol,
        values: Mapping[str, Tensor],
        masks: Masks,
        round_: int,
        device: str,
    ) -> Network:
        network = Plane()
        network.load_state_dict(dict(values))
        return network

    def computation(self, protocol: Protocol, round_: int, device: str) -> str:
        return "as written"

    def connected_paths(self, masks: Masks) -> int:
        first, second, output = (
            masks[f"{layer}.weight"].long() for layer in ("first", "second", "output")
        )
        return int((output @ second @ first).sum())


def by_name(drawn: Sequence[Sequence[Any]], dtype: torch.dtype = torch.double) -> dict[str, Tensor]:
    """A number for each weight, as the script lays them out, by the names of `Plane`."""
    shapes = {name: value.shape for name, value in Plane().named_parameters()}
    return {
        name: torch.tensor(numbers, dtype=dtype).reshape(shape)
        for (name, shape), numbers in zip(shapes.items(), drawn, strict=True)
    }
