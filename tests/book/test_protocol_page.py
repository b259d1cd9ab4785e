"""The protocol page states what the code does: its fields, formulas and numbers."""

import ast
import re
from dataclasses import fields, replace

import numpy as np

from ltlib.experiments.planning import full_model
from ltlib.protocol import Protocol
from ltlib.pruning import survivors_after
from tests.support.project import ROOT

PAGE = (ROOT / "book" / "protocol.md").read_text(encoding="utf-8")
PAPER = Protocol.paper()


def row(point: str) -> str:
    """The row of this point, its cells on one line each."""
    found = PAGE.split(f"* - {point}\n")[1].split("\n* - ")[0].split("\n```")[0]
    return re.sub(r"\n    +", " ", found)


def test_every_alternative_is_another_value_of_a_field() -> None:
    named = re.findall(r"`(\w+)=([^`]+)`", PAGE)
    assert len(named) >= 6
    for field, written in named:
        value = ast.literal_eval(written)
        assert getattr(replace(PAPER, **{field: value}), field) != getattr(PAPER, field), field
    known = {field.name for field in fields(Protocol)}
    for field in re.findall(r"another `(\w+)`", PAGE) + re.findall(r"`(\w+_from)`", PAGE):
        assert field in known


def test_what_a_round_removes() -> None:
    assert f"`{PAPER.prune_percent} * n // 100`" in row("How many weights a round removes")
    kept = np.array([survivors_after(n, PAPER.prune_percent) for n in range(10_000)])
    stays = (100 - PAPER.prune_percent) * np.arange(10_000)
    assert (kept == -(-stays // 100)).all(), "rounding up what stays"
    assert "falls below two survivors" in row("The smallest tensor")
    assert kept[2:].min() == 2


def test_the_round_of_the_change() -> None:
    for point in ("How a round is computed", "A change along a chain"):
        assert re.search(rf"\b{PAPER.survivors_from}\b", row(point))
    spec = full_model("vader", "0" * 64, PAPER, "tweets", 0, 0)
    later = replace(spec, protocol=replace(PAPER, survivors_from=PAPER.survivors_from + 1))
    assert spec.hash != later.hash, "part of a run's specification"
    assert PAPER.search == "bfloat16" and "bfloat16" in row("A change along a chain")


def test_a_short_review_has_fewer_subwords_than_the_highest_filter() -> None:
    assert max(PAPER.heights) == 5
    assert "fewer than five subwords" in row("Padding")


def test_the_sizes_are_those_of_the_scales() -> None:
    fields_of = {
        "subwords of the vocabulary": "vocabulary_size",
        "entries of an embedding, $d$": "embedding_size",
        "filters of each height (3, 4 and 5)": "channels",
        "hidden units": "hidden_size",
        "dropout": "dropout",
        "subwords read of a text, at most": "max_length",
        "learning rate": "learning_rate",
        "reviews a batch": "batch_size",
        "epochs": "epochs",
        "rounds of pruning": "rounds",
    }
    protocols = [Protocol.named(scale) for scale in ("smoke", "laptop", "paper")]
    for point, name in fields_of.items():
        shown = [float(cell.replace(",", "")) for cell in re.findall(r"  - ([\d.,]+)", row(point))]
        assert shown == [getattr(protocol, name) for protocol in protocols], point
    assert {protocol.heights for protocol in protocols} == {(3, 4, 5)}
