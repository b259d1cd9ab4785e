"""The text CNN's survivors by compiled loops."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ltlib.networks.classifier import Activations, Layers, activations, cross_entropy, gradients
from ltlib.networks.kernels.survivors import (
    Survivors,
    largest_responses,
    largest_responses_by_rows,
    response_gradients,
)
from ltlib.networks.network import zero_gradient
from ltlib.networks.packing import Packed
from ltlib.networks.survivor_cnn import SurvivorCNN
from ltlib.networks.text_cnn import dropout_factors
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
        self.entries_of = self.entries.counts.numpy()  # of the last, -1, too
        self.alive_in_layers = self.layer_alive.numpy()
        self.places_of_layers = self.layer_places.numpy()
        self.memory: _Memory | None = None

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

    @torch.no_grad()
    def forward(self, batch: Packed, generator: np.random.Generator | None = None) -> Tensor:
        """See `SurvivorCNN.forward`; without gradient, which `backpropagate` gives."""
        return self._pass(batch, generator).found.scores

    @torch.no_grad()
    def backpropagate(self, batch: Packed, generator: np.random.Generator) -> Tensor:
        """See `Network.backpropagate`."""
        factors, winners, layers, found = self._pass(batch, generator)
        loss, onto_scores = cross_entropy(found.scores, batch.labels)
        onto_layers = self._memory().gradients
        onto_maxima = gradients(onto_scores, found, layers, onto_layers.shaped)
        onto = zero_gradient(self.alive).numpy()
        response_gradients(
            self.alive.numpy(), self.survivors, batch.tokens.numpy(), batch.offsets, factors,
            winners, onto_maxima.numpy(), onto,
        )  # fmt: skip
        onto[self.alive_in_layers] = onto_layers.flat.numpy()[self.places_of_layers]
        return loss

    @torch.no_grad()
    def scorer(self) -> Callable[[Packed], Tensor]:
        """See `Network.scorer`."""
        layers = self._whole_layers()

        def scores(batch: Packed) -> Tensor:
            return activations(self.pooled(batch, None), layers).scores

        return scores

    def _pass(self, batch: Packed, generator: np.random.Generator | None) -> "_Pass":
        factors = self._factors(batch, generator)
        pooled, winners = self.maxima(self.alive, batch, factors)
        layers = self._whole_layers()
        return _Pass(factors, winners, layers, activations(pooled, layers))

    def _whole_layers(self) -> Layers:
        layers = self._memory().values
        layers.flat.numpy()[self.places_of_layers] = self.alive.numpy()[self.alive_in_layers]
        return layers.shaped

    def _memory(self) -> "_Memory":
        """Kept from step to step; made anew for numbers of another type."""
        if self.memory is None or self.memory.values.shaped.bias.dtype != self.alive.dtype:
            self.memory = _Memory(self._whole(), self._whole())
        return self.memory

    def _whole(self) -> "_Whole":
        flat = self.alive.new_zeros(self.layer_size)
        return _Whole(flat, self.shaped(flat))

    def pooled(self, batch: Packed, generator: np.random.Generator | None) -> Tensor:
        """See `SurvivorCNN.pooled`; without gradient."""
        return self.maxima(self.alive.detach(), batch, self._factors(batch, generator))[0]

    def _factors(self, batch: Packed, generator: np.random.Generator | None) -> np.ndarray:
        """Dropout's, of every surviving entry of every token of the batch."""
        entries = int(self.entries_of[batch.tokens.numpy()].sum())
        number = self.alive.detach().numpy().dtype.type
        if generator is None or self.protocol.dropout == 0:
            return np.ones(entries, number)
        return dropout_factors(entries, self.protocol.dropout, generator, number)

    def maxima(
        self, alive: Tensor, batch: Packed, factors: np.ndarray
    ) -> tuple[Tensor, np.ndarray]:
        """The largest response of each filter in each review, `[reviews, filters]`, and where."""
        search = largest_responses_by_rows if self.rows_pay(batch, factors) else largest_responses
        pooled = alive.new_empty(len(batch), self.filters)
        winners = np.empty(pooled.shape, np.int32)
        tokens, offsets = batch.tokens.numpy(), batch.offsets
        search(alive.numpy(), self.survivors, tokens, offsets, factors, pooled.numpy(), winners)
        return pooled, winners

    def rows_pay(self, batch: Packed, factors: np.ndarray) -> bool:
        """Whether whole rows of filters are faster than single products.

        A product alone takes a nanosecond. In a row a weight takes a twentieth of one for every
        position of the batch, and the row itself a third.
        """
        weights = len(self.survivors.place)
        products = len(factors) * weights / self.protocol.embedding_size  # if spread evenly
        return products > len(batch.tokens) * (weights / 20 + self.rows / 3)


class _Whole(NamedTuple):
    """What comes after pooling, as one vector and as its layers: the same memory."""

    flat: Tensor
    shaped: Layers


class _Memory(NamedTuple):
    """Of the layers, 0 where pruned, and of their gradients."""

    values: _Whole
    gradients: _Whole


class _Pass(NamedTuple):
    """What a forward pass leaves to the way back; its layers are those of the next one, too."""

    factors: np.ndarray
    winners: np.ndarray
    layers: Layers
    found: Activations


def _starts(counts: Tensor) -> np.ndarray:
    """Where consecutive runs of these lengths begin, and where the last one ends."""
    return np.concatenate([[0], counts.cumsum(0)])
