"""Convolutions and 1-max pooling (Eq. 3) of the whole network: what is not a matrix product.

Short rows are indexed where they lie: a slice of one takes longer to make than to multiply.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from ltlib.networks.kernels.compiled import compiled


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
