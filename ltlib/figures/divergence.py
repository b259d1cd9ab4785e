"""What a transfer loses beside how far apart its domains are."""

import math
from collections.abc import Mapping
from itertools import zip_longest

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ltlib.figures.looks import GREY, WIDTH, Drawing, Look, drawable, series_look
from ltlib.figures.panels import tidy


def losses_by_divergence(panels: Mapping[str, pd.DataFrame]) -> Drawing:
    """A point a task: divergence to the right, masks-reset less the target's own ticket upwards.

    Colours are those of sources, marks those of targets. The two ways between two domains stand
    side by side.

    Args:
        panels: by the sparsities they are of, in words, tasks as `ltlib.losses` gives them. Of
            several those without a known loss are left out.
    """
    first, *_ = panels
    shown = {t: each for t, each in panels.items() if t == first or each["estimate"].notna().any()}
    figure = Drawing(WIDTH, 3.8)
    known = pd.concat(panels.values())
    sources, targets = (sorted(known[end].unique()) for end in ("source", "target"))
    names = sorted({*sources, *targets})
    looks = {name: series_look(index) for index, name in enumerate(names)}
    for axes, (title, tasks) in zip(
        figure.subplots(1, len(shown), squeeze=False, sharey=True)[0], shown.items(), strict=True
    ):
        axes.axhline(0, color=GREY, linewidth=0.8)
        _points(axes, tasks, looks)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("Jensen–Shannon divergence (nats)")
        tidy(axes)
    figure.axes[0].set_ylabel("masks-reset − own (points)")
    # A column of the legend at a time: a source in its first row, a target in its second.
    handles: list[Artist] = []
    for source, target in zip_longest(sources, targets):
        above, below = (Line2D([], [], linestyle="none", label=" ") for _ in range(2))
        if source is not None:
            above.set(color=looks[source].colour, label=f"from {drawable(source)}")
            above.set(linestyle="-", linewidth=3)
        if target is not None:
            below.set(marker=looks[target].marker, color=GREY, label=f"to {drawable(target)}")
        handles += [above, below]
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=max(1, len(handles) // 2),
        frameon=False,
        fontsize=8,
    )
    return figure


def _points(axes: Axes, tasks: pd.DataFrame, looks: Mapping[str, Look]) -> None:
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
