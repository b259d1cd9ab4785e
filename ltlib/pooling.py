"""Convolution and 1-max pooling in one step, over packed reviews (Eq. 3).

A filter's maximum in a review comes from one window, so only that window receives gradient:
`reviews × filters × height` rows instead of one for every position. Both gradients are products
of a sparse matrix with a dense one.
"""

import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor


def max_pooled_convolution(embedded: Tensor, weight: Tensor, offsets: np.ndarray) -> Tensor:
    """The largest response of each filter in each review, `[reviews, channels]`.

    Args:
        embedded: `[total, embedding]`, reviews end to end.
        weight: `[height, channels, embedding]`.
        offsets: int64 `[reviews + 1]`; every review holds at least `height` rows.

    Of windows that tie, the earliest wins.
    """
    return _MaxPooledConvolution.apply(embedded, weight, offsets)


class _MaxPooledConvolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, embedded: Tensor, weight: Tensor, offsets: np.ndarray) -> Tensor:
        responses = window_responses(embedded, weight)
        winners = winning_windows(responses, offsets, height=len(weight))
        ctx.save_for_backward(embedded, weight, winners)
        return responses.gather(0, winners)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        embedded, weight, winners = ctx.saved_tensors
        return *pooled_gradients(embedded, weight, winners, gradients[0]), None


def window_responses(embedded: Tensor, weight: Tensor) -> Tensor:
    """Every filter at every window, border or not: `[total - height + 1, channels]` (Eq. 3)."""
    height, channels, size = weight.shape
    windows = len(embedded) - height + 1
    products = (embedded @ weight.view(height * channels, size).T).view(-1, height, channels)
    responses = products[:windows, 0].clone()
    for row in range(1, height):
        responses += products[row : row + windows, row]
    return responses


def winning_windows(responses: Tensor, offsets: np.ndarray, height: int) -> Tensor:
    """First row of each filter's best window within each review, int64 `[reviews, channels]`."""
    values = responses.detach().cpu().numpy()
    winners = np.empty((len(offsets) - 1, values.shape[1]), dtype=np.int64)
    bounds = offsets.tolist()
    for review, (begin, end) in enumerate(zip(bounds, bounds[1:], strict=False)):
        winners[review] = begin + values[begin : end - height + 1].argmax(axis=0)
    return torch.from_numpy(winners).to(responses.device)


def pooled_gradients(
    embedded: Tensor, weight: Tensor, winners: Tensor, gradient: Tensor
) -> tuple[Tensor, Tensor]:
    """Gradients of `embedded` and `weight`, given that of the pooled maxima.

    Args:
        winners: int64 `[reviews, channels]`, the winning windows' first rows.
        gradient: `[reviews, channels]`.
    """
    height, channels, size = weight.shape
    total, reviews = len(embedded), len(winners)
    rows = torch.arange(height, device=winners.device)

    # Filter row (j, c) meets, in each review, the subword at its winner + j.
    positions = winners.T[None] + rows[:, None, None]  # [height, channels, reviews]
    values = gradient.T.expand(height, channels, reviews)
    starts = torch.arange(0, positions.numel() + 1, reviews, device=winners.device)
    onto_weight = _sparse(starts, positions.flatten(), values.flatten(), total)

    # The transpose: each subword meets the filter rows that won on it. Sorted, to be a CSR matrix.
    filter_rows = torch.arange(height * channels, device=winners.device)
    filter_rows = filter_rows.repeat_interleave(reviews)
    order = torch.argsort(positions.flatten(), stable=True)
    met = torch.bincount(positions.flatten(), minlength=total)
    starts = torch.nn.functional.pad(met.cumsum(0), (1, 0))
    onto_embedded = _sparse(starts, filter_rows[order], values.flatten()[order], height * channels)

    flat = weight.reshape(height * channels, size)
    return onto_embedded @ flat, (onto_weight @ embedded).view_as(weight)


def _sparse(starts: Tensor, columns: Tensor, values: Tensor, width: int) -> Tensor:
    with warnings.catch_warnings():
        # The format is announced as beta at its first use; the tests hold it to the dense result.
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(
            starts, columns, values, (len(starts) - 1, width), check_invariants=False
        )
