"""The phase transition (§5.2, §6): where initial values begin to matter, printed and to explore."""

import altair as alt
import pandas as pd

from ltlib.figures.controls import PIXELS, by_sparsity, hover, series_colour, styled, with_bars
from ltlib.figures.explorable import Explorable
from ltlib.figures.looks import (
    AXIS_LABEL,
    BLACK,
    GREY,
    WIDTH,
    Drawing,
    drawable,
    series_look,
    sparsity_axis,
)
from ltlib.figures.panels import tidy
from ltlib.results.quantities import lead_by_round

Y_LABEL = "reset − random (points)"


def phase_transition(results: pd.DataFrame, threshold: float = 0.02) -> Drawing:
    """Ticket-reset minus ticket-random against sparsity: where initial values begin to matter.

    The difference is taken within a replicate and averaged over replicates; bars are its
    standard deviation. The grey band holds differences smaller than `threshold`; a ring marks the
    round from which a domain stays above it.

    Args:
        results: the results table.
        threshold: a difference of accuracies (0.02 is two points) too small to speak of.

    Raises:
        InputError: no such results.
    """
    leads = lead_by_round(results)
    figure = Drawing(WIDTH, 3.4)
    axes = figure.subplots()
    axes.axhspan(-100 * threshold, 100 * threshold, color="#E4E4E4", zorder=0)
    axes.axhline(0, color=GREY, linewidth=0.8)
    domains = list(dict.fromkeys(leads["domain"]))
    for index, domain in enumerate(domains):
        shift = 0.08 * (index - (len(domains) - 1) / 2)  # so that bars do not hide one another
        lead = leads[leads["domain"] == domain]
        points = 100 * lead.set_index(lead["round"] + shift)[["mean", "deviation"]]
        axes.errorbar(
            points.index,
            points["mean"],
            yerr=points["deviation"].fillna(0),
            elinewidth=0.8,
            label=drawable(domain),
            **series_look(index).line_options(),
        )
        starts = points[(lead["from_here_on"] >= threshold).to_numpy()].head(1)
        axes.plot(starts["mean"], "o", markersize=11, fillstyle="none", color=BLACK)
    sparsity_axis(axes, leads, width=WIDTH - 0.8)
    axes.set_xlabel(AXIS_LABEL)
    axes.set_ylabel(Y_LABEL)
    figure.legend(loc="outside upper center", ncols=min(4, len(domains)), frameon=False, fontsize=9)
    tidy(axes)
    return figure


def transition_at(results: pd.DataFrame, threshold: float) -> Explorable:
    """Ticket-reset minus ticket-random by round, and where it begins to matter (§5.2, §6).

    A ring marks the round from which a domain's mean difference stays at `threshold` or more.

    Args:
        results: the results table.
        threshold: in points of accuracy, where the slider begins.

    Raises:
        InputError: no such results.
    """
    leads = lead_by_round(results).dropna(subset="mean")
    leads = leads.rename(columns={"from_here_on": "from here on"})
    leads[["mean", "deviation", "from here on"]] *= 100
    data = with_bars(leads)
    domains = list(dict.fromkeys(data["domain"]))
    look = series_colour("domain", domains)
    base = alt.Chart(data).encode(x=by_sparsity(data), color=look["color"])
    # Stated: a scale cannot be taken from rings where there are none.
    ends = [min(-1.0, float(data["low"].min())), max(1.0, float(data["high"].max()))]
    y = alt.Y("mean:Q").title(Y_LABEL).scale(domain=ends)
    band = (
        alt.Chart(pd.DataFrame({"low": [-1], "high": [1]}))
        .transform_calculate(low="-threshold", high="threshold")
        .mark_rect(color="#E4E4E4", clip=True)
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
        .properties(width=PIXELS, height=300)
    )
    return Explorable(
        styled(chart),
        data.drop(columns=["low", "high"]),
        "Ticket-reset minus ticket-random in points, by round; smallest mean from here on",
        "phase-transition",
        {"sparsity": "{:.3%}", "mean": "{:.2f}", "deviation": "{:.2f}", "from here on": "{:.2f}"},
    )
