"""Pictures of the book as a whole, drawn from a published table.

`python -m book.tools.cover results/vader-laptop.parquet` writes to `book/_static` the README's
figure, the card that a shared link shows, and the icon of a browser's tab.
"""

from pathlib import Path

import click
import pandas as pd
from matplotlib.patches import Rectangle

from book.tools.command import start
from ltlib.figures.looks import (
    AXIS_LABEL,
    BLUE,
    VERMILLION,
    Drawing,
    drawable,
    series_look,
    sparsity_axis,
)
from ltlib.figures.obtaining import obtaining
from ltlib.figures.panels import curve, tidy
from ltlib.results.side_by_side import obtained
from ltlib.results.table import read_table
from ltlib.strategies import TICKET_RESET

PLACE = Path("book/_static")
SURVIVORS = ((0, 3), (1, 1), (2, 2), (3, 0))  # (row, column) of the icon's mask of 4 × 4 weights


def draw_cover(table: Path, place: Path) -> None:
    """Write the pictures of the results at `table` to the folder `place`.

    Raises:
        InputError: no such table.
    """
    results = read_table(table)
    figure = obtaining(results)
    (place / "tickets.png").write_bytes(figure.png())
    (place / "card.png").write_bytes(card(results).png())
    (place / "favicon.png").write_bytes(icon().png())


def card(results: pd.DataFrame) -> Drawing:
    """What a shared link shows: a title and the tickets of every domain; 1200 × 630 pixels."""
    table = obtained(results)
    figure = Drawing(7.5, 3.9375)
    figure.set_layout_engine("constrained", rect=(0.01, 0.02, 0.98, 0.95))  # cards are cropped
    figure.suptitle("Lottery tickets under distributional shifts", fontsize=17, fontweight="bold")
    axes = figure.subplots()
    for index, (domain, rows) in enumerate(table.groupby("domain")):
        means = 100 * curve(rows, TICKET_RESET)["mean"]
        axes.plot(means, label=drawable(str(domain)), **series_look(index).line_options())
    sparsity_axis(axes, table, width=6.5)
    axes.set_xlabel(AXIS_LABEL)
    axes.set_ylabel("test accuracy of tickets (%)")
    axes.legend(frameon=False, loc="lower left", ncols=2)
    tidy(axes)
    return figure


def icon() -> Drawing:
    """A mask with few survivors; 64 × 64 pixels."""
    figure = Drawing(0.4, 0.4)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    for cell in range(16):
        row, column = divmod(cell, 4)
        colour = VERMILLION if (row, column) in SURVIVORS else BLUE
        axes.add_patch(Rectangle((column, row), 0.84, 0.84, color=colour, linewidth=0))
    axes.set(xlim=(-0.16, 4), ylim=(-0.16, 4))
    axes.set_axis_off()
    return figure


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
def main(table: Path) -> None:
    """Draw the README's figure, the card of shared links and the icon from a results TABLE."""
    draw_cover(table, PLACE)


if __name__ == "__main__":
    start(main)
