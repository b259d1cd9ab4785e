"""Tables with a caption, and numbers and texts as they are read."""

import html
import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from ltlib.errors import InputError
from ltlib.figures.looks import sparsity_label
from ltlib.results.words import in_points

TEXT_SHOWN = 90  # characters of a review in a table

Format = str | Callable[[Any], str]


class Table:
    """A table with a caption, every cell escaped: a review that holds HTML is shown as text."""

    def __init__(
        self, table: pd.DataFrame, caption: str, formats: Mapping[str, Format] | None = None
    ) -> None:
        """Hold the cells as text.

        Args:
            table: its index is shown when it has a name.
            caption: what the table shows, in one sentence.
            formats: by column, a format such as `"{:,}"` or a function to text.

        Raises:
            InputError: a format for a column that is not there, or an empty caption.
        """
        if not caption.strip():
            raise InputError("table: the caption is empty; say what the table shows")
        for column in formats or {}:
            if column not in table.columns:
                raise InputError(f"table: column '{column}' has a format but is not there")
        self.caption = caption
        self.headings = [str(column) for column in table.columns]
        self.named_rows = table.index.name is not None
        self.corner = str(table.index.name) if self.named_rows else ""
        self.names = [str(name) for name in table.index]
        self.numeric = [pd.api.types.is_numeric_dtype(table[column]) for column in table.columns]
        columns = [
            [_formatted(value, (formats or {}).get(column, str)) for value in table[column]]
            for column in table.columns
        ]
        self.rows = [list(row) for row in zip(*columns, strict=True)]

    def __repr__(self) -> str:
        """The caption and the cells as plain text."""
        plain = pd.DataFrame(self.rows, columns=self.headings, dtype=object)
        if self.named_rows:
            plain.index = pd.Index(self.names, name=self.corner)
        return f"{self.caption}\n{plain.to_string(index=self.named_rows)}"

    def _repr_html_(self) -> str:
        corner = [_cell("th", self.corner, "col")] if self.named_rows else []
        headings = zip(self.headings, self.numeric, strict=True)
        head = "".join(corner + [_cell("th", text, "col", number) for text, number in headings])
        body = []
        for name, row in zip(self.names, self.rows, strict=True):
            first = [_cell("th", name, "row")] if self.named_rows else []
            cells = zip(row, self.numeric, strict=True)
            rest = [_cell("td", text, number=number) for text, number in cells]
            body.append("<tr>" + "".join(first + rest) + "</tr>")
        return (
            '<div class="ltlib-table" role="region" tabindex="0" '
            f'aria-label="{html.escape(self.caption)}"><table>'
            f"<caption>{html.escape(self.caption)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
        )


def first_words(text: str) -> str:
    """A review in one line, cut after a few words: for a table's `formats`."""
    line = " ".join(text.split())
    if len(line) <= TEXT_SHOWN:
        return line
    return line[: TEXT_SHOWN - 1].rsplit(" ", 1)[0][: TEXT_SHOWN - 1] + "…"


def points(difference: float) -> str:
    """A difference of accuracies as it is read: `+1.5 points`; a dash when nothing was measured."""
    return "–" if math.isnan(difference) else f"{in_points(difference)}\u00a0points"


def percent(fraction: float) -> str:
    """A fraction as it is read: `92.5%`; a dash when nothing was measured."""
    return "–" if math.isnan(fraction) else f"{100 * fraction:.1f}%"


def sparsity_percent(fraction: float) -> str:
    """A sparsity with decimals enough to see what is left: `99.981%`; a dash for none."""
    return "–" if math.isnan(fraction) else f"{sparsity_label(fraction)}%"


def _formatted(value: Any, form: Format) -> str:
    if (isinstance(form, str) or form is str) and isinstance(value, float) and math.isnan(value):
        return "–"  # a function says itself what is read where nothing is
    return form.format(value) if isinstance(form, str) else form(value)


def _cell(tag: str, value: str, scope: str = "", number: bool = False) -> str:
    attributes = f' scope="{scope}"' if scope else ""
    # What is the rarer is named: cells are mostly numbers, headings mostly words. A large table is
    # a fifth smaller so.
    if number and tag == "th":
        attributes += ' class="number"'
    if not number and tag == "td":
        attributes += ' class="text"'
    return f"<{tag}{attributes}>{html.escape(value)}</{tag}>"
