"""What the explorable charts share: strategies and domains in their colours, controls, style."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from ltlib.figures.looks import AXIS_LABEL, STRATEGY_LOOKS, series_look, sparsity_labels
from ltlib.figures.tables import Format, percent

Spec = dict[str, Any]  # of a chart, in the terms of Vega or Vega-Lite

PIXELS = 560  # pixels of a chart's plane: with its axis as wide as the column of text
SHAPES = {  # matplotlib's markers by the names of Vega
    "o": "circle",
    "s": "square",
    "D": "diamond",
    "^": "triangle-up",
    "v": "triangle-down",
    "P": "cross",
    "X": "wedge",
    "": "cross",
}
FORMATS: dict[str, Format] = {
    "mean": percent,
    "area": percent,
    "deviation": percent,
    "sparsity": "{:.3%}",
}


def with_bars(data: pd.DataFrame) -> pd.DataFrame:
    """Columns `low` and `high` more: one deviation to either side of the mean, or the mean."""
    half = data["deviation"].fillna(0)
    return data.assign(low=data["mean"] - half, high=data["mean"] + half)


def reach(data: pd.DataFrame) -> list[float]:
    """A range of accuracies that holds every bar, in every state of the controls."""
    return [float(data["low"].min()) - 0.01, float(data["high"].max()) + 0.01]


def strategy_colour(strategies: Sequence[str]) -> alt.Color:
    """Strategies in the colours that they have in every figure."""
    colours = [STRATEGY_LOOKS[s].colour for s in strategies]
    scale = alt.Scale(domain=list(strategies), range=colours)
    return alt.Color("strategy:N", scale=scale, legend=alt.Legend(title=None, orient="top"))


def strategy_shape(strategies: Sequence[str]) -> alt.Shape:
    """Strategies by the markers that they have in every figure."""
    shapes = [SHAPES[STRATEGY_LOOKS[s].marker] for s in strategies]
    scale = alt.Scale(domain=list(strategies), range=shapes)
    return alt.Shape("strategy:N", scale=scale, legend=alt.Legend(title=None, orient="top"))


def choice(label: str, options: Sequence[str | int]) -> alt.BindRadioSelect:
    """A menu."""
    return alt.binding_select(options=list(options), name=label)


def series_colour(field: str, domains: Sequence[str]) -> dict[str, Any]:
    """Domains by the colours and markers that they have in every figure."""
    looks = [series_look(index) for index in range(len(domains))]
    legend = alt.Legend(title=None, orient="top")
    colours = alt.Scale(domain=list(domains), range=[look.colour for look in looks])
    shapes = alt.Scale(domain=list(domains), range=[SHAPES[look.marker] for look in looks])
    return {
        "color": alt.Color(f"{field}:N", scale=colours, legend=legend),
        "shape": alt.Shape(f"{field}:N", scale=shapes, legend=legend),
    }


def by_sparsity(data: pd.DataFrame) -> alt.X:
    """One tick a round, labelled with its sparsity in per cent."""
    labels = sparsity_labels(data)
    return (
        alt.X("round:Q")
        .scale(domain=[-0.3, max(labels) + 0.3], nice=False)
        .axis(
            values=list(labels),
            labelExpr=f"{labels}[datum.value]",
            labelAngle=-90 if len(labels) > 7 else 0,
            grid=False,
            title=AXIS_LABEL,
        )
    )


def hover(*names: str, unit: str = "accuracy", form: str = ".2%") -> list[alt.Tooltip]:
    """What is said of a point: what it is, its mean, its deviation, its replicates."""
    return [
        *(alt.Tooltip(f"{name}:N") for name in names),
        alt.Tooltip("round:Q"),
        alt.Tooltip("sparsity:Q", format=".3%"),
        alt.Tooltip("mean:Q", title=f"mean, {unit}", format=form),
        alt.Tooltip("deviation:Q", title="standard deviation", format=form),
        alt.Tooltip("replicates:Q"),
    ]


def hover_with_area(*names: str) -> list[alt.Tooltip]:
    """As `hover`, and the mean area under the ROC curve."""
    return [*hover(*names), alt.Tooltip("area:Q", title="mean, area under ROC", format=".2%")]


def styled(chart: alt.LayerChart | alt.FacetChart | alt.VConcatChart) -> alt.TopLevelMixin:
    """White ground and plain, legible axes, in either theme of the page."""
    return (
        chart.configure(background="white", font="sans-serif")
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
        .configure_legend(labelFontSize=12, symbolOpacity=1)
        .configure_title(fontSize=13, fontWeight="normal", anchor="start")
        .configure_view(stroke=None)
    )


@dataclass(frozen=True)
class Control:
    """One thing that a reader may choose.

    Attributes:
        label: what the page calls it.
        choices: in the order of the menu or slider.
        value: the choice it begins with.
        slides: whether it is a slider.
    """

    label: str
    choices: list[Any]
    value: Any
    slides: bool


def controls_of(spec: Spec) -> dict[str, Control]:
    """The controls of a chart of Vega-Lite, by the names of what they set."""
    found = {}
    for name, bind, value in _bound(spec):
        slides = bind["input"] == "range"
        choices = _stops(bind) if slides else list(bind["options"])
        found[name] = Control(bind["name"].strip(), choices, value, slides)
    return found


def beginning_with(spec: Spec, choices: Mapping[str, Any]) -> Spec:
    """The specification with these values for its controls."""
    parameters = []
    for parameter in spec["params"]:
        value = parameter["value"]
        if "select" in parameter:
            value = [{field: choices.get(field, begins) for field, begins in value[0].items()}]
        else:
            value = choices.get(parameter["name"], value)
        parameters.append(parameter | {"value": value})
    return spec | {"params": parameters}


def _bound(spec: Spec) -> Iterator[tuple[str, Spec, Any]]:
    """Name, element and value of each control; a selection, which comes last, has one a field."""
    for parameter in sorted(spec.get("params", []), key=lambda found: "select" in found):
        if "select" in parameter:
            for field, bind in parameter["bind"].items():
                yield field, bind, parameter["value"][0][field]
        else:
            yield parameter["name"], parameter["bind"], parameter["value"]


def _stops(bind: Spec) -> list[Any]:
    """The values at which a slider stops."""
    steps = round((bind["max"] - bind["min"]) / bind["step"])
    return [bind["min"] + bind["step"] * step for step in range(steps + 1)]
