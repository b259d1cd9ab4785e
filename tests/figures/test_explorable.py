"""An explorable figure as a page holds it: its picture, its data, its chart for the script."""

import base64
import csv
import html
import io
import json
import re
import struct

import altair as alt
import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.figures.explorable import Explorable

HOSTILE = "</script><script>alert(1)</script>, \"quoted\" & 'so'"
DATA = pd.DataFrame({"name": ["a", HOSTILE], "value": [1.0, 1 / 3]})


def explorable(width: int = 200) -> Explorable:
    chart = alt.Chart(DATA).mark_point().encode(x="value:Q", y="name:N").properties(width=width)
    return Explorable(chart, DATA, "Names and values", "names", {"value": "{:.2f}"})


def page() -> str:
    return explorable().on_page()._repr_html_()


def test_the_picture_is_a_png_of_the_size_that_is_stated() -> None:
    for width in (200, 400):
        shown = explorable(width)
        picture = shown.png()
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert picture == explorable(width).png()
        pixels = struct.unpack(">II", picture[16:24])
        assert shown.size_shown()["width"] == pytest.approx(pixels[0] / 1.6, abs=1)
        assert shown.size_shown()["width"] > width


def test_the_script_finds_the_chart() -> None:
    (spec,) = re.findall(r'<script type="application/json">(.*?)</script>', page(), re.DOTALL)
    assert json.loads(spec) == explorable().spec


def test_data_that_hold_markup_stay_data() -> None:
    assert page().count("<script") == 1
    assert page().count("</script>") == 1
    assert html.escape(HOSTILE) in page()


def test_the_file_holds_the_data_as_they_are() -> None:
    (link,) = re.findall(r'download="names.csv" href="data:text/csv[^,]*,([^"]*)"', page())
    rows = list(csv.reader(io.StringIO(base64.b64decode(link).decode())))
    assert rows[0] == ["name", "value"]
    assert [row[0] for row in rows[1:]] == list(DATA["name"])
    assert [float(row[1]) for row in rows[1:]] == list(DATA["value"])


def test_the_table_stands_folded_with_its_caption() -> None:
    folded = page().split("<details>")[1].split("</details>")[0]
    assert "<caption>Names and values</caption>" in folded
    assert "0.33" in folded


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(InputError, match="names: there are no data"):
        Explorable(alt.Chart(DATA).mark_point(), DATA.iloc[:0], "Names", "names")
