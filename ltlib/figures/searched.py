"""What a search for hyperparameters saw, beside what the paper's came to (§5.1)."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ltlib.figures.looks import BLUE, VERMILLION, WIDTH, Drawing
from ltlib.figures.panels import error_bar, tidy
from ltlib.protocol import Protocol
from ltlib.results.searches import Search

NAMES = {
    "embedding_size": "embedding",
    "channels": "filters of a height",
    "hidden_size": "hidden units",
    "dropout": "dropout",
}


def searched(search: Search) -> Drawing:
    """A panel a hyperparameter: every trial's value and its accuracy on the validation split.

    A line stands where the paper is, and one bar shows the standard error of an accuracy; a title
    says how much of the accuracies' variance is this hyperparameter's alone, where trials are
    enough to tell.
    """
    figure = Drawing(WIDTH, 4.6)
    grid = figure.subplots(2, 2, sharey=True).ravel()
    mean = float(search.trials["validation_accuracy"].mean())
    for axes, (field, name) in zip(grid, NAMES.items(), strict=True):
        _panel(axes, search, field)
        share = search.importance.get(field)
        axes.set_title(name if share is None else f"{name}: {share:.0%}", fontsize=10)
        tidy(axes)
    for axes in grid[::2]:
        axes.set_ylabel("validation accuracy (%)")
    aside = float(search.trials["embedding_size"].max()) / 40
    bar = error_bar(grid[0], mean, search.reviews, "validation texts", aside)
    dot: Any = {"color": BLUE, "marker": "o", "linestyle": "none"}
    figure.legend(
        handles=[
            Line2D([], [], label="a trial", markerfacecolor="none", **dot),
            Line2D([], [], label="the best trial", **dot),
            Line2D([], [], label="the paper", color=VERMILLION, linestyle="--"),
            bar,
        ],
        loc="outside upper center",
        ncols=4,
        frameon=False,
        fontsize=9,
    )
    return figure


def _panel(axes: Axes, search: Search, field: str) -> None:
    accuracies = 100 * search.trials["validation_accuracy"]
    axes.axvline(getattr(Protocol.paper(), field), color=VERMILLION, linestyle="--", linewidth=1.2)
    axes.scatter(search.trials[field], accuracies, s=26, facecolors="none", edgecolors=BLUE)
    axes.scatter(search.trials[field].iloc[:1], accuracies.iloc[:1], s=30, color=BLUE)
