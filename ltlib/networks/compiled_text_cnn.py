"""The text CNN by compiled loops: of array operations only the matrix products are left."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ltlib.networks.classifier import Activations, Layers, activations, cross_entropy, gradients
from ltlib.networks.kernels.maxima import best_windows
from ltlib.networks.kernels.windows import (
    Dropout,
    embedded_words,
    embedding_gradient,
    row_places,
    winning_gradients,
    winning_values,
)
from ltlib.networks.network import zero_gradient
from ltlib.networks.packing import ZERO_VECTOR, Packed
from ltlib.networks.precision import product_blocks
from ltlib.networks.text_cnn import DROPOUT_LEVELS, TextCNN, dropout_bits
from ltlib.protocol import Protocol


class CompiledTextCNN(TextCNN):
    """Computes what `TextCNN` computes, on a CPU."""

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol)
        self.heights = np.array(protocol.heights)
        self.places = row_places(self.heights, protocol.channels)
        self.filters: list[Tensor] = [layer.weight for layer in self._layers()]
        self.biases: list[Tensor] = [layer.bias for layer in self._layers()]

    @torch.no_grad()
    def forward(self, batch: Packed, generator: np.random.Generator | None = None) -> Tensor:
        """See `TextCNN.forward`; without gradient, which `backpropagate` gives."""
        return self._pass(batch, generator).found.scores

    @torch.no_grad()
    def backpropagate(self, batch: Packed, generator: np.random.Generator) -> Tensor:
        """See `Network.backpropagate`."""
        dropout, embedded, flat, winners, layers, found = self._pass(batch, generator)
        loss, onto_scores = cross_entropy(found.scores, batch.labels)
        onto_layers = Layers(*(torch.empty_like(layer) for layer in layers))
        onto_maxima = gradients(onto_scores, found, layers, onto_layers)
        onto_embedded, onto_flat = np.zeros_like(embedded), torch.zeros_like(flat)
        winning_gradients(
            embedded, flat.numpy(), batch.offsets, self.places, winners, onto_maxima.numpy(),
            onto_embedded, onto_flat.numpy(),
        )  # fmt: skip
        self._leave(onto_flat, onto_layers)
        onto_words = zero_gradient(self.embedding.weight).numpy()
        embedding_gradient(onto_embedded, batch.tokens.numpy(), dropout, onto_words)
        return loss

    def _leave(self, onto_flat: Tensor, onto_layers: Layers) -> None:
        """Give every parameter but the embedding its gradient."""
        weights = onto_flat.split([weight.shape[:2].numel() for weight in self.filters])
        for weight, gradient in zip(self.filters, weights, strict=True):
            weight.grad = gradient.view_as(weight)
        biases = onto_layers.bias.split([len(bias) for bias in self.biases])
        for bias, gradient in zip(self.biases, biases, strict=True):
            bias.grad = gradient
        self.hidden.weight.grad, self.hidden.bias.grad = onto_layers[1:3]
        self.output.weight.grad, self.output.bias.grad = onto_layers[3:]

    def _pass(self, batch: Packed, generator: np.random.Generator | None) -> "_Pass":
        flat = self._rows()
        bias = torch.cat(self.biases)
        layers = Layers(
            bias, self.hidden.weight, self.hidden.bias, self.output.weight, self.output.bias
        )
        dropout = self._dropout(batch, generator)
        embedded = flat.new_empty(len(batch.tokens), flat.shape[1])
        embedded_words(
            self.embedding.weight.numpy(), batch.tokens.numpy(), dropout, embedded.numpy()
        )
        winners = self.best_windows(batch, embedded, flat)
        pooled = flat.new_empty(winners.shape)
        winning_values(
            embedded.numpy(), flat.numpy(), batch.offsets, self.places, winners, pooled.numpy()
        )
        found = activations(pooled, layers)
        return _Pass(dropout, embedded.numpy(), flat, winners, layers, found)

    def _rows(self) -> Tensor:
        """Every row of every filter, `[filter rows, embedding]`."""
        return torch.cat([weight.flatten(0, 1) for weight in self.filters])

    def _dropout(self, batch: Packed, generator: np.random.Generator | None) -> Dropout:
        entries = len(batch.tokens) * self.embedding.embedding_dim
        if generator is None or self.dropout == 0:
            return Dropout(np.zeros(entries, np.uint16), 0, 1.0)
        dropped = round(self.dropout * DROPOUT_LEVELS)
        return Dropout(dropout_bits(entries, generator), dropped, 1 / (1 - self.dropout))

    @torch.no_grad()
    def scorer(self) -> Callable[[Packed], Tensor]:
        """See `TextCNN.scorer`."""
        flat = self._rows()
        products = flat.new_empty(len(self.embedding.weight) + 1, len(flat))
        torch.mm(self.embedding.weight, flat.T, out=products[:-1])
        products[-1] = 0  # of the zero vector

        def scores(batch: Packed) -> Tensor:
            words = batch.tokens.where(batch.tokens != ZERO_VECTOR, len(products) - 1)
            best, winners = self._nothing_yet(products, batch)
            self._keep_better(products, words, batch.offsets, 0, len(words), winners, best)
            return self._classes(best)

        return scores

    def best_windows(self, batch: Packed, embedded: Tensor, flat: Tensor) -> np.ndarray:
        """Each filter's earliest best window in each review, int32 `[reviews, filters]`."""
        overlap = int(self.heights.max()) - 1  # so that every window is whole in a block
        best, winners = self._nothing_yet(embedded, batch)
        words = torch.arange(len(embedded))
        for begin, end, products in product_blocks(embedded, flat, self.search, overlap):
            self._keep_better(products, words, batch.offsets, begin, end, winners, best)
        return winners

    def _nothing_yet(self, like: Tensor, batch: Packed) -> tuple[Tensor, np.ndarray]:
        """Where responses and windows are kept, before any was seen."""
        shape = (len(batch), len(self.places))
        return like.new_full(shape, -torch.inf), np.zeros(shape, np.int32)

    def _keep_better(
        self, products: Tensor, words: Tensor, offsets: np.ndarray, begin: int, end: int,
        winners: np.ndarray, best: Tensor,
    ) -> None:  # fmt: skip
        """See `ltlib.networks.kernels.maxima.best_windows`."""
        bits = products.view(torch.uint16) if products.dtype == torch.bfloat16 else products
        best_windows(
            bits.numpy(), words.numpy(), offsets, self.heights, begin, end, winners, best.numpy()
        )


class _Pass(NamedTuple):
    """What a forward pass leaves to the way back."""

    dropout: Dropout
    embedded: np.ndarray
    flat: Tensor
    winners: np.ndarray
    layers: Layers
    found: Activations
