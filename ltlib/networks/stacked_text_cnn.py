"""Several text CNNs of one shape computed at once, so that a GPU is not fed one small batch."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding, pad
from torch.nn.utils.rnn import pad_sequence

from ltlib.networks.network import Stack
from ltlib.networks.packing import ZERO_VECTOR, Packed
from ltlib.networks.pooling import responses_at, shapes_of, window_responses, winning_windows
from ltlib.networks.precision import stacked_products
from ltlib.networks.text_cnn import dropout_scale
from ltlib.protocol import Protocol


class StackedTextCNN(Stack):
    """Networks that differ in their values and meet batches of their own (§4.2).

    Each batch is filled up to the longest with subwords that no window of a review meets. What a
    network gives does not depend on those beside it, but for the order of sums.
    """

    def __init__(
        self, protocol: Protocol, values: Sequence[Mapping[str, Tensor]], device: str
    ) -> None:
        super().__init__(values, device)
        self.protocol = protocol

    def scores(
        self, batches: Sequence[Packed], generators: Sequence[np.random.Generator]
    ) -> Tensor:
        """Class scores `[networks, reviews, 2]`, with dropout."""
        embedded = self._embedded(batches, generators)
        weights = self._layers("weight")
        winners = self._winners(embedded.detach(), [w.detach() for w in weights], batches)
        pooled = torch.stack([
            responses_at(embedded[n], [weight[n] for weight in weights], winners[n])
            for n in range(len(batches))
        ])  # fmt: skip
        features = torch.relu(pooled + torch.cat(self._layers("bias"), dim=1)[:, None])
        return self._linear("output", torch.relu(self._linear("hidden", features)))

    def _layers(self, kind: str) -> list[Tensor]:
        count = len(self.protocol.heights)
        return [self.values[f"convolutions.{n}.{kind}"] for n in range(count)]

    def _linear(self, layer: str, inputs: Tensor) -> Tensor:
        weight, bias = (self.values[f"{layer}.{kind}"] for kind in ("weight", "bias"))
        return torch.baddbmm(bias[:, None], inputs, weight.mT)

    def _embedded(
        self, batches: Sequence[Packed], generators: Sequence[np.random.Generator]
    ) -> Tensor:
        """`[networks, longest, embedding]`, zero where a batch is filled up."""
        table = self.values["embedding.weight"]
        tokens = pad_sequence([b.tokens for b in batches], True, ZERO_VECTOR)
        first = torch.arange(len(batches), device=tokens.device)[:, None] * table.shape[1]
        embedded = embedding(tokens.clamp_min(0) + first, table.flatten(0, 1))
        embedded = embedded.masked_fill((tokens == ZERO_VECTOR)[..., None], 0.0)
        if self.protocol.dropout == 0:
            return embedded
        rate, longest = self.protocol.dropout, tokens.shape[1]
        factors = [
            pad(dropout_scale(e[: len(b.tokens)], rate, g), (0, 0, 0, longest - len(b.tokens)))
            for e, b, g in zip(embedded.detach(), batches, generators, strict=True)
        ]
        return embedded * torch.stack(factors)

    @torch.no_grad()
    def _winners(
        self, embedded: Tensor, weights: Sequence[Tensor], batches: Sequence[Packed]
    ) -> Tensor:
        """First row of each filter's best window in each review: `[networks, reviews, filters]`."""
        flat = torch.cat([weight.flatten(1, 2) for weight in weights], dim=1)
        products = stacked_products(embedded, flat, self.protocol.search).flatten(0, 1)
        longest = embedded.shape[1]
        borders, are_reviews = _borders([batch.offsets for batch in batches], longest)
        responses = window_responses(products, borders, shapes_of([w[0] for w in weights]))
        found = winning_windows(responses, borders)[torch.from_numpy(are_reviews).to(flat.device)]
        within = found.unflatten(0, (len(batches), -1))
        return within - torch.arange(len(batches), device=found.device)[:, None, None] * longest


def _borders(offsets: Sequence[np.ndarray], longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Of batches end to end, each `longest` subwords: where reviews and fillings between them
    begin and end; and which of these are reviews.
    """
    begins = [own[:-1] + n * longest for n, own in enumerate(offsets)]
    fillings = [own[-1:] + n * longest for n, own in enumerate(offsets) if own[-1] < longest]
    starts = np.concatenate([*begins, *fillings])
    order = np.argsort(starts, kind="stable")
    are_reviews = (np.arange(len(starts)) < sum(map(len, begins)))[order]
    return np.append(starts[order], len(offsets) * longest), are_reviews
