"""The loops of survivors against dense convolutions under masks, in plain NumPy."""

from typing import NamedTuple

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ltlib.networks.compiled_survivor_cnn import CompiledSurvivorCNN
from ltlib.networks.kernels.survivors import largest_responses, response_gradients
from ltlib.networks.text_cnn import TextCNN, initial_parameters
from ltlib.protocol import Protocol
from ltlib.streams import stream
from tests.test_training import random_masks

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

    def computed(self) -> tuple[np.ndarray, np.ndarray]:
        shape = (len(self.offsets) - 1, len(self.filters()))
        pooled, winners = np.full(shape, np.nan, np.float32), np.full(shape, -9, np.int32)
        largest_responses(
            self.network.alive.detach().numpy(), self.network.survivors, self.tokens, self.offsets,
            self.drawn(), pooled, winners,
        )  # fmt: skip
        return pooled, winners


def case_of(seed: int, share: float, heights: tuple[int, ...], dropout: bool) -> Case:
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
    offsets = np.concatenate([[0], np.cumsum([max(heights), *lengths])])
    tokens = generator.integers(-1, subwords, offsets[-1])  # -1: the zero vector
    factors = np.ones((len(tokens), size), np.float32)
    if dropout:
        factors = generator.choice([0, 2], factors.shape).astype(np.float32)
    masked = {name: value * masks[name].numpy() for name, value in dense.items()}
    return Case(protocol, masked, masks, network, tokens, offsets, factors)


CASES = st.builds(
    case_of, st.integers(0, 2**16), SHARES,
    st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple), st.booleans(),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(CASES)
def test_the_earliest_largest_response_of_every_filter(case: Case) -> None:
    pooled, winners = case.computed()
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
        case.network.alive.detach().numpy(), case.network.survivors, case.tokens, case.offsets,
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
