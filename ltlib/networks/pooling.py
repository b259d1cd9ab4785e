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

from ltlib.networks.precision import Search, search_products


def max_pooled_convolutions(
    embedded: Tensor, weights: Sequence[Tensor], offsets: np.ndarray, search: Search = "full"
) -> Tensor:
    """The largest response of each filter in each review, `[reviews, filters]`.

    Args:
        embedded: `[total, embedding]`, reviews end to end.
        weights: `[height, channels, embedding]` for each height; filters keep this order.
        offsets: int64 `[reviews + 1]`; every review holds at least the largest height of rows.
        search: precision in which the best windows are found; see `search_products`.

    Of windows that tie, the earliest wins.
    """
    with torch.no_grad():
        flat = torch.cat([weight.flatten(0, 1) for weight in weights])
        products = search_products(embedded, flat, search)
        responses = window_responses(products, offsets, shapes_of(weights))
        winners = winning_windows(responses, offsets)
    return responses_at(embedded, weights, winners)


def shapes_of(weights: Sequence[Tensor]) -> list[tuple[int, int]]:
    """Height and channels of each convolution."""
    return [(weight.shape[0], weight.shape[1]) for weight in weights]


def responses_at(embedded: Tensor, weights: Sequence[Tensor], winners: Tensor) -> Tensor:
    """Each filter's response at one window a review, `[reviews, filters]`, and its gradients.

    Args:
        embedded, weights: as `max_pooled_convolutions` takes them.
        winners: int64 `[reviews, filters]`, the windows' first rows.
    """
    return _ResponsesAt.apply(embedded, winners, *weights)


class _ResponsesAt(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, embedded: Tensor, winners: Tensor, *weights: Tensor) -> Tensor:
        shapes = shapes_of(weights)
        flat = torch.cat([weight.flatten(0, 1) for weight in weights])
        rows = filter_rows(shapes, embedded.device)
        met = met_subwords(winners, rows)
        ctx.save_for_backward(embedded, flat, met, rows.filter)
        ctx.shapes = shapes
        return pooled_values(embedded, flat, met, rows.filter)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        embedded, flat, met, filters = ctx.saved_tensors
        values = gradients[0].T[filters]
        onto_embedded, onto_flat = pooled_gradients(embedded, flat, met, values)
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
    precision = torch.promote_types(products.dtype, torch.float32)
    responses = products.new_empty(total, filters, dtype=precision)
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
    """First row of each filter's best window within each review, int64 `[reviews, filters]`.

    Of windows that tie, the earliest.
    """
    responses = responses.detach()
    if responses.device.type != "cpu":
        return winning_windows_at_once(responses, offsets)
    values = responses.numpy()
    winners = np.empty((len(offsets) - 1, values.shape[1]), dtype=np.int64)
    for review, (begin, end) in enumerate(pairwise(offsets.tolist())):
        values[begin:end].argmax(axis=0, out=winners[review])
    return torch.from_numpy(winners + offsets[:-1, None])


def winning_windows_at_once(responses: Tensor, offsets: np.ndarray) -> Tensor:
    """The same where `responses` lie, all reviews together: on a GPU nothing waits for a copy.

    Reviews are filled up to the longest with windows of -inf, which come last.
    """
    starts = torch.from_numpy(offsets[:-1]).to(responses.device)[:, None]
    ends = torch.from_numpy(offsets[1:]).to(responses.device)[:, None]
    places = starts + torch.arange(int(np.diff(offsets).max()), device=responses.device)
    filled = responses[places.minimum(ends - 1)]  # [reviews, longest, filters]
    return starts + filled.masked_fill((places >= ends)[..., None], -torch.inf).argmax(dim=1)


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


def met_subwords(winners: Tensor, rows: FilterRows) -> Tensor:
    """Which subword each filter row meets in each review's best window: `[filter rows, reviews]`.

    Args:
        winners: int64 `[reviews, filters]`, the winning windows' first rows.
    """
    return winners.T[rows.filter] + rows.place[:, None]


def pooled_values(embedded: Tensor, flat: Tensor, met: Tensor, filters: Tensor) -> Tensor:
    """The responses at the best windows, `[reviews, filters]`: of all products only these."""
    rows, reviews = met.shape
    starts = torch.arange(0, met.numel() + 1, reviews, device=met.device)
    pattern = _sparse(starts, met.flatten(), flat.new_zeros(met.numel()), len(embedded))
    products = torch.sparse.sampled_addmm(pattern, flat, embedded.T, beta=0.0).values()
    pooled = flat.new_zeros(int(filters[-1]) + 1, reviews)
    return pooled.index_add_(0, filters, products.view(rows, reviews)).T


def pooled_gradients(
    embedded: Tensor, flat: Tensor, met: Tensor, gradient: Tensor
) -> tuple[Tensor, Tensor]:
    """Gradients of `embedded` and of the flat weights, given that of the pooled maxima.

    Args:
        flat: `[filter rows, embedding]`.
        met: see `met_subwords`.
        gradient: that of each filter row's filter, `[filter rows, reviews]`.
    """
    total, reviews = len(embedded), met.shape[1]
    columns, values = met.flatten(), gradient.flatten()
    starts = torch.arange(0, len(columns) + 1, reviews, device=met.device)
    onto_flat = _sparse(starts, columns, values, total) @ embedded

    # The transpose, brought into CSR form: for each subword the filter rows that won on it.
    order = _stable_order(columns, total)
    starts = torch.nn.functional.pad(torch.bincount(columns, minlength=total).cumsum(0), (1, 0))
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
