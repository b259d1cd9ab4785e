"""Convolutions and 1-max pooling (Eq. 3) over what survives of the embedding and of the filters."""

from typing import NamedTuple

import numpy as np

from ltlib.networks.kernels.compiled import compiled
from ltlib.networks.kernels.lanes import LANES, add_half_row_products, add_row_products
from ltlib.networks.kernels.maxima import pass_windows


class Survivors(NamedTuple):
    """Where the survivors of embedding and filters lie in the vector of all survivors.

    Attributes:
        entries: int64 `[subwords + 1]`; those of subword t are `entries[t]` to `entries[t + 1]`.
        begin, end: int64 `[filters, tallest height]`, between which the weights of a filter's row
            lie; nowhere if the filter is not as tall.
        dimension: uint32, of each entry and each weight its dimension in the embedding.
        weights: int64 `[embedding + 1]`; the weights of dimension d are `weights[d]` to
            `weights[d + 1]` in the two lists that follow.
        place: int64, where a weight lies.
        cell: uint32, which response its product adds to, counted from the window that begins
            `tallest - 1` subwords earlier: windows by filters.
        heights: int64 `[filters]`.
    """

    entries: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    dimension: np.ndarray
    weights: np.ndarray
    place: np.ndarray
    cell: np.ndarray
    heights: np.ndarray


@compiled
def largest_responses(
    values: np.ndarray, survivors: Survivors, tokens: np.ndarray, offsets: np.ndarray,
    factors: np.ndarray, pooled: np.ndarray, winners: np.ndarray,
) -> None:  # fmt: skip
    """Write each filter's largest response in each review, and the window that has it.

    Args:
        values: of all survivors.
        tokens: int64, reviews end to end; a negative one is the zero vector.
        offsets: int64 `[reviews + 1]`.
        factors: dropout's, of every surviving entry of every token, in their order.
        pooled: `[reviews, filters]`, written.
        winners: int32 `[reviews, filters]`, written: first row of the earliest best window, counted
            from the review's first.
    """
    entries, _, _, dimension, weights, place, cell, heights = survivors
    filters, before = len(heights), heights.max() - 1
    kept = values[place]
    longest = np.diff(offsets).max()
    responses = np.empty((before + longest) * filters, values.dtype)
    windows, rows = responses.reshape(-1, filters), np.arange(before + longest)
    used = 0
    for review in range(len(offsets) - 1):
        words = tokens[offsets[review] : offsets[review + 1]]
        responses[: (before + len(words)) * filters] = 0
        for position in range(len(words)):
            if words[position] >= 0:
                near = responses[position * filters :]
                for entry in range(entries[words[position]], entries[words[position] + 1]):
                    value = values[entry] * factors[used]
                    used += 1
                    if value != 0:
                        first, last = weights[dimension[entry]], weights[dimension[entry] + 1]
                        for weight in range(first, last):
                            near[cell[weight]] += value * kept[weight]
        pooled[review], winners[review] = windows[before], 0
        first = 0
        while first < filters:
            last = first + 1
            while last < filters and heights[last] == heights[first]:
                last += 1
            others = len(words) - heights[first]  # windows, after the first
            pass_windows(
                windows, rows, before + 1, 1, others, first, last - first, 1,
                pooled, winners, review * filters + first,
            )  # fmt: skip
            first = last


@compiled
def largest_responses_by_rows(
    values: np.ndarray, survivors: Survivors, tokens: np.ndarray, offsets: np.ndarray,
    factors: np.ndarray, pooled: np.ndarray, winners: np.ndarray,
) -> None:  # fmt: skip
    """What `largest_responses` writes, for words of which many entries survive.

    Each row of a filter meets `LANES` positions at once, pruned entries among them: more products,
    and each takes a sixteenth of the time.
    """
    entries, begin, end, dimension, weights, _, _, heights = survivors
    filters, before, longest = len(heights), heights.max() - 1, np.diff(offsets).max()
    responses = np.empty((filters, before + longest + LANES), values.dtype)
    block = np.empty((len(weights) - 1, LANES), values.dtype)
    used = 0
    for review in range(len(offsets) - 1):
        words = tokens[offsets[review] : offsets[review + 1]]
        responses[:, : before + len(words)] = 0
        for chunk in range(0, len(words), LANES):
            block[:] = 0
            for position in range(chunk, min(chunk + LANES, len(words))):
                if words[position] >= 0:
                    for entry in range(entries[words[position]], entries[words[position] + 1]):
                        block[dimension[entry], position - chunk] = values[entry] * factors[used]
                        used += 1
            for filter_ in range(filters):
                line = responses[filter_]
                for row in range(heights[filter_]):
                    first, last = begin[filter_, row], end[filter_, row]
                    at = before + chunk - row  # a word is met by the window `row` words before it
                    if first == last:
                        continue
                    if len(words) - chunk > LANES // 2:
                        add_row_products(line, at, block, dimension, values, first, last)
                    else:
                        add_half_row_products(line, at, block, dimension, values, first, last)
        for filter_ in range(filters):
            windows = responses[filter_, before : before + len(words) - heights[filter_] + 1]
            best, where = windows[0], 0
            for window in range(1, len(windows)):
                if windows[window] > best:
                    best, where = windows[window], window
            pooled[review, filter_], winners[review, filter_] = best, where


@compiled
def response_gradients(
    values: np.ndarray, survivors: Survivors, tokens: np.ndarray, offsets: np.ndarray,
    factors: np.ndarray, winners: np.ndarray, gradient: np.ndarray, onto: np.ndarray,
) -> None:  # fmt: skip
    """Write the gradient of the survivors of embedding and filters, given that of the maxima.

    Only a winning window receives any.

    Args:
        gradient: `[reviews, filters]`, that of `largest_responses`' `pooled`.
        onto: of all survivors, added to.
    """
    entries, begin, end, dimension, weights, _, _, heights = survivors
    longest, embedding = np.diff(offsets).max(), len(weights) - 1
    embedded = np.zeros((longest, embedding), values.dtype)
    onto_embedded = np.empty((longest, embedding), values.dtype)
    first_of_review = 0
    for review in range(len(offsets) - 1):
        words = tokens[offsets[review] : offsets[review + 1]]
        used = first_of_review
        for position in range(len(words)):
            if words[position] >= 0:
                for entry in range(entries[words[position]], entries[words[position] + 1]):
                    embedded[position, dimension[entry]] = values[entry] * factors[used]
                    onto_embedded[position, dimension[entry]] = 0
                    used += 1
        for filter_ in range(len(heights)):
            share = gradient[review, filter_]
            if share != 0:
                for row in range(heights[filter_]):
                    met = embedded[winners[review, filter_] + row]
                    onto_met = onto_embedded[winners[review, filter_] + row]
                    for weight in range(begin[filter_, row], end[filter_, row]):
                        onto[weight] += share * met[dimension[weight]]
                        onto_met[dimension[weight]] += share * values[weight]
        used = first_of_review
        for position in range(len(words)):
            if words[position] >= 0:
                for entry in range(entries[words[position]], entries[words[position] + 1]):
                    onto[entry] += onto_embedded[position, dimension[entry]] * factors[used]
                    embedded[position, dimension[entry]] = 0  # as the next review finds it
                    used += 1
        first_of_review = used
