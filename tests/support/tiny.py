"""A network and reviews small enough to check by hand."""

from dataclasses import replace

import numpy as np
import torch

from ltlib.data.reviews import Reviews, Splits
from ltlib.networks.packing import PackedSplits, pack
from ltlib.networks.text import TextArchitecture
from ltlib.protocol import Protocol

TEXT = TextArchitecture()
PROTOCOL = Protocol(
    split=(40, 20, 20),
    vocabulary_size=30,
    max_length=12,
    embedding_size=6,
    channels=4,
    hidden_size=5,
    batch_size=8,
    epochs=3,
    learning_rate=1e-2,
    rounds=3,
    replicates=1,
)


def reviews(count: int, seed: int, protocol: Protocol = PROTOCOL, absent: int = -1) -> Reviews:
    """Random reviews of 1 to `max_length` subwords, in which `absent` never occurs.

    Subword 1 marks the positive ones, so that there is something to learn.
    """
    generator = np.random.default_rng(seed)
    lengths = generator.integers(1, protocol.max_length + 1, count)
    tokens = generator.integers(2, protocol.vocabulary_size, lengths.sum())
    tokens[tokens == absent] = 2
    offsets = np.concatenate([[0], lengths.cumsum()])
    labels = generator.permutation(np.arange(count) % 2)
    for review in np.flatnonzero(labels):
        tokens[generator.integers(offsets[review], offsets[review + 1])] = 1
    return Reviews(
        torch.from_numpy(tokens.astype(np.int32)),
        torch.from_numpy(offsets),
        torch.from_numpy(labels),
    )


def splits(seed: int = 0, protocol: Protocol = PROTOCOL, absent: int = -1) -> Splits:
    """A domain of random reviews."""
    assert protocol.split is not None
    parts = [reviews(int(n), 10 * seed + i, protocol, absent) for i, n in enumerate(protocol.split)]
    return Splits(*parts)


def packed(seed: int = 0, absent: int = -1, **changes: object) -> tuple[Protocol, PackedSplits]:
    """A protocol with `changes`, and a domain packed for it."""
    protocol = replace(PROTOCOL, **changes)  # type: ignore[arg-type]
    return protocol, pack(splits(seed, protocol, absent), protocol)
