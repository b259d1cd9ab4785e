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

from ltlib.networks.classifier import Layers, activations
from ltlib.networks.network import Network
from ltlib.networks.packing import Packed
from ltlib.networks.pooling import exclude_crossing, winning_windows
from ltlib.networks.text_cnn import TextCNN, dropout_scale
from ltlib.protocol import Protocol
from ltlib.pruning import Masks

LINEAR = ("hidden.weight", "hidden.bias", "output.weight", "output.bias")
ALIGNED = 16  # numbers; a product of matrices that begin elsewhere can have other bits


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


class Met(NamedTuple):
    """The products of a batch: which entry, which filter weight, and the cell of the window and
    filter that the product adds to.

    Cells count windows by filters. A weight in row r of a filter serves the window that begins r
    subwords earlier, so the first cells are of windows that begin before the batch; none wins.
    """

    entry: Tensor
    weight: Tensor
    cell: Tensor


class SurvivorCNN(Network):
    """Computes what `TextCNN` computes, from its survivors alone."""

    def __init__(self, protocol: Protocol, parameters: Mapping[str, Tensor], masks: Masks) -> None:
        super().__init__()
        names = [name for name, _ in TextCNN(protocol).named_parameters()]
        self.alive = nn.Parameter(torch.cat([parameters[name][masks[name]] for name in names]))
        self.shapes = {name: masks[name].shape for name in names}
        self.places = {name: masks[name].flatten().nonzero().flatten() for name in names}
        self.sizes = [len(place) for place in self.places.values()]
        self.slices = {
            name: slice(end - size, end)
            for name, size, end in zip(
                names, self.sizes, np.cumsum(self.sizes).tolist(), strict=True
            )
        }
        self.protocol = protocol
        self.filters = len(protocol.heights) * protocol.channels
        self.before = (max(protocol.heights) - 1) * self.filters  # cells before the batch
        self.marks = torch.zeros(0, dtype=torch.bool)
        self._index_embedding(masks["embedding.weight"])
        self._index_filters(masks)
        self._index_layers()

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
        self.weight_cell = filter_ - place * self.filters

    def _index_layers(self) -> None:
        """Of what comes after pooling: where its survivors lie among all, and where in one vector
        that holds its layers whole. Each begins there where memory is `ALIGNED`.
        """
        biases = [f"convolutions.{i}.bias" for i in range(len(self.protocol.heights))]
        of_all, first = torch.arange(len(self.alive)), 0
        alive, places = [], []
        self.layer_parts: list[tuple[slice, torch.Size]] = []
        for names in (biases, *([name] for name in LINEAR)):
            begin = first
            for name in names:
                alive.append(of_all[self.slices[name]])
                places.append(self.places[name] + first)
                first += self.shapes[name].numel()
            shape = self.shapes[names[0]] if len(names) == 1 else torch.Size([first - begin])
            self.layer_parts.append((slice(begin, first), shape))
            first = -(-first // ALIGNED) * ALIGNED
        self.layer_alive, self.layer_places = torch.cat(alive), torch.cat(places)
        self.layer_size = first

    def layers(self, alive: Tensor) -> Layers:
        """What comes after pooling, 0 where pruned."""
        flat = alive.new_zeros(self.layer_size)
        return self.shaped(flat.scatter(0, self.layer_places, alive.gather(0, self.layer_alive)))

    def shaped(self, flat: Tensor) -> Layers:
        """What comes after pooling, of one vector of all its layers."""
        return Layers(*(flat[part].view(shape) for part, shape in self.layer_parts))

    def forward(self, batch: Packed, generator: np.random.Generator | None = None) -> Tensor:
        """Class scores `[reviews, 2]`; see `TextCNN.forward`."""
        scores: Tensor = activations(self.pooled(batch, generator), self.layers(self.alive)).scores
        return scores

    def pooled(self, batch: Packed, generator: np.random.Generator | None) -> Tensor:
        """The largest response of each filter in each review, `[reviews, filters]`."""
        position, entry = self.entries.of(batch.tokens)
        embedded = self.alive.gather(0, entry)  # every survivor of every subword of the batch
        if generator is not None and self.protocol.dropout > 0:
            embedded = embedded * dropout_scale(embedded, self.protocol.dropout, generator)
        met = self._met(position, self.entry_dimension.gather(0, entry))
        winners = self._winners(embedded, met, batch.offsets)
        return self._pooled(embedded, met, winners, batch.offsets)

    def _met(self, position: Tensor, dimension: Tensor) -> Met:
        """Every product that a batch takes: of an entry and a filter weight of its dimension.

        Args:
            position: of each surviving entry, the subword's place in the batch.
            dimension: of each surviving entry, its dimension in the embedding.
        """
        entry, weight = self.weights.of(dimension)
        # `gather` and `scatter_add` are many times faster than indexing and `index_add`.
        first_cell = (position * self.filters).gather(0, entry)
        cell = first_cell + (self.weight_cell + self.before).gather(0, weight)
        return Met(entry, weight, cell)

    @torch.no_grad()
    def _winners(self, embedded: Tensor, met: Met, offsets: np.ndarray) -> Tensor:
        """Cells of the best windows, `[reviews × filters]`, found among all products."""
        total, heights = int(offsets[-1]), self.protocol.heights
        weights = self.alive.gather(0, self.weight_value)
        products = embedded.gather(0, met.entry) * weights.gather(0, met.weight)
        responses = torch.zeros(self.before + total * self.filters, dtype=embedded.dtype)
        responses.scatter_add_(0, met.cell, products)
        windows = responses[self.before :].view(total, self.filters)
        exclude_crossing(windows, offsets, [(h, self.protocol.channels) for h in heights])
        first_rows = winning_windows(windows, offsets)
        return (self.before + first_rows * self.filters + torch.arange(self.filters)).flatten()

    def _pooled(self, embedded: Tensor, met: Met, winners: Tensor, offsets: np.ndarray) -> Tensor:
        """Maxima `[reviews, filters]`. Of all products, those that went into a winning window are
        taken once more: they alone carry gradient.
        """
        is_winner = self._marks(self.before + int(offsets[-1]) * self.filters)
        is_winner[winners] = True
        won = is_winner.gather(0, met.cell).nonzero().flatten()
        is_winner[winners] = False
        weights = self.weight_value[met.weight[won]]
        products = embedded.gather(0, met.entry[won]) * self.alive.gather(0, weights)
        cell = met.cell[won] - self.before
        window, filter_ = cell.div(self.filters, rounding_mode="floor"), cell % self.filters
        review = torch.bucketize(window, torch.from_numpy(offsets[1:]), right=True)
        pooled = embedded.new_zeros(len(winners))
        pooled = pooled.scatter_add(0, review * self.filters + filter_, products)
        return pooled.view(-1, self.filters)

    def products(self, tokens: Tensor) -> int:
        """How many products of an embedding entry and a filter weight `tokens` take."""
        _, entry = self.entries.of(tokens)
        return int(self.weights.counts[self.entry_dimension[entry]].sum())

    def _marks(self, cells: int) -> Tensor:
        """One mark a cell, none set. Kept from step to step: making them anew takes long."""
        if len(self.marks) < cells:
            self.marks = torch.zeros(cells, dtype=torch.bool)
        return self.marks[:cells]

    def held(self, masks: Masks) -> Masks:
        """None: what is pruned is not there."""
        return {}

    @torch.no_grad()
    def values(self) -> dict[str, Tensor]:
        """All parameters of `TextCNN`, by name, 0 where pruned."""
        whole = {}
        for name, alive in zip(self.shapes, self.alive.split(self.sizes), strict=True):
            flat = alive.new_zeros(self.shapes[name].numel())
            whole[name] = flat.scatter_(0, self.places[name], alive).view(self.shapes[name])
        return whole
