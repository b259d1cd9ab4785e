"""Every parameter's gradient, computed in every way, against the dense loop's under one dropout."""

from dataclasses import replace

import numpy as np
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from ltlib.networks.packing import Packed, lay_out
from ltlib.networks.survivor_cnn import SurvivorCNN
from ltlib.networks.text_cnn import DROPOUT_LEVELS, initial_parameters
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, apply_masks
from ltlib.streams import stream
from tests.networks.test_epoch import Bits
from tests.support import tiny
from tests.support.ways import KINDS, network_of
from tests.test_training import dense_scores, random_masks

PROTOCOLS = st.builds(
    lambda size, channels, heights, hidden: replace(
        tiny.PROTOCOL, embedding_size=size, channels=channels, heights=heights, hidden_size=hidden,
        dropout=0.285, search="full",
    ),
    st.integers(1, 12), st.integers(1, 6), st.just((3, 4, 5)), st.integers(1, 9),
)  # fmt: skip
SHARES = st.sampled_from([0.1, 0.3, 0.6, 1.0])
NEAR = 1e-4  # windows closer than this nearly tie: float32 may take the other


def gradients(
    kind: str, dtype: torch.dtype, protocol: Protocol, share: float, reviews: int, seed: int
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Ours in `dtype` and the dense loop's in float64, masked, by parameter name."""
    values = initial_parameters(protocol, stream(seed, "values"))
    masks = random_masks(values, share, seed)
    batch = lay_out(tiny.reviews(reviews, seed), 5)
    shape = (len(batch.tokens), protocol.embedding_size)
    bits = np.random.default_rng(seed).integers(0, DROPOUT_LEVELS, shape, dtype=np.uint16)
    kept = torch.from_numpy(bits >= round(protocol.dropout * DROPOUT_LEVELS)).double()
    factors = kept / (1 - protocol.dropout)
    leaves = {n: v.double().requires_grad_() for n, v in apply_masks(values, masks).items()}
    assume(dtype == torch.float64 or gap(leaves, batch, factors) > NEAR)
    loss = nn.functional.cross_entropy(dense_scores(leaves, batch, factors), batch.labels)
    dense = dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))
    return of_ours(kind, dtype, protocol, values, masks, batch, bits), apply_masks(dense, masks)


def of_ours(
    kind: str, dtype: torch.dtype, protocol: Protocol, values: dict[str, Tensor], masks: Masks,
    batch: Packed, bits: np.ndarray,
) -> dict[str, Tensor]:  # fmt: skip
    network = network_of(kind, protocol, values, masks).to(dtype)
    if "whole" in kind:
        network.backpropagate(batch, Bits(bits.ravel()))
        return apply_masks({n: p.grad for n, p in network.named_parameters() if p.grad is not None},
                           masks)  # fmt: skip
    assert isinstance(network, SurvivorCNN)
    alive = masks["embedding.weight"][batch.tokens.clamp_min(0)] & (batch.tokens >= 0)[:, None]
    network.backpropagate(batch, Bits(bits[alive.numpy()]))
    assert network.alive.grad is not None
    network.alive.data = network.alive.grad  # laid out like the values themselves
    return network.values()


def gap(leaves: dict[str, Tensor], batch: Packed, factors: Tensor) -> float:
    """Between the best window and the next other value, the smallest over reviews and filters."""
    embedded = leaves["embedding.weight"][batch.tokens.clamp_min(0)] * factors
    embedded = embedded * (batch.tokens >= 0)[:, None]
    smallest = float("inf")
    for begin, end in zip(batch.offsets[:-1], batch.offsets[1:], strict=True):
        for index in range(3):
            weight = leaves[f"convolutions.{index}.weight"]
            windows = embedded[begin:end].unfold(0, len(weight), 1)
            responses = torch.einsum("weh,hce->cw", windows, weight)
            for row in responses.detach().numpy():
                best = np.sort(row)[::-1]
                others = best[best < best[0] - 1e-12]  # exact ties go to the earliest everywhere
                smallest = min(smallest, float(best[0] - others[0]) if len(others) else smallest)
    return smallest


@KINDS
@settings(max_examples=40, deadline=None)
@given(PROTOCOLS, SHARES, st.integers(1, 9), st.integers(0, 999))
def test_in_float64(kind: str, protocol: Protocol, share: float, reviews: int, seed: int) -> None:
    ours, dense = gradients(kind, torch.float64, protocol, share, reviews, seed)
    for name, expected in dense.items():
        torch.testing.assert_close(ours[name], expected, rtol=1e-8, atol=1e-12, msg=name)


@KINDS
@settings(max_examples=40, deadline=None)
@given(PROTOCOLS, SHARES, st.integers(1, 9), st.integers(0, 999))
def test_in_float32(kind: str, protocol: Protocol, share: float, reviews: int, seed: int) -> None:
    """Relative to the largest entry of each parameter's gradient.

    Where terms of order 1 cancel, float32 itself leaves an error of 1e-7.
    """
    ours, dense = gradients(kind, torch.float32, protocol, share, reviews, seed)
    for name, expected in dense.items():
        error = (ours[name].double() - expected).abs().max()
        assert float(error) <= 1e-5 * max(float(expected.abs().max()), 1e-2), name
