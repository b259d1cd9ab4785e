"""What a chapter hands to other pages, as the book will look for it."""

import ast
import base64
from typing import Any

import pandas as pd

from ltlib.figures import Table, glue, share_figure, share_table
from ltlib.figures.looks import Drawing
from ltlib.figures.page import GLUED, PREFIX


def test_glued_numbers_are_found_under_their_name(shown: list[Any]) -> None:
    glue(reviews="1,600", near="movies and tweets")
    names = [metadata["scrapbook"]["name"] for _, metadata in shown]
    values = [ast.literal_eval(data[GLUED]) for data, _ in shown]
    assert dict(zip(names, values, strict=True)) == {
        "reviews": "1,600",
        "near": "movies and tweets",
    }


def test_a_shared_table_is_kept_and_not_shown(shown: list[Any]) -> None:
    table = Table(pd.DataFrame({"a": [7]}), "Sevens")
    share_table("sevens", table)
    ((data, metadata),) = shown
    assert data == {PREFIX + "text/html": table._repr_html_()}
    assert metadata["scrapbook"] == {"name": "sevens", "mime_prefix": PREFIX}


def test_a_shared_figure_is_shown_and_kept(shown: list[Any]) -> None:
    figure = Drawing(2, 1)
    share_figure("empty", figure)
    ((data, metadata),) = shown
    assert base64.b64decode(data["image/png"]) == figure.png()
    assert metadata["image/png"] == {"width": 200, "height": 100}
    assert metadata["scrapbook"] == {"name": "empty", "mime_prefix": ""}
