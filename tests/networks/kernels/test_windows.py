"""The loops of the whole network against the same steps in plain NumPy."""

from collections.abc import Sequence

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ltlib.networks.kernels.maxima import best_windows
from ltlib.networks.kernels.windows import (
    Dropout,
    embedded_words,
    embedding_gradient,
    row_places,
    winning_gradients,
    winning_values,
)

EXAMPLES = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**16)
CHANNELS = st.one_of(st.integers(1, 20), st.integers(31, 70))  # one, some or many at once
HEIGHTS = st.lists(st.integers(1, 5), min_size=1, max_size=3)


class Case:
    """Reviews of random lengths, one of them as short as may be, and filters."""

    def __init__(self, heights: Sequence[int], channels: int, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        shortest = max(heights)
        reviews = int(self.generator.integers(1, 5))
        lengths = [shortest, *self.generator.integers(shortest, shortest + 9, reviews).tolist()]
        self.offsets = np.cumsum([0, *lengths])
        self.heights, self.channels = np.array(heights), channels
        self.filters = len(heights) * channels

    def small(self, *shape: int) -> np.ndarray:
        """Small whole numbers: sums are exact, and ties many."""
        return self.generator.integers(-2, 3, shape).astype(np.float32)

    def rows_of(self, filter_: int) -> list[int]:
        """Where a filter's rows lie among all filter rows."""
        convolution, channel = divmod(filter_, self.channels)
        first = int(self.heights[:convolution].sum()) * self.channels
        return [first + row * self.channels + channel for row in range(self.heights[convolution])]

    def windows(self) -> tuple[np.ndarray, np.ndarray]:
        """Random windows, one of each filter in each review, and what is written beside them."""
        reviews = len(self.offsets) - 1
        winners = np.empty((reviews, self.filters), np.int32)
        for review, length in enumerate(np.diff(self.offsets)):
            for filter_ in range(self.filters):
                count = length - len(self.rows_of(filter_)) + 1
                winners[review, filter_] = self.generator.integers(count)
        return winners, np.full(winners.shape, np.nan, np.float32)


@EXAMPLES
@given(HEIGHTS, CHANNELS, SEEDS, st.booleans())
def test_the_earliest_best_window_of_every_filter(
    heights: list[int], channels: int, seed: int, bfloat16: bool
) -> None:
    case = Case(heights, channels, seed)
    words = case.generator.integers(0, 7, case.offsets[-1])
    products = case.small(7, int(case.heights.sum()) * channels)
    given = products
    if bfloat16:
        given = torch.from_numpy(products).bfloat16().view(torch.uint16).numpy()
    winners, best = case.windows()
    begin, total = 0, int(case.offsets[-1])
    best[:] = -np.inf
    while begin < total:  # in parts of any size
        end = int(case.generator.integers(begin, total)) + 1
        part = words[begin:]
        best_windows(given, part, case.offsets, case.heights, begin, end, winners, best)
        begin = end
    for review, (begin, end) in enumerate(zip(case.offsets, case.offsets[1:], strict=False)):
        for filter_ in range(case.filters):
            rows = case.rows_of(filter_)
            responses = [
                sum(products[words[window + i], row] for i, row in enumerate(rows))
                for window in range(begin, end - len(rows) + 1)
            ]
            assert winners[review, filter_] == int(np.argmax(responses))
            assert best[review, filter_] == max(responses)


def test_bfloat16_bits_are_read_as_torch_reads_them() -> None:
    """Every finite one, as the only window of the only filter."""
    bits = np.arange(2**16, dtype=np.uint16)
    numbers = torch.from_numpy(bits.view(np.int16)).view(torch.bfloat16).float().numpy()
    bits, numbers = bits[np.isfinite(numbers)], numbers[np.isfinite(numbers)]
    offsets, words = np.arange(len(bits) + 1), np.arange(len(bits))
    winners, best = np.zeros((len(bits), 1), np.int32), np.full((len(bits), 1), -np.inf)
    best = best.astype(np.float32)
    best_windows(bits[:, None], words, offsets, np.array([1]), 0, len(bits), winners, best)
    assert np.array_equal(best[:, 0], numbers)


@EXAMPLES
@given(HEIGHTS, st.integers(1, 5), SEEDS)
def test_values_and_gradients_at_the_winning_windows(
    heights: list[int], channels: int, seed: int
) -> None:
    case = Case(heights, channels, seed)
    size = int(case.generator.integers(1, 40))
    embedded = case.small(int(case.offsets[-1]), size)
    flat = case.small(int(case.heights.sum()) * channels, size)
    winners, pooled = case.windows()
    gradient = case.small(*winners.shape)
    onto_embedded, onto_flat = np.ones_like(embedded), np.ones_like(flat)
    place = (case.offsets, row_places(case.heights, channels), winners)
    winning_values(embedded, flat, *place, pooled)
    winning_gradients(embedded, flat, *place, gradient, onto_embedded, onto_flat)
    expected_embedded, expected_flat = np.ones_like(embedded), np.ones_like(flat)
    for review, begin in enumerate(case.offsets[:-1]):
        for filter_ in range(case.filters):
            response = 0.0
            for i, row in enumerate(case.rows_of(filter_)):
                met = begin + winners[review, filter_] + i
                response += embedded[met] @ flat[row]
                expected_embedded[met] += gradient[review, filter_] * flat[row]
                expected_flat[row] += gradient[review, filter_] * embedded[met]
            assert pooled[review, filter_] == response
    assert np.array_equal(onto_embedded, expected_embedded)
    assert np.array_equal(onto_flat, expected_flat)


@EXAMPLES
@given(st.integers(1, 9), st.integers(0, 9), SEEDS, st.sampled_from([0.0, 0.3, 0.9]))
def test_embedding_and_its_gradient_under_dropout(
    size: int, count: int, seed: int, rate: float
) -> None:
    generator = np.random.default_rng(seed)
    tokens = generator.integers(-1, 4, count)  # -1: the zero vector
    embedding = generator.standard_normal((4, size)).astype(np.float32)
    bits = generator.integers(0, 2**16, count * size, dtype=np.uint16)
    dropout = Dropout(bits, round(rate * 2**16), 1 / (1 - rate))
    kept = (bits.reshape(count, size) >= rate * 2**16) & (tokens >= 0)[:, None]
    factors = np.where(kept, np.float32(1 / (1 - rate)), np.float32(0))
    embedded = np.full((count, size), np.nan, np.float32)
    embedded_words(embedding, tokens, dropout, embedded)
    assert np.array_equal(embedded, embedding[tokens] * factors)
    onto, upstream = np.ones_like(embedding), generator.standard_normal((count, size))
    embedding_gradient(upstream.astype(np.float32), tokens, dropout, onto)
    expected = np.ones_like(embedding)
    for position in np.flatnonzero(tokens >= 0):
        expected[tokens[position]] += upstream[position].astype(np.float32) * factors[position]
    assert np.array_equal(onto, expected)
