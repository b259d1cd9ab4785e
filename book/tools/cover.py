"""What stands for the book as a whole, made of one published table.

`python -m book.tools.cover results/amazon.parquet` writes to `book/_static` the README's
figure, the card that a shared link shows, and the icon of a browser's tab; and to the README, in
words, what was found.
"""

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path

import click
import pandas as pd
from matplotlib.patches import Rectangle

from book.tools.command import start
from ltlib.figures.finding import draw_finding, finding
from ltlib.figures.looks import BLUE, VERMILLION, Drawing
from ltlib.results.baselines import baselines_beside
from ltlib.results.claims import judged
from ltlib.results.finding import finding as told
from ltlib.results.table import read_table
from ltlib.results.words import SPACE

PLACE = Path("book/_static")
README = Path("README.md")
FOUND = re.compile(r"(<!-- finding -->\n).*?(<!-- /finding -->)", re.DOTALL)
QUESTIONS = {
    "places": "Does it matter which weights are left?",
    "moving": "Is a ticket of another domain as good?",
    "values": "Do initial values matter?",
}
WIDTH = 120  # characters of a line
SURVIVORS = ((0, 3), (1, 1), (2, 2), (3, 0))  # (row, column) of the icon's mask of 4 × 4 weights


def draw_cover(table: Path, place: Path) -> None:
    """Write the pictures of the results at `table` to the folder `place`.

    Raises:
        InputError: no such table, or nothing was moved in it.
    """
    results, linear = read_table(table), baselines_beside(table)
    (place / "tickets.png").write_bytes(finding(results, linear).png())
    (place / "card.png").write_bytes(card(results, linear).png())
    (place / "favicon.png").write_bytes(icon().png())


def card(results: pd.DataFrame, linear: Mapping[str, float]) -> Drawing:
    """What a shared link shows: a title and what was found; 1200 × 630 pixels."""
    figure = Drawing(7.5, 3.9375)
    figure.set_layout_engine("constrained", rect=(0.01, 0.02, 0.98, 0.95))  # cards are cropped
    figure.suptitle("Lottery tickets under distributional shifts", fontsize=17, fontweight="bold")
    axes = figure.subplots()
    handles = draw_finding(axes, results, linear, width=6.5)
    axes.legend(handles=handles, frameon=False, loc="lower left", fontsize=9)
    return figure


def in_words(table: Path) -> str:
    """Markdown: what was found in the results at `table`, a question a line."""
    results = read_table(table)
    *others, last = dict.fromkeys(results["target"])
    found = told(results, judged(results))
    texts = [
        f"**What it found**, in {len(results):,} trained networks on texts of {', '.join(others)} "
        f"and {last}: {found['in_short'][0].lower()}{found['in_short'][1:]} In numbers "
        f"(`{table.as_posix()}`; in random places lie as many weights, layer by layer):"
    ]
    texts += [f"- **{question}** {found[name]}" for name, question in QUESTIONS.items()]
    lines: list[str] = []
    for text in texts:
        plain = text.replace(SPACE, " ")
        indent = "  " * text.startswith("-")
        lines += textwrap.wrap(plain, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
        lines += [""] * (not indent)
    return "\n".join(lines) + "\n"


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
    """Write the README's finding and figure, the shared links' card and the icon, of a TABLE."""
    draw_cover(table, PLACE)
    readme = README.read_text(encoding="utf-8")
    found = in_words(table)
    written = FOUND.sub(lambda part: f"{part[1]}{found}{part[2]}", readme)
    README.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    start(main)
