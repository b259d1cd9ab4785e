"""The text CNN with what is pruned left out, for rounds in which little survives.

At density q a subword's embedding keeps a share q of its entries and each of them meets a share q
of the filters' weights, so the products of survivors fall with q², where a dense convolution never
gets cheaper. All survivors lie in one vector: the optimiser's steps, ℓ2 among them, reach each of
them at every update, and what is pruned cannot move because it is not there.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ltlib.networks.network import Network
from ltlib.networks.packing import Packed
from ltlib.networks.pooling import exclude_crossing, winning_windows
from ltlib.networks.text_cnn import TextCNN, dropout_scale
from ltlib.protocol import Protocol
from ltlib.pruning import Masks


class Lists(NamedTuple):
    """Consecutive runs of indices: list i is `starts[i]` to `starts[i] + counts[i]`."""

    starts: Tensor
    counts: Tensor

    def of(self, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """The lists of `chosen` end to end: which of `chosen` each index belongs to, and it."""
        counts = self.counts[chosen]
        owners = torch.repeat_interleave(counts)
        shifts = self.starts[chosen] - (counts.cumsum(0) - counts)
        return owners, shifts.gather(0, owners) + torch.arange(len(owners), device=owners.device)


class SurvivorCNN(Network):
    """Computes what `TextCNN` computes, from its survivors alone."""

    def __init__(self, protocol: Protocol, parameters: Mapping[str, Tensor], masks: Masks) -> None:
        super().__init__()
        names = [name for name, _ in TextCNN(protocol).named_parameters()]
        self.alive = nn.Parameter(torch.cat([parameters[name][masks[name]] for name in names]))
        self.shapes = {name: masks[name].shape for name in names}
        self.places = {name: masks[name].flatten().nonzero().flatten() for name in names}
        ends = np.cumsum([len(self.places[name]) for name in names]).tolist()
        self.slices = {
            name: slice(end - len(self.places[name]), end)
            for name, end in zip(names, ends, strict=True)
        }
        self.protocol = protocol
        self.marks = torch.zeros(0, dtype=torch.bool)
        self._index_embedding(masks["embedding.weight"])
        self._index_filters(masks)

    def _index_embedding(self, mask: Tensor) -> None:
        """By subword, the entries that survive; -1, the zero vector, comes last and has none."""
        counts = torch.cat([mask.sum(1), torch.zeros(1, dtype=torch.int64)])
        self.entries = Lists(counts.cumsum(0) - counts, counts)
        self.entry_dimension = mask.nonzero()[:, 1]

    def _index_filters(self, masks: Masks) -> None:
        """By embedding dimension, the filter weights that survive."""
        channels, parts = self.protocol.channels, []
        for index in range(len(self.protocol.heights)):
            name = f"convolutions.{index}.weight"
            place, channel, dimension = masks[name].nonzero().unbind(1)
            value = torch.arange(len(place)) + self.slices[name].start
            parts.append(torch.stack([dimension, index * channels + channel, place, value]))
        found = torch.cat(parts, dim=1)
        found = found[:, torch.argsort(found[0], stable=True)]
        counts = torch.bincount(found[0], minlength=self.protocol.embedding_size)
        self.weights = Lists(counts.cumsum(0) - counts, counts)
        _, filter_, place, self.weight_value = found
        # Where a weight's product lands, from the cell of its subword: a window `place` rows up.
        self.weight_cell = filter_ - place * channels * len(self.protocol.heights)

    def forward(self, batch: Packed, generator: np.random.Generator | None = None) -> Tensor:
        """Class scores `[reviews, 2]`; see `TextCNN.forward`."""
        position, entry = self.entries.of(batch.tokens)
        embedded = self.alive.gather(0, entry)  # every survivor of every subword of the batch
        if generator is not None and self.protocol.dropout > 0:
            embedded = embedded * dropout_scale(embedded, self.protocol.dropout, generator)
        pooled = self._pooled(
            embedded, position, self.entry_dimension.gather(0, entry), batch.offsets
        )
        biases = [self.dense(f"convolutions.{i}.bias") for i in range(len(self.protocol.heights))]
        features = torch.relu(pooled + torch.cat(biases))
        hidden = torch.relu(nn.functional.linear(features, *self._layer("hidden")))
        return nn.functional.linear(hidden, *self._layer("output"))

    def _pooled(
        self, embedded: Tensor, position: Tensor, dimension: Tensor, offsets: np.ndarray
    ) -> Tensor:
        """Maxima `[reviews, filters]`: found among all products, differentiated where they lie.

        Args:
            embedded: surviving entries, with their `position` in the batch and their `dimension`.
        """
        heights, channels = self.protocol.heights, self.protocol.channels
        total, filters = int(offsets[-1]), len(heights) * channels
        before = (max(heights) - 1) * filters  # cells of windows that begin before the batch
        owner, weight = self.weights.of(dimension)
        # `gather` and `scatter_add` are many times faster than indexing and `index_add`.
        cell = (position * filters).gather(0, owner) + (self.weight_cell + before).gather(0, weight)
        with torch.no_grad():
            responses = torch.zeros(before + total * filters, dtype=embedded.dtype)
            values = self.alive.gather(0, self.weight_value)
            products = embedded.gather(0, owner) * values.gather(0, weight)
            responses.scatter_add_(0, cell, products)
            responses = responses[before:].view(total, filters)
            exclude_crossing(responses, offsets, [(height, channels) for height in heights])
            winners = winning_windows(responses, offsets)
        # Of all products, those that went into a winning window carry gradient.
        cells = (before + winners * filters + torch.arange(filters)).flatten()
        is_winner = self._marks(before + total * filters)
        is_winner[cells] = True
        won = is_winner.gather(0, cell).nonzero().flatten()
        is_winner[cells] = False
        entries, weights = embedded.gather(0, owner[won]), self.weight_value[weight[won]]
        products = entries * self.alive.gather(0, weights)
        window, filter_ = (
            (cell[won] - before).div(filters, rounding_mode="floor"),
            cell[won] % filters,
        )
        review = torch.bucketize(window, torch.from_numpy(offsets[1:]), right=True)
        pooled = embedded.new_zeros(len(cells))
        return pooled.scatter_add(0, review * filters + filter_, products).view(-1, filters)

    def products(self, tokens: Tensor) -> int:
        """How many products of an embedding entry and a filter weight `tokens` take."""
        _, entry = self.entries.of(tokens)
        return int(self.weights.counts[self.entry_dimension[entry]].sum())

    def _marks(self, cells: int) -> Tensor:
        """One mark a cell, none set. Kept from step to step: making them anew takes long."""
        if len(self.marks) < cells:
            self.marks = torch.zeros(cells, dtype=torch.bool)
        return self.marks[:cells]

    def _layer(self, layer: str) -> tuple[Tensor, Tensor]:
        return self.dense(f"{layer}.weight"), self.dense(f"{layer}.bias")

    def dense(self, name: str) -> Tensor:
        """A parameter of `TextCNN`, 0 where pruned."""
        shape = self.shapes[name]
        flat = self.alive.new_zeros(shape.numel())
        return flat.index_put((self.places[name],), self.alive[self.slices[name]]).view(shape)

    def held(self, masks: Masks) -> Masks:
        """None: what is pruned is not there."""
        return {}

    @torch.no_grad()
    def values(self) -> dict[str, Tensor]:
        """All parameters of `TextCNN`, by name, 0 where pruned."""
        return {name: self.dense(name) for name in self.shapes}
