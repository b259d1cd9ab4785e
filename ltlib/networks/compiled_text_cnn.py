"""The text CNN by compiled loops: of array operations only the matrix products are left."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ltlib.networks.classifier import Layers, activations, gradients
from ltlib.networks.kernels.windows import (
    Dropout,
    best_windows,
    embedded_words,
    embedding_gradient,
    row_places,
    winning_gradients,
    winning_values,
)
from ltlib.networks.packing import ZERO_VECTOR, Packed
from ltlib.networks.precision import BLOCK, product_blocks
from ltlib.networks.text_cnn import DROPOUT_LEVELS, TextCNN, dropout_bits
from ltlib.protocol import Protocol


class CompiledTextCNN(TextCNN):
    """Computes what `TextCNN` computes, on a CPU."""

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol)
        self.heights = np.array(protocol.heights)
        self.places = row_places(self.heights, protocol.channels)

    def forward(self, batch: Packed, generator: np.random.Generator | None = None) -> Tensor:
        """See `TextCNN.forward`."""
        dropout = self._dropout(batch, generator)
        scores: Tensor = _Scores.apply(self, batch, dropout, *self.parameters())
        return scores

    def _dropout(self, batch: Packed, generator: np.random.Generator | None) -> Dropout:
        entries = len(batch.tokens) * self.embedding.embedding_dim
        if generator is None or self.dropout == 0:
            return Dropout(np.zeros(entries, np.uint16), 0, 1.0)
        dropped = round(self.dropout * DROPOUT_LEVELS)
        return Dropout(dropout_bits(entries, generator), dropped, 1 / (1 - self.dropout))

    @torch.no_grad()
    def scorer(self) -> Callable[[Packed], Tensor]:
        """See `TextCNN.scorer`."""
        flat = torch.cat([layer.weight.flatten(0, 1) for layer in self._layers()])
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
        words = torch.arange(max(BLOCK, len(embedded)))
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
        """See `ltlib.networks.kernels.windows.best_windows`."""
        bits = products.view(torch.uint16) if products.dtype == torch.bfloat16 else products
        best_windows(
            bits.numpy(), words.numpy(), offsets, self.heights, begin, end, winners, best.numpy()
        )


class _Scores(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        network: CompiledTextCNN,
        batch: Packed,
        dropout: Dropout,
        embedding: Tensor,
        *parameters: Tensor,
    ) -> Tensor:
        *filters, hidden_weight, hidden_bias, output_weight, output_bias = parameters
        flat = torch.cat([weight.flatten(0, 1) for weight in filters[::2]])
        layers = Layers(
            torch.cat(filters[1::2]), hidden_weight, hidden_bias, output_weight, output_bias
        )
        embedded = flat.new_empty(len(batch.tokens), flat.shape[1])
        embedded_words(embedding.numpy(), batch.tokens.numpy(), dropout, embedded.numpy())
        winners = network.best_windows(batch, embedded, flat)
        pooled = flat.new_empty(winners.shape)
        winning_values(
            embedded.numpy(), flat.numpy(), batch.offsets, network.places, winners, pooled.numpy()
        )
        found = activations(pooled, layers)
        ctx.convolutions = (embedded.numpy(), flat.numpy(), batch.offsets, network.places, winners)
        ctx.layers, ctx.found = layers, found
        ctx.words = (batch.tokens.numpy(), dropout, embedding.shape)
        ctx.shapes = [weight.shape for weight in filters[::2]]
        return found.scores

    @staticmethod
    def backward(ctx: Any, *given: Tensor) -> tuple[Tensor | None, ...]:
        embedded, flat, offsets, places, winners = ctx.convolutions
        tokens, dropout, shape = ctx.words
        onto_layers = Layers(*(torch.empty_like(layer) for layer in ctx.layers))
        gradient = gradients(given[0], ctx.found, ctx.layers, onto_layers)
        onto_embedded, onto_flat = np.zeros_like(embedded), np.zeros_like(flat)
        winning_gradients(
            embedded, flat, offsets, places, winners, gradient.numpy(), onto_embedded, onto_flat
        )
        onto = gradient.new_zeros(shape)
        embedding_gradient(onto_embedded, tokens, dropout, onto.numpy())
        parts = torch.from_numpy(onto_flat).split([shape[0] * shape[1] for shape in ctx.shapes])
        biases = onto_layers.bias.split([shape[1] for shape in ctx.shapes])
        onto_filters = [
            gradient
            for part, shape, bias in zip(parts, ctx.shapes, biases, strict=True)
            for gradient in (part.view(shape), bias)
        ]
        return None, None, None, onto, *onto_filters, *onto_layers[1:]
