"""A network that has nothing to do with text: rows of numbers, and batch normalisation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ltlib.experiments.domains import DomainRuns
from ltlib.networks.network import Architecture, Network
from ltlib.protocol import Protocol
from ltlib.pruning import Masks

FEATURES, CLASSES = 6, 3


@dataclass(frozen=True)
class Rows:
    """Features `[rows, FEATURES]` and their classes."""

    features: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, chosen: np.ndarray) -> "Rows":
        index = torch.from_numpy(chosen)
        return Rows(self.features[index], self.labels[index])

    def cut(self, size: int) -> "list[Rows]":
        places = torch.arange(len(self)).split(size)
        return [self.rows(place.numpy()) for place in places]

    def to(self, device: torch.device) -> "Rows":
        return Rows(self.features.to(device), self.labels.to(device))


class RowSplits(NamedTuple):
    train: Rows
    validation: Rows
    test: Rows


class Perceptron(Network):
    """One hidden layer, normalised over the batch."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(FEATURES, hidden)
        self.norm = nn.BatchNorm1d(hidden)
        self.output = nn.Linear(hidden, CLASSES)

    def forward(self, batch: Rows, generator: np.random.Generator | None = None) -> Tensor:
        scores: Tensor = self.output(torch.relu(self.norm(self.hidden(batch.features))))
        return scores


class Tabular(Architecture):
    """`Perceptron`, of which the normalisation is never pruned."""

    def initial_values(
        self, protocol: Protocol, generator: np.random.Generator
    ) -> dict[str, Tensor]:
        names = Perceptron(protocol.hidden_size).named_parameters()
        return {
            name: torch.from_numpy(generator.standard_normal(tuple(value.shape), np.float32))
            for name, value in names
        }

    def network(
        self,
        protocol: Protocol,
        values: Mapping[str, Tensor],
        masks: Masks,
        round_: int,
        device: str,
    ) -> Network:
        network = Perceptron(protocol.hidden_size)
        network.load_state_dict(network.state_dict() | dict(values))
        return network

    def computation(self, protocol: Protocol, round_: int, device: str) -> str:
        return "as written"

    def connected_paths(self, masks: Masks) -> int:
        into, out = masks["hidden.weight"].long().sum(1), masks["output.weight"].long().sum(0)
        return int(into @ out)

    def never_pruned(self, names: Collection[str]) -> set[str]:
        return {name for name in names if name.startswith("norm.")}


@dataclass(frozen=True)
class TabularRuns(DomainRuns):
    """The paper's two experiments on rows of numbers; a domain's name draws its rows."""

    splits_path: Path = Path("none")
    architecture: ClassVar[Architecture] = Tabular()

    def load(self, domain: str) -> Any:
        return sum(domain.encode())

    def examples(self, data: Any, protocol: Protocol) -> RowSplits:
        """Classes are told apart by the largest of three sums, shifted and stretched by domain."""
        generator, splits = np.random.default_rng(data), []
        for count in (96, 48, 48):
            features = generator.standard_normal((count, FEATURES)).astype(np.float32)
            labels = features.reshape(count, CLASSES, -1).sum(2).argmax(1)
            rows = torch.from_numpy(3 * features + data % 5)
            splits.append(Rows(rows, torch.from_numpy(labels)))
        return RowSplits(*splits)
