"""What is lost as a source is mixed with more and more of its target, drawn and in numbers."""

from collections.abc import Mapping

import pandas as pd

from ltlib.figures.looks import GREY, WIDTH, Drawing, drawable, series_look
from ltlib.figures.panels import tidy
from ltlib.figures.tables import Table
from ltlib.results.words import with_interval

ASIDE = 1.5  # percent that one task's points stand beside another's


def dial(panels: Mapping[str, pd.DataFrame]) -> Drawing:
    """A line a task: percent of the target in the source to the right, what is lost upwards.

    Args:
        panels: by the sparsities they are of, in words, what `ltlib.dial` gives. Of several those
            that are empty are left out.
    """
    first, *_ = panels
    shown = {title: found for title, found in panels.items() if title == first or len(found)}
    figure = Drawing(WIDTH, 3.6)
    for axes, (title, found) in zip(
        figure.subplots(1, len(shown), squeeze=False, sharey=True)[0], shown.items(), strict=True
    ):
        axes.axhline(0, color=GREY, linewidth=0.8)
        for index, ((source, target), rows) in enumerate(found.groupby(["source", "target"])):
            look = series_look(index)
            ends = [100 * (rows[end] - rows["estimate"]).abs().fillna(0) for end in ("low", "high")]
            axes.errorbar(
                rows["percent"] + ASIDE * index,
                100 * rows["estimate"],
                yerr=ends,
                elinewidth=0.8,
                marker=look.marker,
                color=look.colour,
                label=f"{drawable(str(source))} → {drawable(str(target))}",
            )
        axes.set_xticks(sorted(found["percent"].unique()))
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("texts of the source from the target (%)")
        tidy(axes)
    figure.axes[0].set_ylabel("masks-reset − own (points)")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def dial_table(slopes: Mapping[str, pd.DataFrame], caption: str) -> Table:
    """A row a task: what its slopes are, in points, with their intervals.

    Args:
        slopes: by the sparsities they are of, in words, what `ltlib.dial_slopes` gives.
    """
    columns = {}
    for title, found in slopes.items():
        tasks = found["source"] + " → " + found["target"]
        said = [with_interval(r["estimate"], r["low"], r["high"]) for r in found.to_dict("records")]
        columns[title] = pd.Series(said, tasks, dtype=object)
    return Table(pd.DataFrame(columns).fillna("–").rename_axis("task"), caption)
