"""What is transferred, and from where (Fig. 2), drawn by code."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from ltlib.figures.looks import BLUE, GREY, VERMILLION, Drawing
from ltlib.strategies import MASKS_RANDOM, MASKS_RESET, TICKET_TARGET

SOURCE, TARGET, FRESH = VERMILLION, BLUE, GREY
CELLS = 6  # a mask is drawn as 6 × 6 weights
SIDE = 1.0  # of one drawn matrix, in units of the drawing
COLUMNS = {"mask": 2.3, "values": 4.3, "network": 6.3, "data": 8.4}
ROWS = (
    # strategy, origin of masks, of initial values, and what to call those values
    (TICKET_TARGET, TARGET, TARGET, "θ₀ of the target"),
    (MASKS_RESET, SOURCE, SOURCE, "θ₀ of the source"),
    (MASKS_RANDOM, SOURCE, FRESH, "drawn afresh"),
)


def transfer_diagram() -> Drawing:
    """The three strategies of §5.3: whose masks, whose initial values, whose reviews.

    Colour is origin: vermillion for the source domain, blue for the target, grey for fresh draws.
    """
    figure = Drawing(7.0, 4.1)
    axes = figure.subplots()
    _headings(axes)
    random = np.random.default_rng(0)
    masks = {colour: random.random((CELLS, CELLS)) < 0.4 for colour in (TARGET, SOURCE)}
    values = {colour: random.random((CELLS, CELLS)) for colour in (TARGET, SOURCE, FRESH)}
    for index, (strategy, masks_of, values_of, called) in enumerate(ROWS):
        top = 3.85 - 1.55 * index
        _strategy(axes, top, strategy, called)
        _matrix(axes, COLUMNS["mask"], top, masks_of, masks[masks_of] * 0.85)
        _matrix(axes, COLUMNS["values"], top, values_of, 0.15 + 0.8 * values[values_of])
        survivors = masks[masks_of] * (0.15 + 0.8 * values[values_of])
        _matrix(axes, COLUMNS["network"], top, values_of, survivors, frame=masks_of)
        _reviews(axes, COLUMNS["data"], top)
    _legend(axes)
    axes.set_xlim(0, 9.5)
    axes.set_ylim(-0.1, 5.45)
    axes.set_aspect("equal")
    axes.set_axis_off()
    return figure


def _headings(axes: Axes) -> None:
    words = ("masks m", "initial values θ′", "subnetwork m ⊙ θ′", "texts to\ntrain on")
    for left, text in zip(COLUMNS.values(), words, strict=True):
        axes.text(left + SIDE / 2, 5.15, text, ha="center", va="center", fontsize=10)


def _strategy(axes: Axes, top: float, strategy: str, called: str) -> None:
    middle = top + SIDE / 2
    axes.text(0, middle, strategy, va="center", fontsize=11, fontweight="bold")
    for sign, left in (("⊙", "values"), ("=", "network")):
        axes.text(COLUMNS[left] - 0.5, middle, sign, ha="center", va="center", fontsize=14)
    arrow = FancyArrowPatch(
        (COLUMNS["data"] - 0.15, middle),
        (COLUMNS["network"] + SIDE + 0.15, middle),
        arrowstyle="-|>",
        mutation_scale=12,
        color="black",
    )
    axes.add_patch(arrow)
    axes.text(
        COLUMNS["values"] + SIDE / 2, top - 0.22, called, ha="center", fontsize=9, va="center"
    )


def _matrix(
    axes: Axes, left: float, bottom: float, colour: str, shades: np.ndarray, frame: str = ""
) -> None:
    """`shades` [CELLS, CELLS]: 0 draws a pruned weight, white; more draws it darker."""
    cell = SIDE / CELLS
    for (row, column), shade in np.ndenumerate(shades):
        corner = (left + column * cell, bottom + row * cell)
        axes.add_patch(
            Rectangle(corner, cell, cell, facecolor=colour, alpha=float(shade), linewidth=0)
        )
    edge = frame or colour
    axes.add_patch(Rectangle((left, bottom), SIDE, SIDE, fill=False, edgecolor=edge, linewidth=1.6))


def _reviews(axes: Axes, left: float, bottom: float) -> None:
    """A sheet of lines, in the target's colour: whatever came from where, it trains here."""
    axes.add_patch(
        Rectangle((left, bottom), SIDE, SIDE, fill=False, edgecolor=TARGET, linewidth=1.6)
    )
    for line, length in enumerate((0.8, 0.65, 0.8, 0.5, 0.72)):
        height = bottom + SIDE - 0.17 * (line + 1)
        axes.plot([left + 0.1, left + 0.1 + length], [height, height], color=TARGET, linewidth=2)


def _legend(axes: Axes) -> None:
    for left, colour, text in (
        (0.6, SOURCE, "from the source domain"),
        (3.9, TARGET, "from the target domain"),
        (7.1, FRESH, "a fresh random draw"),
    ):
        axes.add_patch(Rectangle((left, 0.0), 0.22, 0.22, facecolor=colour, linewidth=0))
        axes.text(left + 0.32, 0.11, text, va="center", fontsize=9.5)
