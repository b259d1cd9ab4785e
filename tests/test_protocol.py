"""Hyperparameters: the paper's values, and the ranges that are refused."""

from typing import Any

import pytest

from ltlib.errors import InputError
from ltlib.protocol import Protocol


def test_defaults_are_section_5_1() -> None:
    paper = Protocol.paper()
    assert paper == Protocol()
    assert paper.split == (20_000, 10_000, 10_000)
    assert (paper.embedding_size, paper.channels, paper.heights) == (417, 127, (3, 4, 5))
    assert (paper.hidden_size, paper.max_length, paper.vocabulary_size) == (117, 500, 8_000)
    assert (paper.dropout, paper.batch_size, paper.epochs) == (0.285, 32, 15)
    assert (paper.learning_rate, paper.l2) == (1e-3, 1e-5)
    assert (paper.prune_percent, paper.rounds, paper.replicates) == (35, 20, 5)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prune_percent", 0), ("prune_percent", 100), ("prune_percent", -5), ("rounds", -1),
        ("replicates", 0), ("max_length", 4), ("heights", ()), ("heights", (0, 3)), ("dropout", 1),
        ("dropout", -0.1), ("batch_size", 0), ("epochs", 0), ("patience", 0), ("l2", -1.0),
        ("learning_rate", 0.0), ("vocabulary_size", 0), ("channels", 0), ("domains", 0),
        ("character_coverage", 0.0), ("split", (10, 10, 5)), ("split", (0, 2, 2)),
        ("split", (2, 2)),
    ],
)  # fmt: skip
def test_out_of_range_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(InputError, match=field):
        Protocol(**{field: value})


def test_scales_have_names() -> None:
    assert Protocol.named("paper") == Protocol.paper()
    assert Protocol.named("laptop") == Protocol.laptop()
    assert Protocol.named("smoke") == Protocol.smoke()
    with pytest.raises(InputError, match="choose smoke, laptop or paper"):
        Protocol.named("huge")


@pytest.mark.parametrize("scale", ["smoke", "laptop", "paper"])
def test_differences_give_the_protocol_back(scale: str) -> None:
    protocol = Protocol.named(scale)
    read = Protocol.from_differences(protocol.differences())
    assert read.differences() == protocol.differences()
    with pytest.raises(InputError, match="unknown to this version"):
        Protocol.from_differences({"colour": "red"})
