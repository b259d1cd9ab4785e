"""The text CNN by compiled loops: of array operations only the matrix products are left."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

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
from ltlib.networks.precision import search_products
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
        products = nn.functional.pad(self.embedding.weight @ flat.T, (0, 0, 0, 1))

        def scores(batch: Packed) -> Tensor:
            words = batch.tokens.where(batch.tokens != ZERO_VECTOR, len(products) - 1)
            return self._classes(self._best(products, words, batch.offsets)[0])

        return scores

    def _best(
        self, products: Tensor, words: Tensor, offsets: np.ndarray
    ) -> tuple[Tensor, np.ndarray]:
        """Each filter's largest response in each review and where it is; see `best_windows`."""
        bfloat16 = products.dtype == torch.bfloat16
        shape = (len(offsets) - 1, len(self.places))
        best = torch.empty(shape, dtype=torch.promote_types(products.dtype, torch.float32))
        winners = np.empty(shape, np.int32)
        numbers = (products.view(torch.uint16) if bfloat16 else products).numpy()
        best_windows(numbers, words.numpy(), offsets, self.heights, winners, best.numpy())
        return best, winners


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
        products = search_products(embedded, flat, network.search)
        _, winners = network._best(products, torch.arange(len(embedded)), batch.offsets)
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
