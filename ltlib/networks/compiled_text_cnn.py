"""The text CNN by compiled loops: of array operations only the matrix products are left."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

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
from ltlib.networks.precision import product_blocks
from ltlib.networks.text_cnn import DROPOUT_LEVELS, TextCNN, dropout_bits
from ltlib.protocol import Protocol


class CompiledTextCNN(TextCNN):
    """Computes what `TextCNN` computes, on a CPU."""

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol)
        self.heights = np.array(protocol.heights)
        self.places = row_places(self.heights, protocol.channels)

    def pooled(self, batch: Packed, generator: np.random.Generator | None) -> Tensor:
        """See `TextCNN.pooled`."""
        entries = len(batch.tokens) * self.embedding.embedding_dim
        if generator is None or self.dropout == 0:
            dropout = Dropout(np.zeros(entries, np.uint16), 0, 1.0)
        else:
            dropped = round(self.dropout * DROPOUT_LEVELS)
            dropout = Dropout(dropout_bits(entries, generator), dropped, 1 / (1 - self.dropout))
        weights = [layer.weight for layer in self._layers()]
        pooled: Tensor = _Pooled.apply(self, batch, dropout, self.embedding.weight, *weights)
        return pooled

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
        for begin, end, products in product_blocks(embedded, flat, self.search, overlap):
            words = torch.arange(len(products))
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


class _Pooled(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        network: CompiledTextCNN,
        batch: Packed,
        dropout: Dropout,
        embedding: Tensor,
        *weights: Tensor,
    ) -> Tensor:
        flat = torch.cat([weight.flatten(0, 1) for weight in weights])
        embedded = flat.new_empty(len(batch.tokens), flat.shape[1])
        embedded_words(embedding.numpy(), batch.tokens.numpy(), dropout, embedded.numpy())
        winners = network.best_windows(batch, embedded, flat)
        ctx.convolutions = (embedded.numpy(), flat.numpy(), batch.offsets, network.places, winners)
        ctx.words = (batch.tokens.numpy(), dropout, embedding.shape)
        ctx.shapes = [weight.shape for weight in weights]
        pooled = flat.new_empty(winners.shape)
        winning_values(
            embedded.numpy(), flat.numpy(), batch.offsets, network.places, winners, pooled.numpy()
        )
        return pooled

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        embedded, flat, offsets, places, winners = ctx.convolutions
        tokens, dropout, shape = ctx.words
        gradient = gradients[0]
        onto_embedded, onto_flat = np.zeros_like(embedded), np.zeros_like(flat)
        winning_gradients(
            embedded, flat, offsets, places, winners, gradient.numpy(), onto_embedded, onto_flat
        )
        onto = gradient.new_zeros(shape)
        embedding_gradient(onto_embedded, tokens, dropout, onto.numpy())
        parts = torch.from_numpy(onto_flat).split([shape[0] * shape[1] for shape in ctx.shapes])
        onto_weights = [part.view(shape) for part, shape in zip(parts, ctx.shapes, strict=True)]
        return None, None, None, onto, *onto_weights
