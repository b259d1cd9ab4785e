"""The text CNN's survivors by compiled loops."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ltlib.networks.kernels.survivors import (
    Survivors,
    largest_responses,
    largest_responses_by_rows,
    response_gradients,
)
from ltlib.networks.packing import Packed
from ltlib.networks.survivor_cnn import SurvivorCNN
from ltlib.networks.text_cnn import dropout_scale
from ltlib.protocol import Protocol
from ltlib.pruning import Masks


class CompiledSurvivorCNN(SurvivorCNN):
    """Computes what `SurvivorCNN` computes, on a CPU."""

    def __init__(self, protocol: Protocol, parameters: Mapping[str, Tensor], masks: Masks) -> None:
        super().__init__(protocol, parameters, masks)
        begin, end = self._rows(masks)
        self.rows = int((begin < end).sum())  # of filters, that have any weight
        self.survivors = Survivors(
            entries=_starts(self.entries.counts[:-1]),
            begin=begin,
            end=end,
            dimension=self._dimensions(),
            weights=_starts(self.weights.counts),
            place=self.weight_value.numpy(),
            cell=(self.weight_cell + self.before).numpy().astype(np.uint32),
            heights=np.repeat(protocol.heights, protocol.channels),
        )

    def _rows(self, masks: Masks) -> tuple[np.ndarray, np.ndarray]:
        """Where each filter's rows begin and end among all survivors, `[filters, tallest]`."""
        heights, channels = self.protocol.heights, self.protocol.channels
        begin, end = np.zeros((2, self.filters, max(heights)), np.int64)
        for i, height in enumerate(heights):
            name, filters = f"convolutions.{i}.weight", slice(i * channels, (i + 1) * channels)
            counts = masks[name].sum(dim=2).numpy()  # [height, channels]
            ends = self.slices[name].start + counts.cumsum().reshape(counts.shape)
            begin[filters, :height], end[filters, :height] = (ends - counts).T, ends.T
        return begin, end

    def _dimensions(self) -> np.ndarray:
        """Of every survivor of embedding and filters, its dimension in the embedding."""
        dimension = np.zeros(len(self.alive), np.uint32)
        dimension[self.slices["embedding.weight"]] = self.entry_dimension
        dimension[self.weight_value] = torch.repeat_interleave(self.weights.counts)
        return dimension

    def pooled(self, batch: Packed, generator: np.random.Generator | None) -> Tensor:
        """See `SurvivorCNN.pooled`."""
        factors = self.alive.new_ones(int(self.entries.counts[batch.tokens].sum()))
        if generator is not None and self.protocol.dropout > 0:
            factors = dropout_scale(factors, self.protocol.dropout, generator)
        search = largest_responses_by_rows if self.rows_pay(batch, factors) else largest_responses
        pooled: Tensor = _Pooled.apply(self.alive, self.survivors, search, batch, factors)
        return pooled

    def rows_pay(self, batch: Packed, factors: Tensor) -> bool:
        """Whether whole rows of filters are faster than single products.

        A product alone takes a nanosecond. In a row a weight takes a twentieth of one for every
        position of the batch, and the row itself a third.
        """
        weights = len(self.survivors.place)
        products = len(factors) * weights / self.protocol.embedding_size  # if spread evenly
        return products > len(batch.tokens) * (weights / 20 + self.rows / 3)


class _Pooled(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        alive: Tensor,
        survivors: Survivors,
        search: Callable[..., None],
        batch: Packed,
        factors: Tensor,
    ) -> Tensor:
        tokens, offsets = batch.tokens.numpy(), batch.offsets
        pooled = alive.new_empty(len(batch), len(survivors.heights))
        winners = np.empty(pooled.shape, np.int32)
        ctx.given = (alive.numpy(), survivors, tokens, offsets, factors.numpy(), winners)
        search(alive.numpy(), survivors, tokens, offsets, factors.numpy(), pooled.numpy(), winners)
        return pooled

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        alive, survivors, tokens, offsets, factors, winners = ctx.given
        onto, gradient = np.zeros_like(alive), gradients[0].numpy()
        response_gradients(alive, survivors, tokens, offsets, factors, winners, gradient, onto)
        return torch.from_numpy(onto), None, None, None, None


def _starts(counts: Tensor) -> np.ndarray:
    """Where consecutive runs of these lengths begin, and where the last one ends."""
    return np.concatenate([[0], counts.cumsum(0)])
