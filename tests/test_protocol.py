"""Hyperparameters: the paper's values, and the ranges that are refused."""

import math
from dataclasses import asdict
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
    assert paper.character_coverage == 0.9995


def test_what_the_paper_leaves_open_keeps_its_default() -> None:
    """Names of stored runs leave defaults out: with another one they would name other bits."""
    kept = {
        "corpus_seed": 0, "he_slope": math.sqrt(5), "zero_biases": False, "patience": None,
        "search": "bfloat16", "survivors_from": 4, "compiled": True, "projection": "tensor",
        "halve_output": False, "retrain_epochs": None,
    }  # fmt: skip
    assert {name: asdict(Protocol())[name] for name in kept} == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prune_percent", 0), ("prune_percent", 100), ("prune_percent", -5), ("prune_percent", 150),
        ("rounds", -1), ("replicates", 0), ("replicates", -1), ("max_length", 4), ("max_length", 3),
        ("heights", ()), ("heights", (0, 3)), ("heights", (3, -1)), ("dropout", 1),
        ("dropout", -0.1), ("dropout", 1.5), ("batch_size", 0), ("batch_size", -8), ("epochs", 0),
        ("epochs", -1), ("patience", 0), ("patience", -1), ("retrain_epochs", 0),
        ("l2", -1.0), ("learning_rate", 0.0),
        ("learning_rate", -1.0), ("vocabulary_size", 0), ("vocabulary_size", -1), ("channels", 0),
        ("embedding_size", 0), ("hidden_size", 0), ("survivors_from", 0), ("survivors_from", -1),
        ("domains", 0), ("domains", -1), ("search", "half"), ("projection", "row"),
        ("character_coverage", 0.0),
        ("character_coverage", -0.5), ("character_coverage", 1.5), ("split", (10, 10, 5)),
        ("split", (0, 2, 2)), ("split", (2, -2, 2)), ("split", (2, 2)), ("split", (2, 2, 2, 2)),
        ("split", (2, "rest", 2)), ("split", (2, 3, "rest")), ("split", (2, 2, "all")),
        ("split", ("rest",)),
    ],
)  # fmt: skip
def test_out_of_range_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"^{field} is .*; it must be"):
        Protocol(**{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prune_percent", 1), ("prune_percent", 99), ("rounds", 0), ("replicates", 1),
        ("domains", 1), ("domains", None), ("heights", (1,)), ("max_length", 5),
        ("vocabulary_size", 1), ("embedding_size", 1), ("channels", 1), ("hidden_size", 1),
        ("batch_size", 1), ("epochs", 1), ("survivors_from", 1), ("patience", 1),
        ("retrain_epochs", 1),
        ("patience", None), ("dropout", 0.0), ("dropout", 0.999), ("character_coverage", 1e-6),
        ("character_coverage", 1.0), ("search", "full"), ("search", "bfloat16"),
        ("projection", "tensor"), ("projection", "layer"), ("projection", "weights"),
        ("learning_rate", 1e-9), ("l2", 0.0), ("split", (2, 2, 2)), ("split", None),
        ("split", (2, 2, "rest")),
    ],
)  # fmt: skip
def test_the_ends_of_a_range_are_in_it(field: str, value: Any) -> None:
    assert getattr(Protocol(**{field: value}), field) == value


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
