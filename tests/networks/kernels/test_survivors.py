"""The loops of survivors against dense convolutions under masks, in plain NumPy."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ltlib.networks.compiled_survivor_cnn import CompiledSurvivorCNN
from ltlib.networks.kernels.lanes import LANES
from ltlib.networks.kernels.survivors import (
    largest_responses,
    largest_responses_by_rows,
    response_gradients,
)
from ltlib.networks.packing import Packed
from ltlib.networks.text_cnn import TextCNN, initial_parameters
from ltlib.protocol import Protocol
from ltlib.streams import stream
from tests.test_training import random_masks

Search = Callable[..., None]
SEARCHES = pytest.mark.parametrize("search", [largest_responses, largest_responses_by_rows])
SHARES = st.sampled_from([0.0, 0.05, 0.3, 1.0])
EMBEDDING = "embedding.weight"


class Case(NamedTuple):
    """A network of small whole numbers, so that sums are exact and ties many; and reviews."""

    protocol: Protocol
    dense: dict[str, np.ndarray]
    masks: dict[str, torch.Tensor]
    network: CompiledSurvivorCNN
    tokens: np.ndarray
    offsets: np.ndarray
    factors: np.ndarray  # of every entry, [total, embedding]

    @property
    def embedded(self) -> np.ndarray:
        there = (self.tokens >= 0)[:, None]
        return np.where(there, self.dense[EMBEDDING][self.tokens] * self.factors, 0)

    def filters(self) -> list[tuple[str, int]]:
        channels = range(self.protocol.channels)
        names = [f"convolutions.{i}.weight" for i in range(len(self.protocol.heights))]
        return [(name, channel) for name in names for channel in channels]

    def drawn(self) -> np.ndarray:
        """The factors of surviving entries, in the order of tokens."""
        alive = self.masks[EMBEDDING].numpy()[self.tokens] & (self.tokens >= 0)[:, None]
        return self.factors[alive]

    def computed(self, search: Search = largest_responses) -> tuple[np.ndarray, np.ndarray]:
        shape = (len(self.offsets) - 1, len(self.filters()))
        pooled, winners = np.full(shape, np.nan, np.float32), np.full(shape, -9, np.int32)
        search(
            values_of(self.network), self.network.survivors, self.tokens, self.offsets,
            self.drawn(), pooled, winners,
        )  # fmt: skip
        return pooled, winners


def case_of(seed: int, share: float, heights: tuple[int, ...], dropout: bool, long: bool) -> Case:
    generator = np.random.default_rng(seed)
    size, channels, subwords = (int(n) for n in generator.integers(1, 6, 3))
    protocol = Protocol(
        vocabulary_size=subwords, embedding_size=size, channels=channels, heights=heights,
        hidden_size=2,
    )  # fmt: skip
    values = initial_parameters(protocol, stream(seed, "shapes"))
    masks = random_masks(values, share, seed)
    for mask in (masks[EMBEDDING], masks["convolutions.0.weight"]):
        mask[0] = False  # a subword without entries, and filters without a first row
    dense = {
        name: generator.integers(-2, 3, tuple(value.shape)).astype(np.float32)
        for name, value in values.items()
    }
    numbers = {name: torch.from_numpy(value) for name, value in dense.items()}
    network = CompiledSurvivorCNN(protocol, numbers, masks)
    lengths = generator.integers(max(heights), max(heights) + 8, generator.integers(1, 5))
    if long:  # reviews about the sizes at which lanes are full
        lengths = generator.choice([LANES // 2, LANES, LANES + LANES // 2, 2 * LANES], len(lengths))
        lengths += generator.integers(-1, 2, len(lengths))
    offsets = np.concatenate([[0], np.cumsum([max(heights), *lengths])])
    tokens = generator.integers(-1, subwords, offsets[-1])  # -1: the zero vector
    factors = np.ones((len(tokens), size), np.float32)
    if dropout:
        factors = generator.choice([0, 2], factors.shape).astype(np.float32)
    masked = {name: value * masks[name].numpy() for name, value in dense.items()}
    return Case(protocol, masked, masks, network, tokens, offsets, factors)


CASES = st.builds(
    case_of, st.integers(0, 2**16), SHARES,
    st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple), st.booleans(), st.booleans(),
)  # fmt: skip


@SEARCHES
@settings(max_examples=80, deadline=None)
@given(case=CASES)
def test_the_earliest_largest_response_of_every_filter(search: Search, case: Case) -> None:
    pooled, winners = case.computed(search)
    for review, (begin, end) in enumerate(zip(case.offsets, case.offsets[1:], strict=False)):
        for filter_, (name, channel) in enumerate(case.filters()):
            weights = case.dense[name][:, channel]
            responses = [
                float((case.embedded[window : window + len(weights)] * weights).sum())
                for window in range(begin, end - len(weights) + 1)
            ]
            assert pooled[review, filter_] == max(responses)
            assert winners[review, filter_] == int(np.argmax(responses))


@settings(max_examples=80, deadline=None)
@given(CASES, st.integers(0, 2**16))
def test_gradients_of_survivors_are_those_of_the_winning_windows(case: Case, seed: int) -> None:
    _, winners = case.computed()
    gradient = np.random.default_rng(seed).integers(-2, 3, winners.shape).astype(np.float32)
    onto = np.zeros(len(case.network.alive), np.float32)
    response_gradients(
        values_of(case.network), case.network.survivors, case.tokens, case.offsets,
        case.drawn(), winners, gradient, onto,
    )  # fmt: skip
    expected = {name: np.zeros_like(value) for name, value in case.dense.items()}
    for review, begin in enumerate(case.offsets[:-1]):
        for filter_, (name, channel) in enumerate(case.filters()):
            for row, weights in enumerate(case.dense[name][:, channel]):
                met = begin + winners[review, filter_] + row
                share = gradient[review, filter_]
                expected[name][row, channel] += share * case.embedded[met]
                if case.tokens[met] >= 0:
                    expected[EMBEDDING][case.tokens[met]] += share * weights * case.factors[met]
    names = [name for name, _ in TextCNN(case.protocol).named_parameters()]
    alive = [expected[name][case.masks[name].numpy()] for name in names]
    assert np.array_equal(onto, np.concatenate(alive))


@pytest.mark.parametrize(("share", "rows"), [(1.0, True), (0.3, True), (0.05, False)])
def test_rows_are_taken_where_many_entries_survive(share: float, rows: bool) -> None:
    """And both give the same, but for the order in which products are added."""
    protocol = Protocol(vocabulary_size=30, embedding_size=200, channels=9, hidden_size=4)
    values = initial_parameters(protocol, stream(0, "values"))
    masks = random_masks(values, share, 0)
    network = CompiledSurvivorCNN(protocol, values, masks)
    tokens = torch.arange(30).repeat(5)
    batch = Packed(tokens, np.array([0, 70, 150]), torch.zeros(2, dtype=torch.int64))
    factors = torch.ones(5 * int(masks[EMBEDDING].sum()))
    assert network.rows_pay(batch, factors.numpy()) == rows
    given = (values_of(network), network.survivors, tokens.numpy(), batch.offsets, factors.numpy())
    found = []
    for search in (largest_responses, largest_responses_by_rows):
        pooled, winners = np.empty((2, 27), np.float32), np.empty((2, 27), np.int32)
        search(*given, pooled, winners)
        found.append((pooled, winners))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-5, atol=1e-5)
    expected = found[1 if rows else 0][0]
    assert np.array_equal(network.pooled(batch, None).detach().numpy(), expected)
    assert share < 1 or not np.array_equal(found[0][0], found[1][0]), "one of them was taken twice"


def values_of(network: CompiledSurvivorCNN) -> np.ndarray:
    return network.alive.detach().numpy()
