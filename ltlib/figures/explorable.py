"""Figures that a reader explores in the page itself, without a kernel and without a network.

A chart is a Vega or Vega-Lite specification whose controls (sliders, menus) are bound to its
parameters. The page shows it as a picture; where scripts run, `book/_static/explore.js` puts the
chart in the picture's place. Its data stand beneath as a table and as a file.
"""

import base64
import html
import json
import struct
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from ltlib.errors import InputError
from ltlib.figures.looks import SHARPNESS, compact
from ltlib.figures.tables import Format, Table

PNG_SIZE = slice(16, 24)  # in the header: width and height, four bytes each

Spec = dict[str, Any]


class Explorable:
    """A chart with controls, at the state it begins with, and the data it shows."""

    def __init__(
        self,
        chart: alt.TopLevelMixin | Spec,
        data: pd.DataFrame,
        caption: str,
        name: str,
        formats: Mapping[str, Format] | None = None,
    ) -> None:
        """Hold the chart's specification and its data.

        Args:
            chart: a chart of Altair, or a specification of Vega.
            data: what the chart shows, as a reader would want to have it.
            caption: of the data's table, in one sentence.
            name: of the file with the data, without an ending.
            formats: of the table's columns, as `Table` takes them.

        Raises:
            InputError: there is nothing to show.
        """
        if data.empty:
            raise InputError(f"{name}: there are no data to show; run the experiment first")
        self.spec: Spec = chart if isinstance(chart, dict) else chart.to_dict()
        self.data = data
        self.name = name
        self.table = Table(data, caption, formats)

    def png(self) -> bytes:
        """The picture of the chart's first state; the same chart gives the same bytes."""
        return self._picture

    @cached_property
    def _picture(self) -> bytes:
        of_lite = "vega-lite" in self.spec["$schema"]
        draw = vl_convert.vegalite_to_png if of_lite else vl_convert.vega_to_png
        return compact(draw(json.dumps(self.spec), scale=SHARPNESS))

    def size_shown(self) -> dict[str, int]:
        """Width and height on the page, in pixels."""
        width, height = struct.unpack(">II", self.png()[PNG_SIZE])
        return {"width": round(width / SHARPNESS), "height": round(height / SHARPNESS)}

    def on_page(self) -> "OnPage":
        """What stands beneath the picture: the table, the file, the chart for the script."""
        return OnPage(self)


class OnPage:
    """An explorable figure as HTML, to be shown by the cell after the one that draws it."""

    def __init__(self, explorable: Explorable) -> None:
        self.explorable = explorable

    def __repr__(self) -> str:
        """What a reader without HTML gets."""
        return repr(self.explorable.table)

    def _repr_html_(self) -> str:
        shown = self.explorable
        spec = json.dumps(shown.spec, ensure_ascii=False).replace("<", "\\u003c")
        file = base64.b64encode(shown.data.to_csv(index=False).encode()).decode()
        name = html.escape(f"{shown.name}.csv")
        return (
            '<div class="ltlib-explorable">'
            f'<script type="application/json">{spec}</script>'
            "<details><summary>The data of this figure as a table</summary>"
            f"{shown.table._repr_html_()}</details>"
            f'<p><a download="{name}" href="data:text/csv;charset=utf-8;base64,{file}">'
            f"Download this figure’s data ({name})</a></p></div>"
        )
