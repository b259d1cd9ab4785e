"""Tables and numbers, as a notebook and as a page would show them."""

import html
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltlib.errors import InputError
from ltlib.figures.tables import Table, first_words, percent, points, sparsity_percent

HOSTILE = '<script>alert("1")</script> & <b>bold</b>'


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
    page = Table(pd.DataFrame({"a": [text]}), "c")._repr_html_()
    cell = re.search('<td class="text">(.*)</td>', page, re.S)
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
    assert page.count('class="number"') == 2, "the headings of numbers"
    assert page.count('<td class="text">') == 2 and page.count("<td>") == 2 * 2
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
def test_first_words_is_one_short_line(text: str) -> None:
    short = first_words(text)
    assert len(short) <= 90
    assert "\n" not in short
    line = " ".join(text.split())
    assert short == line or (short.endswith("…") and line.startswith(short[:-1]))


def test_points_and_percent() -> None:
    assert points(0.0151) == "+1.5\u00a0points"
    assert points(-0.02) == "−2.0\u00a0points"
    assert points(-0.0004) == points(0.0004) == points(0.0) == "0.0\u00a0points"
    assert points(-0.0006) == "−0.1\u00a0points"
    assert percent(0.725) == "72.5%"
    assert points(float("nan")) == percent(float("nan")) == "–"


def test_what_was_not_measured_is_a_dash_unless_a_function_says_otherwise() -> None:
    table = pd.DataFrame({"a": [float("nan")], "b": [float("nan")], "c": [float("nan")]})
    (row,) = Table(table, "nothing", {"b": "{:.2f}", "c": lambda value: "…"}).rows
    assert row == ["–", "–", "…"]


@pytest.mark.parametrize(
    ("sparsity", "read"),
    [(0.0, "0%"), (0.35, "35%"), (0.986, "98.6%"), (0.9998, "99.980%"), (float("nan"), "–")],
)
def test_a_sparsity_is_never_rounded_to_everything(sparsity: float, read: str) -> None:
    assert sparsity_percent(sparsity) == read
