"""Convolutions and 1-max pooling in one step, over packed reviews (Eq. 3).

All rows of all filters meet all subwords in one matrix product. A filter's maximum in a review
comes from one window, so only that window receives gradient: `reviews × filters × height` rows
instead of one for every position, and both gradients are sparse products.
"""

import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor


def max_pooled_convolutions(
    embedded: Tensor, weights: Sequence[Tensor], offsets: np.ndarray
) -> Tensor:
    """The largest response of each filter in each review, `[reviews, filters]`.

    Args:
        embedded: `[total, embedding]`, reviews end to end.
        weights: `[height, channels, embedding]` for each height; filters keep this order.
        offsets: int64 `[reviews + 1]`; every review holds at least the largest height of rows.

    Of windows that tie, the earliest wins.
    """
    return _MaxPooledConvolutions.apply(embedded, offsets, *weights)


class _MaxPooledConvolutions(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, embedded: Tensor, offsets: np.ndarray, *weights: Tensor) -> Tensor:
        ctx.shapes = [(weight.shape[0], weight.shape[1]) for weight in weights]
        flat = torch.cat([weight.flatten(0, 1) for weight in weights])
        responses = window_responses(embedded @ flat.T, offsets, ctx.shapes)
        winners = winning_windows(responses, offsets)
        ctx.save_for_backward(embedded, flat, winners)
        return responses.gather(0, winners)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        embedded, flat, winners = ctx.saved_tensors
        rows = filter_rows(ctx.shapes, embedded.device)
        onto_embedded, onto_flat = pooled_gradients(embedded, flat, winners, rows, gradients[0])
        parts = onto_flat.split([height * channels for height, channels in ctx.shapes])
        onto_weights = [p.unflatten(0, shape) for p, shape in zip(parts, ctx.shapes, strict=True)]
        return onto_embedded, None, *onto_weights


def window_responses(
    products: Tensor, offsets: np.ndarray, shapes: Sequence[tuple[int, int]]
) -> Tensor:
    """Every filter at every window, by the window's first row: `[total, filters]`.

    Windows that would cross a border are -inf.

    Args:
        products: `[total, filter rows]`, each subword's product with each row of each filter.
        shapes: height and channels of each convolution.
    """
    total = len(products)
    filters = sum(channels for _, channels in shapes)
    responses = products.new_empty(total, filters)
    first_row = first_filter = 0
    for height, channels in shapes:
        windows = total - height + 1
        part = responses[:, first_filter : first_filter + channels]
        for row in range(height):
            columns = slice(first_row + row * channels, first_row + (row + 1) * channels)
            term = products[row : row + windows, columns]
            part[:windows].copy_(term) if row == 0 else part[:windows].add_(term)
        first_row += height * channels
        first_filter += channels
    exclude_crossing(responses, offsets, shapes)
    return responses


def exclude_crossing(
    responses: Tensor, offsets: np.ndarray, shapes: Sequence[tuple[int, int]]
) -> None:
    """Set windows that would cross the end of their review to -inf."""
    first_filter = 0
    for height, channels in shapes:
        crossing = torch.from_numpy((offsets[1:, None] - np.arange(1, height)).ravel())
        part = responses[:, first_filter : first_filter + channels]
        part[crossing.to(responses.device)] = -torch.inf
        first_filter += channels


def winning_windows(responses: Tensor, offsets: np.ndarray) -> Tensor:
    """First row of each filter's best window within each review, int64 `[reviews, filters]`."""
    values = responses.detach().cpu().numpy()
    winners = np.empty((len(offsets) - 1, values.shape[1]), dtype=np.int64)
    bounds = offsets.tolist()
    for review, (begin, end) in enumerate(pairwise(bounds)):
        values[begin:end].argmax(axis=0, out=winners[review])
    return torch.from_numpy(winners + offsets[:-1, None]).to(responses.device)


class FilterRows(NamedTuple):
    """Of every filter row, in the order of the flat weights: its filter, and its place in it."""

    filter: Tensor
    place: Tensor


def filter_rows(shapes: Sequence[tuple[int, int]], device: torch.device) -> FilterRows:
    """The filter rows of convolutions of these heights and channels."""
    filters, places, first = [], [], 0
    for height, channels in shapes:
        filters.append(torch.arange(first, first + channels, device=device).repeat(height))
        places.append(torch.arange(height, device=device).repeat_interleave(channels))
        first += channels
    return FilterRows(torch.cat(filters), torch.cat(places))


def pooled_gradients(
    embedded: Tensor, flat: Tensor, winners: Tensor, rows: FilterRows, gradient: Tensor
) -> tuple[Tensor, Tensor]:
    """Gradients of `embedded` and of the flat weights, given that of the pooled maxima.

    Args:
        flat: `[filter rows, embedding]`.
        winners: int64 `[reviews, filters]`, the winning windows' first rows.
        gradient: `[reviews, filters]`.
    """
    total, reviews = len(embedded), len(winners)
    # In each review, a filter row met the subword at its filter's winner plus its own place.
    met = (winners.T[rows.filter] + rows.place[:, None]).flatten()
    values = gradient.T[rows.filter].flatten()
    starts = torch.arange(0, len(met) + 1, reviews, device=met.device)
    onto_flat = _sparse(starts, met, values, total) @ embedded

    # The transpose, brought into CSR form: for each subword the filter rows that won on it.
    order = _stable_order(met, total)
    starts = torch.nn.functional.pad(torch.bincount(met, minlength=total).cumsum(0), (1, 0))
    onto_embedded = _sparse(starts, order // reviews, values[order], len(flat)) @ flat
    return onto_embedded, onto_flat


def _stable_order(values: Tensor, bound: int) -> Tensor:
    """Indices that sort `values` below `bound`, equal ones in their order."""
    if values.is_cuda or bound > 2**16:
        return torch.argsort(values, stable=True)
    # NumPy sorts 16-bit integers by radix: 3 to 14 times faster here.
    return torch.from_numpy(np.argsort(values.numpy().astype(np.uint16), kind="stable"))


def _sparse(starts: Tensor, columns: Tensor, values: Tensor, width: int) -> Tensor:
    with warnings.catch_warnings():
        # The format is announced as beta at its first use; the tests hold it to the dense result.
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(
            starts, columns, values, (len(starts) - 1, width), check_invariants=False
        )
