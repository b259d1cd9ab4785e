"""What training asks of a network and of its examples. Nothing here knows what they are."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import torch
from torch import Tensor, nn

from ltlib.protocol import Protocol as Hyperparameters
from ltlib.pruning import Masks


class Examples(Protocol):
    """Labelled examples: a split, or a batch of it."""

    @property
    def labels(self) -> Tensor:
        """Classes, int64 `[examples]`."""

    def __len__(self) -> int: ...

    def rows(self, chosen: np.ndarray) -> Self:
        """The chosen examples, in that order."""

    def cut(self, size: int) -> list[Self]:
        """The same examples in pieces of `size`, in order; the last of what is left."""

    def to(self, device: torch.device) -> Self:
        """The same on `device`."""


class ExampleSplits(Protocol):
    """The three splits of one domain."""

    @property
    def train(self) -> Examples:
        """What is learned from."""

    @property
    def validation(self) -> Examples:
        """What chooses the best epoch."""

    @property
    def test(self) -> Examples:
        """What is looked at once, at the end."""


class Network(nn.Module):
    """Called with a batch and, in training, a generator for its dropout, it gives class scores
    `[examples, classes]`.

    It may have buffers and layers that behave otherwise in evaluation (batch normalisation).
    """

    def scorer(self) -> Callable[[Any], Tensor]:
        """Scores without dropout, for as long as the parameters stay as they are."""
        return self

    def backpropagate(self, batch: Any, generator: np.random.Generator) -> Tensor:
        """The mean cross-entropy of a batch in training; its gradient is left in the parameters'
        `grad`, in the place of any that was there.
        """
        loss = nn.functional.cross_entropy(self(batch, generator), batch.labels)
        self.zero_grad()
        loss.backward()
        return loss.detach()

    def held(self, masks: Masks) -> Masks:
        """Those of `masks` that training must hold: what a network leaves out cannot move."""
        return masks

    def values(self) -> dict[str, Tensor]:
        """Copies of all parameters and buffers on the CPU, by the names that masks use."""
        return {name: value.detach().cpu().clone() for name, value in self.state_dict().items()}


def zero_gradient(parameter: Tensor) -> Tensor:
    """The parameter's `grad`, made zero where it lies: memory asked for anew is paid for again."""
    if parameter.grad is None:
        parameter.grad = torch.zeros_like(parameter)
    return parameter.grad.zero_()


class Stack(ABC):
    """Networks of one shape that are trained at once.

    Attributes:
        values: trainable, by name, those of all networks in one: `[networks, ...]`.
    """

    def __init__(self, values: Sequence[Mapping[str, Tensor]], device: str) -> None:
        self.values = {
            name: torch.stack([own[name] for own in values]).to(device).requires_grad_()
            for name in values[0]
        }

    @abstractmethod
    def scores(self, batches: Sequence[Any], generators: Sequence[np.random.Generator]) -> Tensor:
        """Class scores `[networks, examples, classes]` in training.

        Args:
            batches: as many examples for each network.
            generators: draw each network's dropout.
        """


class Architecture(ABC):
    """A kind of network: how it begins, how it computes, and what of it may be pruned.

    Attributes:
        output: the layer that gives class scores, by its name among the parameters.
    """

    output: ClassVar[str] = "output"

    @abstractmethod
    def initial_values(
        self, protocol: Hyperparameters, generator: np.random.Generator
    ) -> dict[str, Tensor]:
        """Every trainable parameter drawn anew, by name."""

    @abstractmethod
    def network(
        self,
        protocol: Hyperparameters,
        values: Mapping[str, Tensor],
        masks: Masks,
        round_: int,
        device: str,
    ) -> Network:
        """The network that a run of this round trains on this kind of device.

        Args:
            values: of all parameters; buffers among them, where there are any.
        """

    def stack(
        self, protocol: Hyperparameters, values: Sequence[Mapping[str, Tensor]], device: str
    ) -> Stack | None:
        """Networks with these values, to be trained at once; None: it cannot be done."""
        return None

    @abstractmethod
    def computation(self, protocol: Hyperparameters, round_: int, device: str) -> str:
        """How `network` computes, for people and for the record of a run."""

    @abstractmethod
    def connected_paths(self, masks: Masks) -> int:
        """Paths from an input to a class through surviving weights alone."""

    def carried(self) -> dict[str, bytes]:
        """What a ticket's file must hold to make this architecture again, by name."""
        return {}

    def never_pruned(self, names: Collection[str]) -> set[str]:
        """Those of the parameters `names` that no round prunes, whatever the protocol."""
        return set()
