"""The text CNN: its size, initial values, independence of the batch, and paths."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from ltlib.data.reviews import Reviews
from ltlib.evaluation import scores_of
from ltlib.networks.packing import lay_out
from ltlib.networks.text_cnn import (
    TextCNN,
    build_model,
    connected_paths,
    dropout_scale,
    initial_parameters,
)
from ltlib.protocol import Protocol
from ltlib.pruning import full_masks
from ltlib.streams import stream
from tests.support import tiny
from tests.support.ways import KINDS, network_of


def test_the_papers_network_has_its_size() -> None:
    model = TextCNN(Protocol.paper())
    sizes = {name: p.numel() for name, p in model.named_parameters()}
    assert sizes["embedding.weight"] == 8_000 * 417
    assert sum(n for name, n in sizes.items() if name.startswith("conv")) == 127 * (417 * 12 + 3)
    assert sizes["hidden.weight"] + sizes["hidden.bias"] == 381 * 117 + 117
    assert sizes["output.weight"] + sizes["output.bias"] == 236


def test_initial_values_keep_to_eq_4() -> None:
    protocol = Protocol(
        vocabulary_size=2_000, embedding_size=50, channels=40, hidden_size=30, heights=(3, 5)
    )
    for slope, zero in ((math.sqrt(5), False), (0.0, True)):
        chosen = replace(protocol, he_slope=slope, zero_biases=zero)
        values = initial_parameters(chosen, stream(0, "test"))
        embedding = values["embedding.weight"]
        assert abs(float(embedding.mean())) < 0.02
        assert abs(float(embedding.std()) - 1) < 0.02
        fans = {"convolutions.0": 150, "convolutions.1": 250, "hidden": 80, "output": 30}
        for layer, fan_in in fans.items():
            bound = math.sqrt(6 / ((1 + slope**2) * fan_in))
            weight = values[f"{layer}.weight"].abs()
            assert float(weight.max()) <= bound * (1 + 1e-6)
            assert float(weight.max()) > 0.9 * bound, "the bound is not reached: too narrow"
            bias = values[f"{layer}.bias"].abs()
            assert float(bias.max()) <= (0 if zero else 1 / math.sqrt(fan_in) * (1 + 1e-6))
            assert zero or float(bias.max()) > 0
            if not zero and len(bias) >= 30:
                assert float(bias.max()) > 0.8 / math.sqrt(fan_in), "the bound is not reached"
                assert values[f"{layer}.bias"].min() < 0 < values[f"{layer}.bias"].max()


def test_default_bounds_are_the_frameworks() -> None:
    """a = √5 makes ±1/√fan_in of Eq. 4, which is what torch.nn.Linear draws from."""
    bound = math.sqrt(6 / ((1 + Protocol().he_slope ** 2) * 381))
    assert bound == pytest.approx(1 / math.sqrt(381))


def reviews_of(*texts: list[int]) -> Reviews:
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
    tokens = torch.tensor([token for text in texts for token in text], dtype=torch.int32)
    return Reviews(tokens, torch.from_numpy(offsets), torch.zeros(len(texts), dtype=torch.int64))


def test_a_prediction_does_not_depend_on_the_batch() -> None:
    model = build_model(tiny.PROTOCOL, initial_parameters(tiny.PROTOCOL, stream(1, "test")))
    texts = [[3, 4, 5, 6, 7, 8], [9, 2, 2], [1], [5] * 12]
    together = scores_of(model, lay_out(reviews_of(*texts), 5))
    for row, text in enumerate(texts):
        alone = scores_of(model, lay_out(reviews_of(text), 5))
        torch.testing.assert_close(alone[0], together[row], rtol=1e-5, atol=1e-6)


@KINDS
def test_every_subword_has_a_row_of_its_own(kind: str) -> None:
    """Also the unknown, which is 0: rows and subwords numbered anew together change no score."""
    values = initial_parameters(tiny.PROTOCOL, stream(1, "test"))
    order = torch.randperm(30, generator=torch.Generator().manual_seed(0))
    again = values | {"embedding.weight": values["embedding.weight"][order]}
    numbers = order.argsort().tolist()
    texts = [[0] * 5, *([*range(start, start + 10)] for start in (0, 10, 20))]
    renamed = [[numbers[token] for token in text] for text in texts]
    one, other = (
        network_of(kind, tiny.PROTOCOL, held, full_masks(held))(lay_out(reviews_of(*read), 5))
        for held, read in ((values, texts), (again, renamed))
    )
    torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("vocabulary", [30, 31])
def test_a_review_long_enough_is_never_padded(vocabulary: int) -> None:
    """Scores equal those of Eq. 3 over the review's own windows, however the batch is laid out.

    With weights of -1 every window of real subwords is negative: a pad's 0 would win.
    """
    protocol = replace(tiny.PROTOCOL, vocabulary_size=vocabulary)
    values = initial_parameters(protocol, stream(1, "test"))
    values["embedding.weight"] = values["embedding.weight"].abs() + 0.1
    for name in ("convolutions.0", "convolutions.1", "convolutions.2"):
        values[f"{name}.weight"] = -torch.ones_like(values[f"{name}.weight"])
        values[f"{name}.bias"] = torch.full_like(values[f"{name}.bias"], 100.0)
    texts = [[3, 4, 5, 6, 7, 8, 9], [2] * 12, [7, 8, 9, 10, 11]]
    scores = scores_of(build_model(protocol, values), lay_out(reviews_of(*texts), 5))
    for row, text in enumerate(texts):
        embedded = values["embedding.weight"][text]
        features = []
        for height in (3, 4, 5):
            windows = [-embedded[i : i + height].sum() for i in range(len(text) - height + 1)]
            features += [max(windows) + 100.0] * tiny.PROTOCOL.channels
        hidden = torch.relu(values["hidden.weight"] @ torch.stack(features) + values["hidden.bias"])
        expected = values["output.weight"] @ hidden + values["output.bias"]
        torch.testing.assert_close(scores[row], expected, rtol=1e-4, atol=1e-4)


def test_a_short_review_is_filled_up_with_zeros_to_the_highest_filter() -> None:
    packed = lay_out(reviews_of([3, 4], [5, 6, 7, 8, 9, 10], [1]), 5)
    assert packed.offsets.tolist() == [0, 5, 11, 16]
    assert packed.tokens.tolist() == [3, 4, -1, -1, -1, 5, 6, 7, 8, 9, 10, 1, -1, -1, -1, -1]
    values = initial_parameters(tiny.PROTOCOL, stream(2, "test"))
    scores = scores_of(build_model(tiny.PROTOCOL, values), packed)
    embedded = torch.cat([values["embedding.weight"][[3, 4]], torch.zeros(3, 6)])
    features = []
    for index, height in enumerate((3, 4, 5)):
        weight = values[f"convolutions.{index}.weight"]
        windows = [
            torch.einsum("jd,jcd->c", embedded[i : i + height], weight)
            for i in range(5 - height + 1)
        ]
        features.append(torch.stack(windows).amax(0) + values[f"convolutions.{index}.bias"])
    hidden = torch.relu(torch.cat(features))
    hidden = torch.relu(values["hidden.weight"] @ hidden + values["hidden.bias"])
    expected = values["output.weight"] @ hidden + values["output.bias"]
    torch.testing.assert_close(scores[0], expected, rtol=1e-5, atol=1e-6)


def test_dropout_keeps_the_mean_and_its_rate() -> None:
    scale = dropout_scale(torch.empty(2_000, 500), 0.285, stream(0, "dropout"))
    dropped = float((scale == 0).double().mean())
    assert dropped == pytest.approx(0.285, abs=4 * math.sqrt(0.285 * 0.715 / 1e6))
    assert scale.max().item() == pytest.approx(1 / 0.715)
    assert float(scale.mean()) == pytest.approx(1, abs=3e-3)


def test_connected_paths_equal_a_count_path_by_path() -> None:
    protocol = replace(
        tiny.PROTOCOL,
        vocabulary_size=3,
        embedding_size=2,
        channels=2,
        hidden_size=3,
        heights=(1, 2),
    )
    masks = full_masks(initial_parameters(protocol, stream(0, "paths")))
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        masks = {
            name: torch.rand(mask.shape, generator=generator) < 0.6 for name, mask in masks.items()
        }
        count = 0
        for subword, d, height, channel, hidden, out in itertools.product(
            range(3), range(2), range(2), range(2), range(3), range(2)
        ):
            feature = height * 2 + channel
            for row in range(height + 1):
                count += int(
                    masks["embedding.weight"][subword, d]
                    and masks[f"convolutions.{height}.weight"][row, channel, d]
                    and masks["hidden.weight"][hidden, feature]
                    and masks["output.weight"][out, hidden]
                )
        assert connected_paths(masks) == count
    masks["output.weight"][:] = False
    assert connected_paths(masks) == 0
