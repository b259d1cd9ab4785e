"""The results as a reader explores them: one function a chart, a table in, an `Explorable` out.

Every argument after the table is the state that the chart's control of that name begins with.
"""

import altair as alt
import pandas as pd

from ltlib.figures.controls import (
    FORMATS,
    WIDTH,
    hover,
    over_replicates,
    reach,
    series_colour,
    sparsity_axis,
    strategy_colour,
    strategy_shape,
    styled,
)
from ltlib.figures.explorable import Explorable
from ltlib.figures.looks import GREY
from ltlib.results.side_by_side import obtained


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
        x="mean:Q", shape=strategy_shape(strategies), tooltip=hover("domain", "strategy"), **places
    )
    by_round = data.groupby("round")[["sparsity", "survivors"]].max()
    said = (
        f"'Sparsity ' + format({by_round['sparsity'].tolist()}[round], '.3%') + ', '"
        f" + format({by_round['survivors'].tolist()}[round], ',')"
        f" + ' of {parameters:,} weights survive'"
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
        FORMATS | {"survivors": "{:,}"},
    )


def transition_at(results: pd.DataFrame, threshold: float) -> Explorable:
    """Ticket-reset minus ticket-random by round, and where it begins to matter (§5.2, §6).

    A ring marks the round from which a domain's mean difference stays at `threshold` or more.

    Args:
        results: the results table.
        threshold: in points of accuracy, where the slider begins.

    Raises:
        InputError: no such results.
    """
    table = obtained(results)
    table["difference"] = table["ticket-reset"] - table["ticket-random"]
    data = over_replicates(table, ["domain"], ["difference"]).drop(columns="strategy")
    data[["mean", "low", "high"]] *= 100
    data["deviation"] *= 100
    pruned = data[data["round"] > 0].sort_values("round", ascending=False)
    data["from here on"] = pruned.groupby("domain")["mean"].cummin()
    domains = list(dict.fromkeys(data["domain"]))
    look = series_colour("domain", domains)
    base = alt.Chart(data).encode(x=sparsity_axis(data), color=look["color"])
    y = alt.Y("mean:Q").title("reset − random (points)")
    band = (
        alt.Chart(pd.DataFrame({"low": [-1], "high": [1]}))
        .transform_calculate(low="-threshold", high="threshold")
        .mark_rect(color="#E4E4E4")
        .encode(y=alt.Y("low:Q"), y2="high:Q")
    )
    zero = alt.Chart(pd.DataFrame({"y": [0]})).mark_rule(color=GREY).encode(y="y:Q")
    bars = base.mark_rule(opacity=0.5).encode(y="low:Q", y2="high:Q")
    dots = base.mark_point(filled=True, size=50, opacity=1).encode(
        y=y, shape=look["shape"], tooltip=hover("domain", unit="points", form=".1f")
    )
    rings = (
        base.transform_filter("isValid(datum['from here on'])")
        .transform_filter("datum['from here on'] >= threshold")
        .transform_joinaggregate(start="min(round)", groupby=["domain"])
        .transform_filter("datum.round == datum.start")
        .mark_point(shape="circle", size=220, strokeWidth=2, color="black")
        .encode(
            y="mean:Q",
            color=alt.value("black"),
            tooltip=["domain:N", alt.Tooltip("round:Q", title="from round")],
        )
    )
    slider = alt.binding_range(min=0, max=10, step=0.5, name="Points that count ")
    chart = (
        alt.layer(band, zero, bars, base.mark_line().encode(y="mean:Q"), dots, rings)
        .add_params(alt.param(name="threshold", value=threshold, bind=slider))
        .properties(width=WIDTH, height=300)
    )
    return Explorable(
        styled(chart),
        data.drop(columns=["low", "high"]),
        "Ticket-reset minus ticket-random in points, by round; smallest mean from here on",
        "phase-transition",
        {"sparsity": "{:.3%}", "mean": "{:.2f}", "deviation": "{:.2f}", "from here on": "{:.2f}"},
    )
