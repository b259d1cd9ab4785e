"""Reviews laid end to end: no pads, so no prediction depends on the batch around it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ltlib.data.reviews import Reviews, Splits
from ltlib.protocol import Protocol

ZERO_VECTOR = -1  # stands for a subword whose embedding is zero


@dataclass(frozen=True)
class Packed:
    """Reviews as the network takes them: tokens int64 end to end, each review long enough."""

    tokens: Tensor
    offsets: np.ndarray
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, chosen: np.ndarray) -> "Packed":
        """The chosen reviews, in that order."""
        starts, lengths = self.offsets[chosen], self.offsets[chosen + 1] - self.offsets[chosen]
        offsets = np.zeros(len(chosen) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        places = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
        # NumPy's indexing: PyTorch's takes longer than all of this for a batch.
        tokens = torch.from_numpy(self.tokens.numpy()[places])
        return Packed(tokens, offsets, torch.from_numpy(self.labels.numpy()[chosen]))

    def cut(self, size: int) -> list["Packed"]:
        """The same reviews in pieces of `size`, in order; the last of what is left."""
        return [self._between(begin, begin + size) for begin in range(0, len(self), size)]

    def _between(self, begin: int, end: int) -> "Packed":
        offsets = self.offsets[begin : end + 1]
        tokens = self.tokens[offsets[0] : offsets[-1]]
        return Packed(tokens, offsets - offsets[0], self.labels[begin:end])

    def to(self, device: torch.device) -> "Packed":
        """The same on `device`; offsets stay where the borders are looked up."""
        return Packed(self.tokens.to(device), self.offsets, self.labels.to(device))


def lay_out(reviews: Reviews, shortest: int) -> Packed:
    """Pack `reviews`; those shorter than `shortest` subwords are filled up with zero vectors (-1).

    Without that, a review shorter than the highest filter would have no window at all.
    """
    tokens = reviews.tokens.to(torch.int64)
    offsets = reviews.offsets.numpy()
    lengths = np.diff(offsets)
    if len(lengths) and lengths.min() < shortest:
        filled = np.maximum(lengths, shortest)
        grown = np.concatenate([[0], np.cumsum(filled)])
        moved = np.repeat(grown[:-1] - offsets[:-1], lengths) + np.arange(len(tokens))
        padded = torch.full((int(grown[-1]),), ZERO_VECTOR, dtype=torch.int64)
        padded[torch.from_numpy(moved)] = tokens
        tokens, offsets = padded, grown
    return Packed(tokens, offsets.astype(np.int64), reviews.labels)


class PackedSplits(NamedTuple):
    """The three splits of a domain, ready for the network."""

    train: Packed
    validation: Packed
    test: Packed


def pack(splits: Splits, protocol: Protocol) -> PackedSplits:
    """Pack every split for a network of `protocol`."""
    shortest = max(protocol.heights)
    return PackedSplits(
        lay_out(splits.train, shortest),
        lay_out(splits.validation, shortest),
        lay_out(splits.test, shortest),
    )
