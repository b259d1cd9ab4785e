"""What becomes of tickets under each reading: accuracies, areas, and what the output layer says."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ltlib.figures.controls import PIXELS, choice, styled
from ltlib.figures.explorable import Explorable
from ltlib.figures.looks import (
    AXIS_LABEL,
    BLACK,
    BLUE,
    GREY,
    VERMILLION,
    WIDTH,
    Drawing,
    sparsity_axis,
)
from ltlib.figures.panels import MEASURED, tidy
from ltlib.results.atlas import Atlas
from ltlib.results.output_layer import PRUNED
from ltlib.results.readings import CUT, FATES, ONE_SIDED, WORKS

TITLES: Mapping[str, str] = {
    "tensor": "each tensor by itself",
    "layer": "weight and bias\ntogether",
    "weights": "biases never",
    "wide": "wider initial\nvalues",
    "half": "output layer at\nhalf the rate",
}
GUESSING = 50  # per cent of answers or of pairs
LOOKS: Mapping[str, dict[str, Any]] = {
    WORKS: {"marker": ".", "color": BLUE, "markersize": 4},
    ONE_SIDED: {"marker": "o", "color": VERMILLION, "markerfacecolor": "white", "markersize": 5},
    CUT: {"marker": "x", "color": BLACK, "markersize": 5},
}


def readings(told: pd.DataFrame) -> Drawing:
    """Accuracy above and area below, a column for each reading, a mark for every run; a dashed line
    where guessing is.

    Args:
        told: what `ltlib.results.readings.fates` gives, of one corpus.
    """
    shown = list(dict.fromkeys(told["reading"]))
    figure = Drawing(WIDTH, 4.4)
    grid = figure.subplots(len(MEASURED), len(shown), sharey=True, sharex=True, squeeze=False)
    for column, reading in enumerate(shown):
        rows = told[told["reading"] == reading]
        for axes, measure in zip(grid[:, column], MEASURED, strict=True):
            _runs(axes, rows, measure)
        grid[0, column].set_title(TITLES[reading], fontsize=9)
        sparsity_axis(grid[1, column], rows, width=(WIDTH - 0.7) / len(shown) - 0.1)
    for axes, label in zip(grid[:, 0], MEASURED.values(), strict=True):
        axes.set_ylabel(label, fontsize=9)
    figure.supxlabel(AXIS_LABEL, fontsize=10)
    handles = [Line2D([], [], linestyle="", label=fate, **LOOKS[fate]) for fate in FATES]
    figure.legend(
        handles=handles, loc="outside upper center", ncols=len(handles), frameon=False, fontsize=9
    )
    return figure


def _runs(axes: Axes, rows: pd.DataFrame, measure: str) -> None:
    for _, chain in rows.groupby(["domain", "seed", "replicate"]):
        axes.plot(chain["round"], 100 * chain[measure], color="#C9C9C9", linewidth=0.7, zorder=1)
    for fate in FATES:
        those = rows[rows["fate"] == fate]
        axes.plot(those["round"], 100 * those[measure], linestyle="", zorder=2, **LOOKS[fate])
    axes.axhline(GUESSING, color=GREY, linestyle=(0, (4, 3)), linewidth=0.8, zorder=0)
    tidy(axes)


def output_layer(
    atlases: Mapping[str, Atlas], which: str | None = None, round: int | None = None
) -> Explorable:
    """Which hidden units speak for which class, and whether a bias can answer them.

    A bar is what a hidden unit, when it is active, adds to the score of the positive class over
    that of the negative; the last is the bias, which is there for every review.

    Args:
        atlases: by what a menu calls them, together with the domain.
        which, round: where the controls begin; by default at the earliest round at which all units
            of a ticket speak for one class and the bias is pruned, or else at the first there is.
    """
    data = pd.concat(
        atlas.output.assign(ticket=f"{name}, " + atlas.output["domain"])
        for name, atlas in atlases.items()
    )
    data = data.loc[data["fed"], ["ticket", "round", "unit", "difference"]]
    begin = _first_one_sided(data)
    tickets = list(dict.fromkeys(data["ticket"]))
    base = (
        alt.Chart(data)
        .transform_filter("datum.ticket == which && datum.round == round")
        .transform_calculate(speaks="datum.difference > 0 ? 'for positive' : 'for negative'")
    )
    bars = base.mark_bar().encode(
        y=alt.Y("unit:N").sort(field="difference").title("hidden unit, or bias"),
        x=alt.X("difference:Q").title("what it adds: score for positive minus score for negative"),
        color=alt.Color("speaks:N")
        .scale(domain=["for positive", "for negative"], range=[BLUE, VERMILLION])
        .legend(title=None, orient="top"),
        tooltip=["unit:N", alt.Tooltip("difference:Q", format="+.3f")],
    )  # fmt: skip
    first, last = int(data["round"].min()), int(data["round"].max())
    chart = bars.add_params(
        alt.param("which", value=which or begin["ticket"], bind=choice("Ticket ", tickets)),
        alt.param(
            "round",
            value=int(begin["round"]) if round is None else round,
            bind=alt.binding_range(min=first, max=last, step=1, name="Round "),
        ),
    )
    return Explorable(
        styled(alt.layer(chart).properties(width=PIXELS, height=alt.Step(14))),
        data,
        "What each hidden unit of a ticket adds to the score for positive over that for negative",
        "output-layer",
        {"difference": "{:+.3f}"},
    )


def _first_one_sided(data: pd.DataFrame) -> pd.Series:
    """A row of the earliest ticket whose units all speak for one class, with no bias to answer."""
    for _, rows in data.groupby(["round", "ticket"]):
        units = rows.loc[rows["unit"] != PRUNED, "difference"]
        if len(units) < len(rows) and ((units <= 0).all() or (units >= 0).all()):
            return rows.iloc[0]
    return data.iloc[0]
