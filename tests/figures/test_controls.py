"""The controls of every explorable figure: their choices, and the picture at each of them."""

import base64
import builtins
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import IPython.core.getipython
import numpy as np
import pandas as pd
import pytest

from ltlib import figures
from ltlib.figures.explorable import WIDGET, Explorable, control_box
from ltlib.results.atlas import atlas_of
from tests.support.results_table import falling, results_table

TABLE = results_table(falling, ("books", "music"), rounds=3, replicates=2)
DOMAINS = ["books", "music"]
NATS = pd.DataFrame(
    [("books", "music", 0.1), ("music", "books", 0.1)], columns=["source", "target", "nats"]
)
WEIGHTS = {
    "embedding.weight": (5, 4), "convolutions.0.weight": (2, 3, 4), "hidden.weight": (4, 3),
    "hidden.bias": (4,), "output.weight": (2, 4), "output.bias": (2,),
}  # fmt: skip
CHAINS = {
    domain: [
        {n: np.arange(math.prod(s)).reshape(s) % 3 >= r - k for n, s in WEIGHTS.items()}
        for r in range(3)
    ]
    for k, domain in enumerate(DOMAINS)
}
VALUES = {d: [{n: m - 0.5 for n, m in r.items()} for r in c] for d, c in CHAINS.items()}
WORDS = pd.DataFrame(
    [("books", "music", "x", 0.1, 0.5, 1.0), ("books", "music", "y", 0.9, 0.5, 0.1),
     ("music", "books", "x", 0.1, 0.5, 2.0), ("music", "books", "y", 0.9, 0.5, 0.1)],
    columns=["first", "second", "piece", "p", "q", "term"],
)  # fmt: skip
HALVES = pd.DataFrame({"domain": DOMAINS, "nats": 0.01})
ATLAS = atlas_of(CHAINS, VALUES, CHAINS, ["a", "b", "c", "d", "e"], NATS, HALVES, WORDS)
LENGTHS = {
    (d, n): [1, 2, 3 * ord(d[0]) + len(n)] for d in DOMAINS for n in ("negative", "positive")
}
TRICKS = {
    "rows": [
        {"stage": stage, "rounds": [0, 10], "expected": [None, 2.0], "milliseconds": times}
        for stage, times in (("dense", [80, 60]), ("packed", [40, 50]))
    ]
}
# For each figure how it is drawn at a state, and all states that its controls allow.
FIGURES: dict[str, tuple[Callable[..., Explorable], dict[str, list[Any]]]] = {
    "accuracies": (
        lambda **at: figures.accuracies_at(TABLE, 1000, **at),
        {"round": [0, 1, 2, 3]},
    ),
    "transition": (
        lambda **at: figures.transition_at(TABLE, **at),
        {"threshold": [n / 2 for n in range(21)]},
    ),
    "transfers": (
        lambda **at: figures.transfer_map(TABLE, ATLAS.divergence, **at),
        {
            "values": ["reset", "random"],
            "round": [0, 1, 2, 3],
            "task": ["books → music", "music → books"],
        },
    ),
    "published": (
        lambda **at: figures.tickets_of({"one": TABLE, "two": TABLE}, **at),
        {"table": ["one", "two"], "strategy": ["ticket-reset", "ticket-random"]},
    ),
    "masks": (
        lambda **at: figures.masks_of(ATLAS, **at),
        {
            "domain": ["books", "music"],
            "layer": ["embedding", "convolutions.0", "hidden", "output"],
            "round": [0, 1, 2],
        },
    ),
    "subwords": (
        lambda **at: figures.subwords_of(ATLAS, **at),
        {"domain": ["books", "music"], "round": [1, 2]},
    ),
    "output": (
        lambda **at: figures.output_layer({"one": ATLAS, "two": ATLAS}, **at),
        {
            "which": ["one, books", "one, music", "two, books", "two, music"],
            "round": [0, 1, 2],
        },
    ),
    "lengths": (
        lambda **at: figures.lengths_by_label(LENGTHS, **at),
        {"domain": ["books", "music"]},
    ),
    "words": (
        lambda **at: figures.words_between(WORDS, **at),
        {"pair": ["books and music", "music and books"]},
    ),
    "tricks": (lambda **at: figures.speed.waterfall(TRICKS, **at), {"round": [0, 10]}),
}
ONE, CHOICES = FIGURES["published"]


