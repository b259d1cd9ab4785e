"""Panels of accuracy against sparsity, one a domain or task."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.lines import Line2D

from ltlib.errors import InputError
from ltlib.figures.looks import (
    AXIS_LABEL,
    GREY,
    STRATEGY_LOOKS,
    WIDTH,
    Drawing,
    drawable,
    sparsity_axis,
)
from ltlib.results.side_by_side import ACCURACY, AREA, over_replicates
from ltlib.results.table import TEST_REVIEWS, smallest_test_set

T = TypeVar("T")
MEASURED = {ACCURACY: "test accuracy (%)", AREA: "area under ROC (%)"}
LINEAR: Any = {"color": GREY, "linestyle": (0, (1, 1.5)), "linewidth": 1.4, "zorder": 1}
PANEL_HEIGHTS = {1: 3.6, 2: 2.6, 3: 2.2}  # inches, by the number of columns


def grid_of_panels(
    panels: Mapping[str, pd.DataFrame],
    strategies: Sequence[str],
    reference: str | None,
    measure: str,
    n_test: int | None,
    linear: Mapping[str, float] | None = None,
) -> Drawing:
    """Curves of `strategies`, mean and standard deviation over replicates.

    Args:
        panels: by title, a table with columns `round, sparsity` and one a strategy.
        reference: a strategy drawn as a line across each panel, at its mean of round 0.
        measure: what the curves are of, a name in `MEASURED`.
        n_test: reviews in a test set; an accuracy's standard error is drawn once, in the first
            panel.
        linear: by title, the accuracy of a linear model, drawn as a line across the panel.
    """
    columns = 1 if len(panels) == 1 else 2 if len(panels) <= 5 else 3
    rows = math.ceil(len(panels) / columns)
    drawn = were_run(pd.concat(panels.values()), strategies)
    figure = Drawing(WIDTH, 0.9 + PANEL_HEIGHTS[columns] * rows)
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    for axes, (title, table) in zip(grid, panels.items(), strict=False):
        _panel(axes, table, drawn, reference)
        if linear and title in linear:
            axes.axhline(100 * linear[title], **LINEAR)
        axes.set_title(drawable(title), fontsize=10)
        sparsity_axis(axes, table, width=(WIDTH - 0.7) / columns - 0.2)
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    for axes in grid[::columns]:
        axes.set_ylabel(MEASURED[measure])
    figure.supxlabel(AXIS_LABEL, fontsize=10)
    named = [*([reference] if reference else []), *drawn]
    handles: list[Artist | ErrorbarContainer] = [_handle(strategy) for strategy in named]
    if linear:
        handles.append(Line2D([], [], label="linear model", **LINEAR))
    if n_test is not None and measure == ACCURACY:
        accuracy = float(next(iter(panels.values()))[[*strategies]].mean().mean())
        handles.append(error_bar(grid[0], accuracy, n_test))
    across = len(handles) if len(handles) <= 4 else 3
    figure.legend(
        handles=handles, loc="outside upper center", ncols=across, frameon=False, fontsize=9
    )
    return figure


def curve(table: pd.DataFrame, strategy: str) -> pd.DataFrame:
    """Columns `mean, deviation` over replicates by round, of the rounds that were run."""
    known = over_replicates(table, [], [strategy]).set_index("round")
    return known[["mean", "deviation"]].sort_index()


def were_run(table: pd.DataFrame, strategies: Sequence[str]) -> list[str]:
    """The strategies of which there is more than round 0, which may be the full model's."""
    pruned = table[table["round"] > 0]
    return [s for s in strategies if pruned.empty or pruned[s].notna().any()]


def chosen(wanted: Iterable[T] | None, column: Iterable[T], kind: str) -> list[T]:
    """The panels to draw, in order: those asked for, or all that are there.

    Raises:
        InputError: one is not there, or none is asked for.
    """
    known = list(dict.fromkeys(column))
    names = known if wanted is None else list(dict.fromkeys(wanted))
    for name in names:
        if name not in known:
            raise InputError(
                f"results: {kind} {_named(name)} is not there; there are "
                + ", ".join(_named(k) for k in known)
            )
    if not names:
        raise InputError(f"results: no {kind} to draw; name one of {', '.join(map(_named, known))}")
    return names


def tested_on(results: pd.DataFrame) -> int | None:
    """Reviews in the smallest test set; None where the results table does not say."""
    return smallest_test_set(results) if TEST_REVIEWS in results else None


def standard_error(accuracy: float, n_test: int) -> float:
    """Standard error of an accuracy measured on `n_test` reviews: √(a(1-a)/n).

    Raises:
        InputError: `n_test` is not positive.
    """
    if n_test < 1:
        raise InputError(f"n_test is {n_test}; it must be the reviews in a test set, 1 or more")
    return math.sqrt(max(0.0, accuracy * (1 - accuracy)) / n_test)


def tidy(axes: Axes) -> None:
    """Two spines and a faint grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#E0E0E0", linewidth=0.6)
    axes.set_axisbelow(True)


def _named(name: object) -> str:
    return ":".join(name) if isinstance(name, tuple) else f"{name}"


def _panel(
    axes: Axes, table: pd.DataFrame, strategies: Sequence[str], reference: str | None
) -> None:
    for strategy in strategies:
        points = curve(table, strategy) * 100
        look = STRATEGY_LOOKS[strategy]
        axes.plot(points.index, points["mean"], **look.line_options())
        low, high = points["mean"] - points["deviation"], points["mean"] + points["deviation"]
        axes.fill_between(points.index, low, high, color=look.colour, alpha=0.18, linewidth=0)
    if reference is not None:
        level = 100 * table.loc[table["round"] == 0, reference].mean()
        look = STRATEGY_LOOKS[reference]
        axes.axhline(level, color=look.colour, linestyle=look.line, linewidth=1.2, zorder=1)
    tidy(axes)


def error_bar(
    axes: Axes, accuracy: float, n_test: int, texts: str = "test texts", aside: float = 0.2
) -> ErrorbarContainer:
    """One bar of ± one standard error of `n_test` texts, `aside` to the right of what is drawn."""
    error = 100 * standard_error(accuracy, n_test)
    right = axes.get_xlim()[1]
    axes.set_xlim(right=right + 3 * aside)
    return axes.errorbar(
        [right + aside],
        [100 * accuracy],
        yerr=[error],
        fmt="none",
        ecolor=GREY,
        capsize=3,
        label=f"± {error:.1f}: error of {n_test:,} {texts}",
    )


def _handle(strategy: str) -> Line2D:
    return Line2D([], [], label=strategy, **STRATEGY_LOOKS[strategy].line_options())
