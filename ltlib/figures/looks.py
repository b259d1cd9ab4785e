"""The ground every figure stands on: an opaque page, one palette, one look a strategy."""

import io
import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, StrMethodFormatter
from PIL import Image

from ltlib.strategies import (
    FULL_MODEL,
    MASKS_CONNECTED,
    MASKS_RANDOM,
    MASKS_RESET,
    MASKS_SHUFFLED,
    TICKET_RANDOM,
    TICKET_RESET,
    TICKET_TARGET,
)

# Black, blue and vermillion are Okabe and Ito's. Others of theirs are too light for a line on
# white; these stay as far from one another for readers who see fewer colours (tests/test_palette).
BLACK, BLUE, VERMILLION, GREEN = "#000000", "#0072B2", "#D55E00", "#185746"
ROSE, BROWN, INDIGO = "#AA7C7C", "#6A2E03", "#462C85"
GREY = "#5F5F5F"

WIDTH = 7.0  # inches of a figure that takes the whole column
PIXELS_PER_INCH = 100  # on the page: a figure 7 inches wide is shown 700 pixels wide
SHARPNESS = 1.6  # pixels stored for each pixel shown
AXIS_LABEL = "sparsity (%), one tick a round"
UPRIGHT_ROUNDS = 6  # up to here the labels of the sparsity axis stand upright
UPRIGHT_INCHES, TURNED_INCHES = 0.36, 0.17  # room that one such label needs


class Drawing(Figure):
    """A figure that shows itself in a notebook as a PNG, with no pyplot state behind it."""

    def __init__(self, width: float, height: float) -> None:
        """An empty white page, `width` × `height` inches."""
        super().__init__(figsize=(width, height), facecolor="white", layout="constrained")
        FigureCanvasAgg(self)

    def draw(self, renderer: RendererBase) -> None:
        """Draw every text as it stands: a `$` in a review is no formula."""
        for text in self.findobj(Text):
            text.set_parse_math(False)
        super().draw(renderer)

    def png(self) -> bytes:
        """The picture; the same figure gives the same bytes."""
        stream = io.BytesIO()
        self.savefig(
            stream, format="png", dpi=SHARPNESS * PIXELS_PER_INCH, metadata={"Software": None}
        )
        return compact(stream.getvalue())

    def size_shown(self) -> dict[str, int]:
        """Width and height on the page, in pixels."""
        width, height = self.get_size_inches() * PIXELS_PER_INCH
        return {"width": round(width), "height": round(height)}

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        return self.png(), self.size_shown()


def compact(png: bytes) -> bytes:
    """The picture with 256 colours, as many as a chart needs: a third of its size or less."""
    stream = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(stream, format="png", optimize=True)
    return stream.getvalue()


@dataclass(frozen=True)
class Look:
    """How one curve is told from the others: by colour, by marker and by line."""

    colour: str
    marker: str
    line: Any

    def line_options(self) -> dict[str, Any]:
        """Keyword arguments of `Axes.plot`."""
        return {
            "color": self.colour,
            "marker": self.marker,
            "linestyle": self.line,
            "linewidth": 1.6,
            "markersize": 4.5,
        }


STRATEGY_LOOKS = {
    FULL_MODEL: Look(BLACK, "", (0, (6, 3))),
    TICKET_TARGET: Look(BLACK, "D", (0, (1, 1.2))),
    TICKET_RESET: Look(BLUE, "o", "-"),
    MASKS_RESET: Look(BLUE, "o", "-"),
    TICKET_RANDOM: Look(VERMILLION, "s", (0, (4, 1.5))),
    MASKS_RANDOM: Look(VERMILLION, "s", (0, (4, 1.5))),
    MASKS_SHUFFLED: Look(GREY, "^", (0, (2, 2))),
    MASKS_CONNECTED: Look(BROWN, "v", (0, (1, 2))),
}

SERIES_LOOKS = (
    Look(BLUE, "o", "-"),
    Look(VERMILLION, "s", (0, (4, 1.5))),
    Look(GREEN, "^", (0, (1, 1))),
    Look(ROSE, "D", (0, (5, 1.5, 1, 1.5))),
    Look(BROWN, "v", (0, (8, 2))),
    Look(INDIGO, "P", (0, (3, 1, 1, 1, 1, 1))),
    Look(BLACK, "X", (0, (2, 2))),
)


def series_look(index: int) -> Look:
    """The look of the `index`-th domain of a figure."""
    return SERIES_LOOKS[index % len(SERIES_LOOKS)]


def sparsity_label(sparsity: float) -> str:
    """Percent, with decimals enough to see what is left: 0.35 → 35, 0.99982 → 99.982."""
    left = 100 * (1 - sparsity)
    decimals = 0
    while left < 10 and decimals < 3:
        left *= 10
        decimals += 1
    return f"{100 * sparsity:.{decimals}f}"


def sparsity_labels(table: pd.DataFrame) -> dict[int, str]:
    """What the axis says at each round from 0 to the last; nothing at one that is not there.

    Args:
        table: with columns `round` and `sparsity`.
    """
    sparsities = table.groupby("round")["sparsity"].mean()
    rounds = range(int(sparsities.index.max()) + 1)
    return {r: sparsity_label(sparsities[r]) if r in sparsities else "" for r in rounds}


def sparsity_axis(axes: Axes, table: pd.DataFrame, width: float) -> None:
    """One equally spaced tick a round, labelled with the sparsity in percent.

    Args:
        axes: its horizontal axis counts rounds.
        table: as `sparsity_labels` takes it.
        width: inches the panel has; where labels would touch, every second, third, … is shown.
    """
    labels = sparsity_labels(table)
    last = max(labels)
    turned = last > UPRIGHT_ROUNDS
    room = TURNED_INCHES if turned else UPRIGHT_INCHES
    labelled = range(0, last + 1, max(1, math.ceil((last + 1) * room / width)))
    axes.set_xticks(
        labelled,
        [labels[r] for r in labelled],
        rotation=90 if turned else 0,
        fontsize=9,
    )
    axes.xaxis.set_minor_locator(FixedLocator(range(last + 1)))
    axes.set_xlim(-0.4, max(last, 1) + 0.4)


def logarithmic_ticks(axis: Axis, digits: tuple[int, ...]) -> None:
    """Ticks at these digits times the powers of ten, written as plain numbers."""
    axis.set_major_locator(LogLocator(subs=digits))
    axis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def drawable(text: str) -> str:
    """`text` with a box for each character that the figures' font lacks (an emoji, say)."""
    known = FT2Font(font_manager.findfont("DejaVu Sans")).get_charmap()
    return "".join(character if ord(character) in known else "□" for character in text)