def of_each_figure(test: Any) -> Any:
    return pytest.mark.parametrize("name", FIGURES)(test)


def ends(choices: dict[str, list[Any]], place: int) -> dict[str, Any]:
    return {name: options[place] for name, options in choices.items()}


@of_each_figure
def test_controls_offer_every_choice_and_begin_where_asked(name: str) -> None:
    draw, choices = FIGURES[name]
    for place in (0, -1):
        controls = draw(**ends(choices, place)).controls
        assert {name: control.choices for name, control in controls.items()} == choices
        assert list(controls) == list(choices), "in the order of the arguments"
        assert {n: c.value for n, c in controls.items()} == ends(choices, place)


@of_each_figure
def test_another_choice_gives_the_picture_drawn_there_from_the_first(name: str) -> None:
    draw, choices = FIGURES[name]
    first, last = draw(**ends(choices, 0)), draw(**ends(choices, -1))
    assert first.png() != last.png(), "or nothing was compared"
    assert first.png(**ends(choices, -1)) == last.png()
    assert first.png(**ends(choices, 0)) == first.png()
    for control, options in choices.items():
        there = draw(**(ends(choices, 0) | {control: options[-1]}))
        assert first.png(**{control: options[-1]}) == there.png(), control


@of_each_figure
def test_the_picture_follows_the_widgets(name: str) -> None:
    draw, choices = FIGURES[name]
    shown = draw(**ends(choices, 0))
    choosers, picture = control_box(shown).children
    assert picture.value == shown.png()
    for chooser, (control, options) in zip(choosers.children, choices.items(), strict=True):
        assert [value for _, value in _options(chooser)] == options
        assert chooser.description == shown.controls[control].label
        chooser.value = options[-1]
    assert picture.value == shown.png(**ends(choices, -1))


def _options(chooser: Any) -> list[tuple[str, Any]]:
    return [(str(option), option) for option in chooser.options]


def test_numbers_in_a_range_have_a_slider_and_names_a_menu() -> None:
    box = control_box(figures.masks_of(ATLAS, "books", "embedding", 1))
    kinds = [type(chooser).__name__ for chooser in box.children[0].children]
    assert kinds == ["Dropdown", "Dropdown", "SelectionSlider"]


def kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    there = SimpleNamespace(kernel=object())
    monkeypatch.setattr(IPython.core.getipython, "get_ipython", lambda: there)


def test_shown_without_a_kernel_it_is_the_picture(shown: list[Any]) -> None:
    figure = ONE(**ends(CHOICES, 0))
    figure.show()
    ((data, metadata),) = shown
    assert base64.b64decode(data["image/png"]) == figure.png()
    assert metadata["image/png"] == figure.size_shown()
    assert data["text/plain"] == "a figure with controls: table, strategy"
    assert WIDGET not in data


def test_shown_with_a_kernel_it_is_both(shown: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    kernel(monkeypatch)
    figure = ONE(**ends(CHOICES, 0))
    figure.show()
    ((data, _),) = shown
    assert data[WIDGET]["model_id"]
    assert base64.b64decode(data["image/png"]) == figure.png()
    assert data["text/plain"] == "a figure with controls: table, strategy"


def test_shown_without_ipywidgets_it_is_the_picture(
    shown: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def without_widgets(name: str, *rest: Any, **named: Any) -> Any:
        if name == "ipywidgets":
            raise ImportError(name)
        return imported(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_widgets)
    kernel(monkeypatch)
    ONE(**ends(CHOICES, 0)).show()
    assert set(shown[0][0]) == {"image/png", "text/plain"}
