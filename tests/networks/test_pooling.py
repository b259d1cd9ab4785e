"""Pooled convolutions against Eq. 3 written as loops, and their gradients against autograd's."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ltlib.networks.pooling import (
    exclude_crossing,
    max_pooled_convolutions,
    winning_windows,
    winning_windows_at_once,
)

LENGTHS = st.lists(st.integers(5, 11), min_size=1, max_size=5)
HEIGHTS = (3, 4, 5)


def case(
    lengths: list[int], seed: int, heights: tuple[int, ...] = HEIGHTS, channels: int = 4
) -> tuple[Tensor, list[Tensor], np.ndarray]:
    generator = torch.Generator().manual_seed(seed)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    embedded = torch.randn(sum(lengths), 6, generator=generator, dtype=torch.float64)
    weights = [
        torch.randn(height, channels, 6, generator=generator, dtype=torch.float64)
        for height in heights
    ]
    return embedded, weights, offsets


def by_loops(embedded: Tensor, weights: list[Tensor], offsets: np.ndarray) -> Tensor:
    """Eq. 3 and 1-max pooling, one window of one filter of one review at a time."""
    rows = []
    for begin, end in itertools.pairwise(offsets.tolist()):
        features = []
        for weight in weights:
            height, channels, _ = weight.shape
            for channel in range(channels):
                windows = [
                    (embedded[i : i + height] * weight[:, channel]).sum()
                    for i in range(begin, end - height + 1)
                ]
                features.append(torch.stack(windows).max())
        rows.append(torch.stack(features))
    return torch.stack(rows)


@settings(max_examples=25, deadline=None)
@given(
    LENGTHS,
    st.integers(0, 2**16),
    st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True).map(tuple),
    st.integers(1, 4),
)
def test_values_and_gradients_equal_the_loops(
    lengths: list[int], seed: int, heights: tuple[int, ...], channels: int
) -> None:
    embedded, weights, offsets = case(lengths, seed, heights, channels)
    upstream = torch.randn(len(lengths), len(heights) * channels, dtype=torch.float64)
    leaves = [embedded, *weights]
    results = []
    for compute in (max_pooled_convolutions, by_loops):
        copies = [leaf.clone().requires_grad_() for leaf in leaves]
        pooled = compute(copies[0], copies[1:], offsets)
        gradients = torch.autograd.grad((pooled * upstream).sum(), copies)
        results.append((pooled, gradients))
    (ours, our_gradients), (theirs, their_gradients) = results
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)
    for our, their in zip(our_gradients, their_gradients, strict=True):
        torch.testing.assert_close(our, their, rtol=1e-10, atol=1e-10)


def test_long_batches_sort_alike() -> None:
    """Beyond 65,536 positions another sort is used: the gradient must not notice."""
    embedded, weights, offsets = case([40_000, 40_000], 3)
    copies = [leaf.clone().requires_grad_() for leaf in (embedded, *weights)]
    max_pooled_convolutions(copies[0], copies[1:], offsets).sum().backward()
    reference = [leaf.clone().requires_grad_() for leaf in (embedded, *weights)]
    for begin, end in itertools.pairwise(offsets.tolist()):
        for weight in reference[1:]:
            part = reference[0][begin:end].T[None]
            pooled = torch.nn.functional.conv1d(part, weight.permute(1, 2, 0)).amax(dim=2)
            pooled.sum().backward()
    for ours, theirs in zip(copies, reference, strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-9, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(LENGTHS, st.integers(0, 2**16), st.sampled_from([torch.float32, torch.float64]))
def test_all_reviews_at_once_give_the_same_winners(
    lengths: list[int], seed: int, dtype: torch.dtype
) -> None:
    """What a GPU does, with many ties, and windows of -inf where a review ends."""
    generator = torch.Generator().manual_seed(seed)
    offsets = np.cumsum([0, *lengths])
    responses = torch.randint(-1, 2, (sum(lengths), 4), generator=generator).to(dtype)
    exclude_crossing(responses, offsets, [(3, 2), (5, 2)])
    one_by_one = winning_windows(responses, offsets)
    at_once = winning_windows_at_once(responses, offsets)
    assert at_once.dtype == one_by_one.dtype and torch.equal(at_once, one_by_one)


def test_the_earliest_of_tied_windows_wins() -> None:
    embedded = torch.ones(10, 2, dtype=torch.float64, requires_grad=True)
    weight = torch.ones(3, 1, 2, dtype=torch.float64)
    max_pooled_convolutions(embedded, [weight], np.array([0, 5, 10])).sum().backward()
    assert embedded.grad is not None
    assert embedded.grad[:, 0].tolist() == [1, 1, 1, 0, 0, 1, 1, 1, 0, 0]


@pytest.mark.parametrize("other", [[5], [11, 5, 9]])
def test_what_else_is_in_the_batch_does_not_matter(other: list[int]) -> None:
    embedded, weights, offsets = case([7, *other], 5)
    alone = max_pooled_convolutions(embedded[:7], weights, np.array([0, 7]))
    together = max_pooled_convolutions(embedded, weights, offsets)
    torch.testing.assert_close(alone[0], together[0], rtol=1e-12, atol=1e-12)
