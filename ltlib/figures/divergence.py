"""What a transfer loses beside how far apart its domains are."""

import math
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from ltlib.figures.looks import GREY, WIDTH, Drawing, drawable, series_look
from ltlib.figures.panels import tidy


def losses_by_divergence(tasks: pd.DataFrame) -> Drawing:
    """A point a task: divergence to the right, masks-reset less the target's own ticket upwards.

    Colours are those of sources, marks those of targets. The two ways between two domains stand
    side by side.

    Args:
        tasks: as `ltlib.losses` gives them.
    """
    figure = Drawing(WIDTH, 3.8)
    axes = figure.subplots()
    axes.axhline(0, color=GREY, linewidth=0.8)
    names = sorted({*tasks["source"], *tasks["target"]})
    looks = {name: series_look(index) for index, name in enumerate(names)}
    aside = (tasks["nats"].max() - tasks["nats"].min()) / 200 if len(tasks) else 0.0
    for row in tasks.to_dict("records"):
        place = row["nats"] + (aside if row["source"] > row["target"] else -aside)
        ends = [abs(row[end] - row["estimate"]) for end in ("low", "high")]
        axes.errorbar(
            [place],
            [100 * row["estimate"]],
            yerr=[[0.0 if math.isnan(end) else 100 * end] for end in ends],
            elinewidth=0.8,
            linestyle="none",
            marker=looks[row["target"]].marker,
            color=looks[row["source"]].colour,
        )
    axes.set_xlabel("Jensen–Shannon divergence (nats)")
    axes.set_ylabel("masks-reset − own (points)")
    handles: list[Artist] = [
        Line2D([], [], color=looks[name].colour, label=f"from {drawable(name)}", linewidth=3)
        for name in names
    ]
    for name in names:
        mark: dict[str, Any] = {"marker": looks[name].marker, "color": GREY, "linestyle": "none"}
        handles.append(Line2D([], [], label=f"to {drawable(name)}", **mark))
    figure.legend(
        handles=handles, loc="outside upper center", ncols=len(names), frameon=False, fontsize=8
    )
    tidy(axes)
    return figure
