"""Convolutions and 1-max pooling (Eq. 3) of the whole network: what is not a matrix product.

Short rows are indexed where they lie: a slice of one takes longer to make than to multiply.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ltlib.networks.kernels.compiled import compiled


@cast(Callable[..., Any], intrinsic)
def number(typing: Any, product: Any) -> Any:
    """A product as a number: bfloat16, given as its bits, is the upper half of a float32."""

    def shifted(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = builder.zext(arguments[0], ir.IntType(32))
        return builder.bitcast(builder.shl(wide, ir.IntType(32)(16)), ir.FloatType())

    def same(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return arguments[0]

    if product == types.uint16:
        return types.float32(product), shifted
    return product(product), same


class Dropout(NamedTuple):
    """How entries of embedded words are dropped.

    Attributes:
        bits: uint16, of each entry; it is dropped where they are below `dropped`.
        scale: the factor of an entry that stays.
    """

    bits: np.ndarray
    dropped: int
    scale: float


@compiled
def embedded_words(
    embedding: np.ndarray, tokens: np.ndarray, dropout: Dropout, embedded: np.ndarray
) -> None:
    """Write each token's vector, with dropout.

    Args:
        embedding: `[subwords, embedding]`.
        tokens: int64 `[total]`; a negative one is the zero vector.
        embedded: `[total, embedding]`, written.
    """
    bits, dropped, scale = dropout
    size = embedding.shape[1]
    factor = embedding.dtype.type(scale)
    for position in range(len(tokens)):
        token = tokens[position]
        if token < 0:
            embedded[position] = 0
            continue
        for i in range(size):
            stays = bits[position * size + i] >= dropped
            embedded[position, i] = embedding[token, i] * factor if stays else 0


@compiled
def best_windows(
    products: np.ndarray, words: np.ndarray, offsets: np.ndarray, heights: np.ndarray,
    begin: int, end: int, winners: np.ndarray, best: np.ndarray,
) -> None:  # fmt: skip
    """Of the windows that begin at positions from `begin` to before `end`, in order: write to each
    filter's best those that are better than it.

    Args:
        products: `[words, filter rows]`, each word's with each row of each filter; numbers, or
            bfloat16 as its bits, uint16.
        words: int64, whose products each position takes, from `begin` on.
        offsets: int64 `[reviews + 1]`.
        heights: int64 `[convolutions]`, of as many filters each.
        winners: int32 `[reviews, filters]`, written: counted from the review's first window.
        best: `[reviews, filters]`, written: the responses there.
    """
    channels = winners.shape[1] // len(heights)
    line = np.empty(channels, best.dtype)
    for review in range(len(offsets) - 1):
        column = 0
        for convolution in range(len(heights)):
            height = heights[convolution]
            filters = slice(convolution * channels, (convolution + 1) * channels)
            largest, where = best[review, filters], winners[review, filters]
            last = min(offsets[review + 1] - height + 1, end)
            for place in range(max(offsets[review], begin), last):
                window, met = place - offsets[review], words[place - begin : place - begin + height]
                line[:] = 0
                for row in range(height - 1):
                    here = column + row * channels
                    term = products[met[row], here : here + channels]
                    for i in range(channels):
                        line[i] += number(term[i])
                here = column + (height - 1) * channels
                last = products[met[height - 1], here : here + channels]
                for i in range(channels):
                    response = line[i] + number(last[i])
                    larger = response > largest[i]
                    largest[i] = response if larger else largest[i]
                    where[i] = window if larger else where[i]
            column += height * channels


@compiled
def row_places(heights: np.ndarray, channels: int) -> np.ndarray:
    """Where each filter's rows lie among all filter rows, `[filters, tallest]`; -1 for none."""
    places = np.full((len(heights) * channels, heights.max()), -1)
    first = 0
    for convolution in range(len(heights)):
        for row in range(heights[convolution]):
            for channel in range(channels):
                places[convolution * channels + channel, row] = first
                first += 1
    return places


@partial(compiled, reordered=True)
def winning_values(
    embedded: np.ndarray, flat: np.ndarray, offsets: np.ndarray, places: np.ndarray,
    winners: np.ndarray, pooled: np.ndarray,
) -> None:  # fmt: skip
    """Write the responses at the winning windows, `[reviews, filters]`."""
    reviews, filters = winners.shape
    size = embedded.shape[1]
    for review in range(reviews):
        for filter_ in range(filters):
            met = offsets[review] + winners[review, filter_]
            response = embedded.dtype.type(0)
            for row in range(places.shape[1]):
                place = places[filter_, row]
                if place >= 0:
                    for i in range(size):
                        response += embedded[met + row, i] * flat[place, i]
            pooled[review, filter_] = response


@compiled
def winning_gradients(
    embedded: np.ndarray, flat: np.ndarray, offsets: np.ndarray, places: np.ndarray,
    winners: np.ndarray, gradient: np.ndarray, onto_embedded: np.ndarray, onto_flat: np.ndarray,
) -> None:  # fmt: skip
    """Add the gradients of words and of filter rows, given that of the winning responses."""
    reviews, filters = winners.shape
    size = embedded.shape[1]
    for review in range(reviews):
        for filter_ in range(filters):
            share = gradient[review, filter_]
            met = offsets[review] + winners[review, filter_]
            for row in range(places.shape[1]):
                place = places[filter_, row]
                if place >= 0 and share != 0:
                    for i in range(size):
                        onto_embedded[met + row, i] += share * flat[place, i]
                    for i in range(size):
                        onto_flat[place, i] += share * embedded[met + row, i]


@compiled
def embedding_gradient(
    onto_embedded: np.ndarray, tokens: np.ndarray, dropout: Dropout, onto: np.ndarray
) -> None:
    """Add the gradient of the embedding, given that of `embedded_words`."""
    bits, dropped, scale = dropout
    size = onto.shape[1]
    factor = onto.dtype.type(scale)
    for position in range(len(tokens)):
        token = tokens[position]
        if token >= 0:
            for i in range(size):
                stays = bits[position * size + i] >= dropped
                onto[token, i] += onto_embedded[position, i] * factor if stays else 0
