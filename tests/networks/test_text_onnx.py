"""The ONNX model, in a runtime that knows nothing of ltlib, against the network itself."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ltlib.data.reviews import Reviews
from ltlib.errors import InputError
from ltlib.evaluation import scores_of
from ltlib.networks.packing import lay_out
from ltlib.networks.text_cnn import build_model, initial_parameters
from ltlib.networks.text_onnx import onnx_model
from ltlib.protocol import Protocol
from ltlib.streams import stream
from tests.support import tiny

PROTOCOL = tiny.PROTOCOL  # heights 3, 4 and 5; the first 12 subwords of a review
VALUES = {n: 2 * v for n, v in initial_parameters(PROTOCOL, stream(0, "onnx")).items()}
CONTENT = onnx_model(PROTOCOL, VALUES)


def session(content: bytes) -> Any:
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


SESSION = session(CONTENT)


def run(given: Any, reviews: Sequence[Sequence[int]], surplus: int = 0) -> np.ndarray:
    """Probabilities by the runtime; every row is filled up to the longest, and `surplus` more."""
    tokens = np.full((len(reviews), max(map(len, reviews)) + surplus), -1, np.int64)
    for row, review in zip(tokens, reviews, strict=True):
        row[: len(review)] = review
    (probability,) = given.run(None, {"tokens": tokens})
    assert probability.dtype == np.float32
    assert probability.shape == (len(reviews),)
    return np.asarray(probability)


def expected(protocol: Protocol, values: Any, reviews: Sequence[Sequence[int]]) -> np.ndarray:
    """Probabilities by the network itself, of the first `max_length` subwords."""
    cut = [review[: protocol.max_length] for review in reviews]
    offsets = torch.tensor(np.cumsum([0, *map(len, cut)]))
    tokens = torch.tensor([token for review in cut for token in review], dtype=torch.int32)
    given = Reviews(tokens, offsets, torch.zeros(len(cut), dtype=torch.int64))
    scores = scores_of(build_model(protocol, values), lay_out(given, max(protocol.heights)))
    return scores.softmax(1)[:, 1].numpy()


TOKEN = st.integers(0, PROTOCOL.vocabulary_size - 1)
REVIEWS = st.lists(st.lists(TOKEN, min_size=1, max_size=20), min_size=1, max_size=9)


@given(REVIEWS, st.integers(0, 9))
def test_it_computes_what_the_network_does(reviews: list[list[int]], surplus: int) -> None:
    """Reviews of every length: shorter than the highest filter, longer than what is read."""
    found = run(SESSION, reviews, surplus)
    np.testing.assert_allclose(found, expected(PROTOCOL, VALUES, reviews), rtol=0, atol=1e-6)


@pytest.mark.parametrize("length", [1, 2, 4, 5, 6, 11, 12, 13, 40])
def test_every_length_alone_and_among_others(length: int) -> None:
    generator = np.random.default_rng(length)
    reviews = [generator.integers(0, 30, length).tolist() for _ in range(70)]
    others = [generator.integers(0, 30, n).tolist() for n in range(1, 30)]
    alone = [run(SESSION, [review])[0] for review in reviews]
    together = run(SESSION, [*others, *reviews])[len(others) :]
    truth = expected(PROTOCOL, VALUES, reviews)
    assert np.ptp(truth) > 0.1, "reviews that differ"
    np.testing.assert_allclose(alone, truth, rtol=0, atol=1e-6)
    np.testing.assert_allclose(together, truth, rtol=0, atol=1e-6)


@pytest.mark.parametrize("heights", [(1,), (2, 7), (5, 3)])
def test_filters_of_other_heights(heights: tuple[int, ...]) -> None:
    protocol = replace(PROTOCOL, heights=heights, max_length=7, channels=3)
    values = {n: 2 * v for n, v in initial_parameters(protocol, stream(1, "onnx")).items()}
    generator = np.random.default_rng(0)
    reviews = [generator.integers(0, 30, n).tolist() for n in (1, 2, 3, 6, 7, 8, 30) * 5]
    found = run(session(onnx_model(protocol, values)), reviews)
    np.testing.assert_allclose(found, expected(protocol, values, reviews), rtol=0, atol=1e-6)


def test_a_window_of_pads_alone_never_wins() -> None:
    """Nor one that only begins in the review: with weights of -1 and embeddings above 0 each such
    window is better than every one within.
    """
    values = {name: value.clone() for name, value in VALUES.items()}
    values["embedding.weight"] = values["embedding.weight"].abs() + 0.1
    for i in range(3):
        values[f"convolutions.{i}.weight"].fill_(-1.0)
        values[f"convolutions.{i}.bias"].fill_(100.0)
    model = session(onnx_model(PROTOCOL, values))
    for review in ([1, 2, 3, 4, 5], [1, 2], [7]):
        found = run(model, [review], surplus=9)
        np.testing.assert_allclose(found, expected(PROTOCOL, values, [review]), rtol=0, atol=1e-5)


def test_nothing_at_all_is_read_as_zero_vectors() -> None:
    (empty,) = SESSION.run(None, {"tokens": np.empty((2, 0), np.int64)})
    (pads,) = SESSION.run(None, {"tokens": np.full((2, 9), -1, np.int64)})
    np.testing.assert_array_equal(empty, pads)
    (none,) = SESSION.run(None, {"tokens": np.empty((0, 7), np.int64)})
    assert none.shape == (0,)


def test_the_model_is_sound_and_open_in_both_directions() -> None:
    model = onnx.load_from_string(CONTENT)
    onnx.checker.check_model(model, full_check=True)
    (tokens,) = model.graph.input
    assert [d.dim_param for d in tokens.type.tensor_type.shape.dim] == ["reviews", "length"]
    assert [output.name for output in model.graph.output] == ["probability"]


def test_equal_values_give_equal_bytes() -> None:
    assert onnx_model(PROTOCOL, dict(reversed(VALUES.items()))) == CONTENT


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match=r'^ONNX needs .*: pip install "ltlib\[onnx\]"$'):
        onnx_model(PROTOCOL, VALUES)
