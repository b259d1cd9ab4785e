"""An epoch of each of the networks against the dense loop: the same batches, the same dropout."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ltlib.networks.packing import Packed, PackedSplits
from ltlib.networks.text_cnn import DROPOUT_LEVELS, initial_parameters
from ltlib.protocol import Protocol
from ltlib.pruning import Masks
from ltlib.streams import stream
from ltlib.training import batches, step
from tests.support import tiny
from tests.support.ways import KINDS, network_of
from tests.test_training import dense_scores, random_masks

EPOCHS = 3


class Bits(np.random.Generator):
    """A generator that gives the random bits it was made with."""

    def __init__(self, bits: np.ndarray) -> None:
        super().__init__(np.random.PCG64())
        self.bits = bits

    def integers(self, *args: Any, size: Any = None, **kwargs: Any) -> Any:
        """Four entries' bits a number."""
        assert size == -(-len(self.bits) // 4)
        return np.pad(self.bits, (0, -len(self.bits) % 4)).view(np.uint64)


class Case:
    """A ticket and reviews to train it on; every batch with random bits for each of its entries."""

    def __init__(self, share: float, seed: int) -> None:
        self.protocol, self.splits = case_of(seed)
        self.values = initial_parameters(self.protocol, stream(seed, "initial"))
        self.masks: Masks = random_masks(self.values, share, seed)
        self.seed = seed

    def batches(self) -> Iterator[tuple[Packed, np.ndarray]]:
        generator = stream(self.seed, "epoch")
        for _ in range(EPOCHS):
            for batch in batches(self.splits.train, self.protocol.batch_size, generator):
                shape = (len(batch.tokens), self.protocol.embedding_size)
                yield batch, generator.integers(0, DROPOUT_LEVELS, shape, dtype=np.uint16)

    def dense_losses(self, dtype: torch.dtype, permuted: int | None = None) -> Tensor:
        """Losses of the plain loop; the rows of every batch permuted if asked."""
        leaves = {
            name: (value * self.masks[name]).to(dtype).requires_grad_()
            for name, value in self.values.items()
        }
        optimizer = torch.optim.Adam(
            leaves.values(), lr=self.protocol.learning_rate, weight_decay=self.protocol.l2
        )
        losses = []
        for batch, bits in self.batches():
            kept = torch.from_numpy(bits >= round(self.protocol.dropout * DROPOUT_LEVELS))
            factors = kept.to(dtype) / (1 - self.protocol.dropout)
            if permuted is not None:
                batch, factors = shuffled(batch, factors, permuted)
            loss = nn.functional.cross_entropy(dense_scores(leaves, batch, factors), batch.labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for name, leaf in leaves.items():
                    leaf.mul_(self.masks[name])
            losses.append(float(loss.detach()))
        return torch.tensor(losses, dtype=torch.float64)

    def our_losses(self, kind: str, dtype: torch.dtype) -> Tensor:
        """Losses of the training loop's own steps, of the whole network or its survivors."""
        network = network_of(kind, self.protocol, self.values, self.masks)
        named = dict(network.named_parameters())
        held = network.held(self.masks)
        holds = [(named[name], mask.to(dtype)) for name, mask in held.items()]
        network.to(dtype)
        optimizer = torch.optim.Adam(
            network.parameters(), lr=self.protocol.learning_rate, weight_decay=self.protocol.l2,
            fused=True,
        )  # fmt: skip
        losses = []
        for batch, bits in self.batches():
            if "survivors" in kind:
                embedding = self.masks["embedding.weight"]
                alive = embedding[batch.tokens.clamp_min(0)] & (batch.tokens >= 0)[:, None]
                bits = bits[alive.numpy()]
            losses.append(float(step(network, holds, optimizer, batch, Bits(bits.ravel()))))
        return torch.tensor(losses, dtype=torch.float64)


def case_of(seed: int) -> tuple[Protocol, PackedSplits]:
    return tiny.packed(
        seed, split=(160, 2, 2), vocabulary_size=60, max_length=40, embedding_size=32, channels=16,
        hidden_size=24, dropout=0.285, learning_rate=3e-3, l2=1e-4, search="full",
    )  # fmt: skip


def shuffled(batch: Packed, factors: Tensor, seed: int) -> tuple[Packed, Tensor]:
    """The reviews of a batch in another order, each with its own dropout."""
    order = np.random.default_rng(seed).permutation(len(batch))
    bounds = zip(batch.offsets[order], batch.offsets[order + 1], strict=True)
    return batch.rows(order), torch.cat([factors[a:b] for a, b in bounds])


@KINDS
@pytest.mark.parametrize("share", [1.0, 0.4, 0.15])
def test_losses_in_float64_are_the_dense_loops(kind: str, share: float) -> None:
    case = Case(share, seed=3)
    dense = case.dense_losses(torch.float64)
    assert len(dense) == EPOCHS * 20 and float(dense[-10:].mean()) < float(dense[:10].mean())
    torch.testing.assert_close(case.our_losses(kind, torch.float64), dense, rtol=0, atol=1e-8)


@KINDS
@pytest.mark.parametrize("share", [1.0, 0.4, 0.15])
def test_losses_in_float32_drift_no_more_than_the_dense_loop_itself(
    kind: str, share: float
) -> None:
    """At most twice what another order of each batch's rows does to the dense loop's losses."""
    case = Case(share, seed=5)
    dense = case.dense_losses(torch.float32)
    drifts = [rms(case.dense_losses(torch.float32, permuted=p) - dense) for p in range(4)]
    ours = rms(case.our_losses(kind, torch.float32) - dense)
    assert ours <= 2 * max(drifts)
    assert ours > 0 or share < 0.4, "few products to a sum may be added in the dense loop's order"


def rms(values: Tensor) -> float:
    return float(values.square().mean().sqrt())
