"""Tables, glued numbers and controls, as a notebook and as a page would show them."""

import ast
import base64
import builtins
import html
import re
from types import SimpleNamespace
from typing import Any

import IPython.core.getipython
import IPython.display
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltlib.errors import InputError
from ltlib.figures.looks import Drawing
from ltlib.figures.tables import (
    GLUED,
    WIDGET,
    Table,
    control_box,
    explore,
    glue,
    percent,
    points,
    shortened,
)

HOSTILE = '<script>alert("1")</script> & <b>bold</b>'


def drawn(word: str, number: int = 1) -> Drawing:
    """A picture that differs with its arguments."""
    figure = Drawing(2, 1)
    figure.text(0.1, 0.1, word * number)
    return figure


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What was displayed: data and metadata."""
    bundles: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def display(data: dict[str, Any], raw: bool, metadata: dict[str, Any]) -> None:
        assert raw
        bundles.append((data, metadata))

    monkeypatch.setattr(IPython.display, "display", display)
    return bundles


def texts_of(page: str, tag: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(rf"<{tag}(?: [^>]*)?>(.*?)</{tag}>", page)]


def test_a_review_that_holds_html_is_shown_as_text() -> None:
    table = Table(pd.DataFrame({HOSTILE: [HOSTILE]}), HOSTILE)
    page = table._repr_html_()
    assert "<script" not in page
    assert "<b>" not in page
    assert texts_of(page, "td") == [HOSTILE]
    assert texts_of(page, "th") == [HOSTILE]
    assert texts_of(page, "caption") == [HOSTILE]


@given(st.text())
def test_any_text_survives_the_way_to_the_page(text: str) -> None:
    cell = re.search("<td>(.*)</td>", Table(pd.DataFrame({"a": [text]}), "c")._repr_html_(), re.S)
    assert cell is not None
    assert html.unescape(cell[1]) == text
    assert not re.search("[<>]", cell[1])


def test_cells_are_formatted_and_numbers_marked() -> None:
    frame = pd.DataFrame(
        {"count": [1234, 5], "share": [0.125, float("nan")], "name": ["a", "b"]},
        index=pd.Index(["x", "y"], name="domain"),
    )
    table = Table(frame, "Counts", {"count": "{:,}", "share": percent})
    page = table._repr_html_()
    assert texts_of(page, "td") == ["1,234", "12.5%", "a", "5", "–", "b"]
    assert texts_of(page, "th") == ["domain", "count", "share", "name", "x", "y"]
    assert page.count('scope="row"') == 2
    assert page.count('class="number"') == 2 * 3
    plain = repr(table)
    assert plain.startswith("Counts\n")
    assert "1,234" in plain
    assert "domain" in plain


def test_an_index_without_a_name_is_not_shown() -> None:
    assert texts_of(Table(pd.DataFrame({"a": [7]}), "c")._repr_html_(), "th") == ["a"]


def test_the_same_table_reads_the_same_every_time() -> None:
    frame = pd.DataFrame({"a": [1.5, 2.5]})
    first, second = Table(frame, "c"), Table(frame, "c")
    assert repr(first) == repr(second)
    assert first._repr_html_() == second._repr_html_()
    assert "0x" not in repr(first) + first._repr_html_()


def test_bad_tables_are_refused() -> None:
    with pytest.raises(InputError, match="caption"):
        Table(pd.DataFrame({"a": [1]}), " ")
    with pytest.raises(InputError, match="'b'"):
        Table(pd.DataFrame({"a": [1]}), "c", {"b": "{:,}"})


@given(st.text(max_size=300))
def test_shortened_is_one_short_line(text: str) -> None:
    short = shortened(text)
    assert len(short) <= 90
    assert "\n" not in short
    line = " ".join(text.split())
    assert short == line or (short.endswith("…") and line.startswith(short[:-1]))


def test_points_and_percent() -> None:
    assert points(0.0151) == "+1.5\u00a0points"
    assert points(-0.02) == "−2.0\u00a0points"
    assert percent(0.725) == "72.5%"
    assert points(float("nan")) == percent(float("nan")) == "–"


def test_glued_numbers_are_found_under_their_name(shown: list[Any]) -> None:
    glue(reviews="1,600", near="movies and tweets")
    names = [metadata["scrapbook"]["name"] for _, metadata in shown]
    values = [ast.literal_eval(data[GLUED]) for data, _ in shown]
    assert dict(zip(names, values, strict=True)) == {
        "reviews": "1,600",
        "near": "movies and tweets",
    }


def test_explore_without_a_kernel_is_the_picture_of_the_first_choices(shown: list[Any]) -> None:
    explore(drawn, word=["a", "b"], number=[3, 1])
    ((data, metadata),) = shown
    assert base64.b64decode(data["image/png"]) == drawn("a", 3).png()
    assert metadata["image/png"] == {"width": 200, "height": 100}
    assert WIDGET not in data
    assert data["text/plain"] == "a figure with controls: word, number"


def test_explore_with_a_kernel_is_both(shown: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        IPython.core.getipython, "get_ipython", lambda: SimpleNamespace(kernel=object())
    )
    explore(drawn, word=["a", "b"])
    ((data, _),) = shown
    assert data[WIDGET]["model_id"]
    assert base64.b64decode(data["image/png"]) == drawn("a").png()
    assert data["text/plain"] == "a figure with controls: word"


def test_explore_without_ipywidgets_is_the_picture(
    shown: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def without_widgets(name: str, *rest: Any, **named: Any) -> Any:
        if name == "ipywidgets":
            raise ImportError(name)
        return imported(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_widgets)
    monkeypatch.setattr(
        IPython.core.getipython, "get_ipython", lambda: SimpleNamespace(kernel=object())
    )
    explore(drawn, word=["a"])
    assert set(shown[0][0]) == {"image/png", "text/plain"}


def test_the_picture_follows_the_controls() -> None:
    box = control_box(drawn, drawn("a", 1), {"word": ["a", "b"], "number": [1, 2]})
    choosers, picture, _ = box.children
    word, number = choosers.children
    assert picture.value == drawn("a", 1).png()
    word.value = "b"
    assert picture.value == drawn("b", 1).png()
    number.value = 2
    assert picture.value == drawn("b", 2).png()


def test_numbers_are_chosen_with_a_slider_in_their_order() -> None:
    box = control_box(drawn, drawn("a", 2), {"word": ["a"], "number": [2, 3, 1]})
    word, number = box.children[0].children
    assert type(number).__name__ == "SelectionSlider" and type(word).__name__ == "Dropdown"
    assert list(number.options) == [1, 2, 3] and number.value == 2
    number.value = 3
    assert box.children[1].value == drawn("a", 3).png()


def test_a_choice_that_cannot_be_drawn_says_why() -> None:
    def picky(word: str) -> Drawing:
        if word == "bad":
            raise InputError("bad: choose another")
        return drawn(word)

    box = control_box(picky, drawn("a"), {"word": ["a", "bad"]})
    choosers, picture, notice = box.children
    choosers.children[0].value = "bad"
    assert notice.value == "bad: choose another"
    assert picture.value == drawn("a").png()
    choosers.children[0].value = "a"
    assert notice.value == ""


def test_a_control_without_choices_is_refused() -> None:
    with pytest.raises(InputError, match="'word'"):
        explore(drawn, word=[])
