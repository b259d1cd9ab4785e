"""Figures of the data before any training: lengths (§3) and divergences (Fig. 1)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ltlib.data.divergence import paper_scale
from ltlib.errors import InputError
from ltlib.figures.looks import BLUE, VERMILLION, WIDTH, Drawing, drawable


def divergence_heatmap(matrix: pd.DataFrame, vocabulary_size: int | None = None) -> Drawing:
    """Jensen-Shannon divergence of each two domains (Fig. 1).

    Args:
        matrix: domains × domains, in nats.
        vocabulary_size: when given, a second panel shows the paper's probable scale, the mean
            over the vocabulary's entries × 1e5.

    Raises:
        InputError: the matrix is empty or its rows and columns name different domains.
    """
    if matrix.empty or list(matrix.index) != list(matrix.columns):
        raise InputError("divergence matrix: rows and columns must name the same domains")
    panels = [("nats", matrix, "{:.3f}")]
    if vocabulary_size is not None:
        scaled = paper_scale(matrix, vocabulary_size)
        panels.append((f"mean over {vocabulary_size:,} subwords × 1e5", scaled, "{:.2f}"))
    figure = Drawing(WIDTH, 3.9 if len(panels) == 2 else 5.2)
    for axes, (title, values, form) in zip(
        figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
    ):
        _heat(axes, values, form)
        axes.set_title(title, fontsize=10)
    return figure


def review_lengths(lengths: Mapping[str, Sequence[int]]) -> Drawing:
    """How long the reviews of each domain are: quartiles, whiskers at 5 and 95%.

    Args:
        lengths: subwords of each review, by domain.

    Raises:
        InputError: no domain, or a domain without reviews.
    """
    if not lengths:
        raise InputError("review lengths: no domain is given; name at least one")
    for domain, counts in lengths.items():
        if len(counts) == 0:
            raise InputError(f"review lengths: domain {domain} has no reviews")
    figure = Drawing(WIDTH, 0.9 + 0.5 * len(lengths))
    axes = figure.subplots()
    axes.boxplot(
        [np.asarray(counts) for counts in lengths.values()],
        orientation="horizontal",
        whis=(5, 95),
        showfliers=False,
        widths=0.55,
        patch_artist=True,
        boxprops={"facecolor": "#CFE5F3", "edgecolor": BLUE},
        medianprops={"color": VERMILLION, "linewidth": 2},
        tick_labels=[drawable(domain) for domain in lengths],
    )
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("subwords in a text (line: median, box: middle half, whiskers: 5 to 95%)")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _heat(axes: Axes, values: pd.DataFrame, form: str) -> None:
    numbers = values.to_numpy(dtype=float)
    axes.imshow(numbers, cmap="Blues")
    names = [drawable(str(name)) for name in values.columns]
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    dark = 0.6 * numbers.max()
    for (row, column), value in np.ndenumerate(numbers):
        axes.text(
            column,
            row,
            form.format(value),
            ha="center",
            va="center",
            color="white" if value > dark else "black",
            fontsize=10 if len(names) <= 5 else 8,
        )
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
