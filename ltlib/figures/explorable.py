"""Figures that a reader explores in the page itself, without a kernel and without a network.

A chart is a Vega or Vega-Lite specification whose controls (sliders, menus) are bound to its
parameters. The page shows it as a picture; where scripts run, `book/_static/explore.js` puts the
chart in the picture's place. Its data stand beneath as a table and as a file. In a live notebook
the same controls are widgets.
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
from ltlib.figures.controls import Control, Spec, beginning_with, controls_of
from ltlib.figures.looks import SHARPNESS, compact
from ltlib.figures.tables import Format, Table

PNG_SIZE = slice(16, 24)  # in the header: width and height, four bytes each
WIDGET = "application/vnd.jupyter.widget-view+json"


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

    def png(self, **choices: Any) -> bytes:
        """The picture; the same chart gives the same bytes.

        Args:
            choices: by name, of the controls that stand elsewhere than the chart begins.
        """
        return _drawn(beginning_with(self.spec, choices)) if choices else self._picture

    @cached_property
    def _picture(self) -> bytes:
        return _drawn(self.spec)

    @property
    def controls(self) -> dict[str, Control]:
        """What a reader may choose, by name."""
        return controls_of(self.spec)

    def size_shown(self) -> dict[str, int]:
        """Width and height on the page, in pixels."""
        width, height = struct.unpack(">II", self.png()[PNG_SIZE])
        return {"width": round(width / SHARPNESS), "height": round(height / SHARPNESS)}

    def show(self) -> None:
        """Show the picture in a notebook; a reader with a kernel and ipywidgets has the controls.

        What stands beneath on the page is `on_page`, for the cell after this one: a figure of the
        book is a cell's whole output.
        """
        from IPython.display import display

        bundle: dict[str, Any] = {
            "image/png": base64.b64encode(self.png()).decode(),
            "text/plain": f"a figure with controls: {', '.join(self.controls)}",
        }
        if (view := _interactive(self)) is not None:
            bundle[WIDGET] = view
        display(bundle, raw=True, metadata={"image/png": self.size_shown()})

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
        spec = json.dumps(shown.spec, ensure_ascii=False, separators=(",", ":")).replace(
            "<", "\\u003c"
        )
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


def control_box(shown: Explorable) -> Any:
    """An ipywidgets box: the chart's own sliders and menus; the picture follows them."""
    import ipywidgets

    boxes = {}
    for name, control in shown.controls.items():
        kind = ipywidgets.SelectionSlider if control.slides else ipywidgets.Dropdown
        options, label = control.choices, control.label
        boxes[name] = kind(options=options, value=control.value, description=label)
    width = str(shown.size_shown()["width"])
    picture = ipywidgets.Image(value=shown.png(), format="png", width=width)

    def redraw(_: object) -> None:
        picture.value = shown.png(**{name: box.value for name, box in boxes.items()})

    for box in boxes.values():
        box.observe(redraw, names="value")
    return ipywidgets.VBox([ipywidgets.HBox(list(boxes.values())), picture])


def _interactive(shown: Explorable) -> Spec | None:
    """The widget's view, or None where ipywidgets or a kernel is missing."""
    from IPython.core.getipython import get_ipython

    if getattr(get_ipython(), "kernel", None) is None:
        return None
    try:
        view: Spec = control_box(shown)._repr_mimebundle_()[WIDGET]
    except ImportError:
        return None
    return view


def _drawn(spec: Spec) -> bytes:
    of_lite = "vega-lite" in spec["$schema"]
    draw = vl_convert.vegalite_to_png if of_lite else vl_convert.vega_to_png
    return compact(draw(json.dumps(spec), scale=SHARPNESS))
