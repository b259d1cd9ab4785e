"""The one figure of the whole: how far tickets and their controls are from the full model."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ltlib.figures.looks import (
    AXIS_LABEL,
    BLACK,
    GREY,
    STRATEGY_LOOKS,
    WIDTH,
    Drawing,
    Look,
    sparsity_axis,
)
from ltlib.figures.panels import LINEAR, tidy
from ltlib.results.kept import kept
from ltlib.results.side_by_side import obtained
from ltlib.results.table import REPLICATE
from ltlib.strategies import FULL_MODEL, MASKS_RANDOM, MASKS_RESET, MASKS_SHUFFLED, TICKET_TARGET

CALLED = {
    TICKET_TARGET: "the target's own ticket",
    MASKS_RESET: "moved, initial values",
    MASKS_RANDOM: "moved, random values",
    MASKS_SHUFFLED: "random places, random values",
}
PLACE = ["target", "round", *REPLICATE, "difference"]
APART = 0.18  # of a round, between the dots of two strategies
RUN: Any = {"linestyle": "none", "markeredgewidth": 0, "markersize": 3, "alpha": 0.22}
STOPPED: Any = {"linestyle": "none", "marker": "x", "markersize": 4, "alpha": 0.6}


def finding(results: pd.DataFrame, linear: Mapping[str, float] | None = None) -> Drawing:
    """Test accuracy less that of the target's full model: a dot a run, a line a strategy's mean.

    A cross is a run that gives every text the same answer, or is cut in two.

    Args:
        results: the results table, with transfers.
        linear: a linear model's accuracy in each domain (`baselines_beside`), drawn as a line: its
            mean over the targets, less that of their full models.

    Raises:
        InputError: as `kept`.
    """
    figure = Drawing(WIDTH, 4.2)
    handles = draw_finding(figure.subplots(), results, linear or {}, WIDTH - 0.8)
    figure.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    return figure


def draw_finding(
    axes: Axes, results: pd.DataFrame, linear: Mapping[str, float], width: float
) -> list[Artist]:
    """The figure's panel, `width` inches wide; what belongs into its legend."""
    runs = kept(results)
    axes.axhline(0, color=BLACK, linewidth=0.9)
    named = [name for name in CALLED if (runs["strategy"] == name).any()]
    for at, name in enumerate(named):
        shift = APART * (at - (len(named) - 1) / 2)
        _draw_runs(axes, runs[runs["strategy"] == name], STRATEGY_LOOKS[name], shift, CALLED[name])
    if linear:
        axes.axhline(100 * _ahead(results, runs, linear), label="linear model", **LINEAR)
    sparsity_axis(axes, runs, width)
    axes.set_xlim(left=runs["round"].min() - 0.6)  # the first rounds are seldom moved
    axes.set_xlabel(AXIS_LABEL)
    axes.set_ylabel("test accuracy − full model (points)")
    tidy(axes)
    handles = axes.get_legend_handles_labels()[0]
    if runs["stopped"].any():
        handles.append(Line2D([], [], color=GREY, label="one answer to all texts", **STOPPED))
    return handles


def _draw_runs(axes: Axes, runs: pd.DataFrame, look: Look, shift: float, label: str) -> None:
    """A strategy's runs, beside those of the others, and the line through their means."""
    for stopped, part in runs.groupby("stopped"):
        options = STOPPED if stopped else {"marker": look.marker, **RUN}
        dots = part.drop_duplicates(PLACE)  # what is the target's own stands beside every source
        axes.plot(dots["round"] + shift, 100 * dots["difference"], color=look.colour, **options)
    means = 100 * runs.groupby("round")["difference"].mean()
    axes.plot(means, label=label, **look.line_options())


def _ahead(results: pd.DataFrame, runs: pd.DataFrame, linear: Mapping[str, float]) -> float:
    """How much more accurate linear models are than full models, the mean of all targets."""
    full = obtained(results).groupby("domain")[FULL_MODEL].mean()
    known = [target for target in runs["target"].unique() if target in linear]
    return float(sum(linear[target] - full[target] for target in known)) / len(known)
