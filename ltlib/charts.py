"""The results as a reader explores them: one function a chart, a table in, an `Explorable` out.

Every argument after the table is the state that the chart's control of that name begins with.
"""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from ltlib.compare import obtained
from ltlib.display import Format, percent
from ltlib.drawing import STRATEGY_LOOKS, series_look
from ltlib.explorable import Explorable

WIDTH = 560  # pixels of a chart's plane: with its axis as wide as the column of text
SHAPES = {  # matplotlib's markers by the names of Vega
    "o": "circle",
    "s": "square",
    "D": "diamond",
    "^": "triangle-up",
    "v": "triangle-down",
    "P": "cross",
    "X": "wedge",
    "": "triangle-right",
}
FORMATS: dict[str, Format] = {
    "mean": percent,
    "deviation": percent,
    "sparsity": lambda value: f"{value:.3%}",
    "survivors": "{:,}",
}


def accuracies_at(results: pd.DataFrame, parameters: int, round: int) -> Explorable:
    """Test accuracies of the tickets of every domain at one sparsity, under a slider (§5.2).

    Args:
        results: the results table.
        parameters: of the network, all of them.
        round: where the slider begins.

    Raises:
        InputError: no such results.
    """
    strategies = ["full-model", "ticket-reset", "ticket-random"]
    data = over_replicates(obtained(results), ["domain"], strategies)
    data = data[(data["strategy"] != "full-model") | (data["round"] == 0)]
    data.insert(3, "survivors", ((1 - data["sparsity"]) * parameters).round().astype(int))
    base = alt.Chart(data).transform_filter(
        "datum.round == round || datum.strategy == 'full-model'"
    )
    places = {
        "y": alt.Y("domain:N").sort(None).title(None),
        "yOffset": alt.YOffset("strategy:N").sort(strategies),
        "color": strategy_colour(strategies),
    }
    x = alt.X("low:Q").scale(domain=reach(data)).axis(format="%")
    bars = base.mark_rule(strokeWidth=2).encode(
        x=x.title("test accuracy: mean over replicates ± one standard deviation"),
        x2="high:Q",
        **places,
    )
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x="mean:Q", shape=strategy_shape(strategies), tooltip=hover("domain"), **places
    )
    by_round = data.groupby("round")[["sparsity", "survivors"]].max()
    said = (
        f"'Sparsity ' + format({by_round['sparsity'].tolist()}[round], '.3%') + ', '"
        f" + format({by_round['survivors'].tolist()}[round], ',') + ' of {parameters:,} weights'"
    )
    slider = alt.binding_range(min=0, max=int(by_round.index.max()), step=1, name="Round ")
    chart = (
        alt.layer(bars, dots)
        .add_params(alt.param(name="round", value=round, bind=slider))
        .properties(width=WIDTH, height=260, title=alt.Title(alt.ExprRef(said)))
    )
    return Explorable(
        styled(chart),
        data.drop(columns=["low", "high"]),
        "Test accuracy of each domain's tickets by round: mean, standard deviation, replicates",
        "tickets-by-round",
        FORMATS,
    )


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


def choice(label: str, options: Sequence[str]) -> alt.BindRadioSelect:
    """A menu."""
    return alt.binding_select(options=list(options), name=label)


def series_colour(field: str, domains: Sequence[str]) -> dict[str, alt.Color | alt.Shape]:
    """Domains by the colours and markers that they have in every figure."""
    looks = [series_look(index) for index in range(len(domains))]
    legend = alt.Legend(title=None, orient="top")
    colours = alt.Scale(domain=list(domains), range=[look.colour for look in looks])
    shapes = alt.Scale(domain=list(domains), range=[SHAPES[look.marker] for look in looks])
    return {
        "color": alt.Color(f"{field}:N", scale=colours, legend=legend),
        "shape": alt.Shape(f"{field}:N", scale=shapes, legend=legend),
    }


def hover(*names: str) -> list[alt.Tooltip]:
    """What is said of a point: what it is, its mean, its deviation, its replicates."""
    return [
        *(alt.Tooltip(f"{name}:N") for name in names),
        alt.Tooltip("strategy:N"),
        alt.Tooltip("round:Q"),
        alt.Tooltip("sparsity:Q", format=".3%"),
        alt.Tooltip("mean:Q", title="mean accuracy", format=".2%"),
        alt.Tooltip("deviation:Q", title="standard deviation", format=".2%"),
        alt.Tooltip("replicates:Q"),
    ]


def styled(chart: alt.LayerChart | alt.FacetChart | alt.VConcatChart) -> alt.TopLevelMixin:
    """White ground and plain, legible axes, in either theme of the page."""
    return (
        chart.configure(background="white", font="sans-serif")
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
        .configure_legend(labelFontSize=12)
        .configure_title(fontSize=13, fontWeight="normal", anchor="start")
        .configure_view(stroke=None)
    )
