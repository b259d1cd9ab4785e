"""What a ticket's mask shares with others: how much of it is the domain's."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from ltlib.errors import InputError
from ltlib.figures.looks import BLUE, GREEN, GREY, VERMILLION, WIDTH, Drawing
from ltlib.figures.panels import tidy
from ltlib.results.atlas import Atlas
from ltlib.results.overlap import ALONE

OTHERS, OWN = "kept by another domain's ticket", "kept by pruning its initial values"
SAME_START = "kept by another domain's that started alike"
LOOKS: dict[str, Any] = {
    OTHERS: {"color": BLUE, "marker": "o", "markersize": 4},
    SAME_START: {"color": GREEN, "marker": "^", "markersize": 4},
    OWN: {"color": VERMILLION, "marker": "s", "markersize": 4},
    "by chance": {"color": GREY, "linestyle": (0, (4, 3))},
}


def shared_weights(atlas: Atlas, same_start: Atlas | None = None) -> pd.DataFrame:
    """The share of tickets' weights that other masks keep, too, over all domains together.

    Args:
        same_start: of domains that all start from one θ₀; an empty one adds nothing.

    Returns:
        Columns `layer, round` and those of `LOOKS`: kept by other domains' tickets, by what pruning
        a ticket's own initial values untrained would keep, by masks that are drawn at random, and
        by other domains' tickets among those of `same_start`. The layers of filters are one.

    Raises:
        InputError: the atlas is older than its table of overlaps.
    """
    if atlas.overlap.empty:
        raise InputError("atlas: knows no overlap; write it again with `ltlib export --atlas`")
    found = atlas.overlap.assign(
        layer=atlas.overlap["layer"].str.replace(r"^convolutions.*", "filters", regex=True),
        whose=np.where(atlas.overlap["target"] == ALONE, OWN, OTHERS),
    )
    by = found.groupby(["layer", "round", "whose"], sort=False)[["both", "survivors", "entries"]]
    sums = by.sum().reset_index()
    wide = sums.assign(share=sums["both"] / sums["survivors"]).pivot_table(
        "share", ["layer", "round"], "whose", sort=False
    )
    own = sums[sums["whose"] == OWN].set_index(["layer", "round"])
    shares = wide.assign(**{"by chance": own["survivors"] / own["entries"]})
    if same_start and len(same_start.overlap):
        beside = shared_weights(same_start).set_index(["layer", "round"])
        if OTHERS in beside:  # there are two domains or more
            shares[SAME_START] = beside[OTHERS]
    return shares.reset_index()


def overlap(atlas: Atlas, same_start: Atlas | None = None) -> Drawing:
    """The share of a ticket's weights that other masks keep, too, layer by layer.

    Args:
        same_start: as `shared_weights` takes it.

    Raises:
        InputError: as `shared_weights`.
    """
    shares = shared_weights(atlas, same_start)
    figure = Drawing(WIDTH, 4.6)
    grid = figure.subplots(2, 2, sharex=True, sharey=True).ravel()
    for axes, (name, own) in zip(grid, shares.groupby("layer", sort=False), strict=True):
        for whose, look in LOOKS.items():
            if whose in own:
                axes.plot(own["round"], 100 * own[whose], label=whose, **look)
        axes.set_title(name, fontsize=10)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        tidy(axes)
    figure.supxlabel("round", fontsize=10)
    figure.supylabel("of a ticket's weights (%)", fontsize=10)
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure
