"""What the explorable charts share: strategies and domains in their colours, menus, style."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from ltlib.figures.looks import STRATEGY_LOOKS, series_look, sparsity_label
from ltlib.figures.tables import Format, percent

WIDTH = 560  # pixels of a chart's plane: with its axis as wide as the column of text
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
    "deviation": percent,
    "sparsity": "{:.3%}",
}


def over_replicates(
    table: pd.DataFrame, key: Sequence[str], strategies: Sequence[str]
) -> pd.DataFrame:
    """Accuracies in long form: one row for what `key` names, a round and a strategy.

    Returns:
        Columns `*key, round, sparsity, strategy, mean, deviation, replicates, low, high`; the
        deviation of one replicate is not a number, and low and high are then the mean.
    """
    by = [*key, "round", "sparsity"]
    long = table.melt(by, list(strategies), "strategy", "accuracy").dropna(subset="accuracy")
    found = long.groupby([*by, "strategy"], sort=False)["accuracy"].agg(["mean", "std", "count"])
    data = found.reset_index().rename(columns={"std": "deviation", "count": "replicates"})
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


def sparsity_axis(data: pd.DataFrame) -> alt.X:
    """One tick a round, labelled with its sparsity in per cent."""
    sparsities = data.groupby("round")["sparsity"].max()
    labels = dict(enumerate(map(sparsity_label, sparsities)))
    return (
        alt.X("round:Q")
        .scale(domain=[-0.3, max(labels) + 0.3], nice=False)
        .axis(
            values=list(labels),
            labelExpr=f"{labels}[datum.value]",
            labelAngle=-90 if len(labels) > 7 else 0,
            grid=False,
            title="sparsity (%), one tick a round",
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


def styled(chart: alt.LayerChart | alt.FacetChart | alt.VConcatChart) -> alt.TopLevelMixin:
    """White ground and plain, legible axes, in either theme of the page."""
    return (
        chart.configure(background="white", font="sans-serif")
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
        .configure_legend(labelFontSize=12, symbolOpacity=1)
        .configure_title(fontSize=13, fontWeight="normal", anchor="start")
        .configure_view(stroke=None)
    )
