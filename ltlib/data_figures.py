"""Figures of the data before any training: lengths (§3) and divergences (Fig. 1)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ltlib.divergence import paper_scale
from ltlib.drawing import BLUE, GREY, VERMILLION, WIDTH, Drawing, drawable
from ltlib.errors import InputError


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


def divergence_terms(terms: pd.DataFrame, names: tuple[str, str], count: int = 20) -> Drawing:
    """The subwords that contribute most to the divergence of two domains.

    Args:
        terms: columns `piece`, `p`, `q` (its probability in either domain) and `term` (its
            summand of the divergence, in nats).
        names: the two domains.
        count: how many subwords to show.

    Raises:
        InputError: a column is missing or there are no rows.
    """
    for column in ("piece", "p", "q", "term"):
        if column not in terms.columns:
            raise InputError(f"divergence terms: column '{column}' is missing")
    if terms.empty:
        raise InputError("divergence terms: the table has no rows")
    top = terms.nlargest(count, "term")
    left = top["p"] > top["q"]
    figure = Drawing(WIDTH, 1.0 + 0.22 * len(top))
    axes = figure.subplots()
    axes.barh(
        np.arange(len(top)),
        1000 * top["term"].where(~left, -top["term"]),
        color=np.where(left, BLUE, VERMILLION),
        height=0.72,
    )
    axes.set_yticks(np.arange(len(top)), [drawable(piece) for piece in top["piece"]], fontsize=9)
    axes.set_ylim(len(top) - 0.4, -0.6)
    axes.axvline(0, color=GREY, linewidth=0.8)
    reach = 1100 * float(top["term"].max()) or 1.0
    axes.set_xlim(-reach, reach)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.set_xlabel("share of the divergence (thousandths of a nat)")
    axes.set_title(
        f"← more frequent in {drawable(names[0])}      more frequent in {drawable(names[1])} →",
        fontsize=10,
    )
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
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
