"""What a chapter hands to the book besides what it shows: numbers for prose, tables and figures.

From the run that the chapter shows: what a page says and what it draws cannot disagree.
"""

import base64

from ltlib.figures.looks import Drawing
from ltlib.figures.tables import Table

PREFIX = "application/papermill.record/"
GLUED = PREFIX + "text/plain"  # where the book looks numbers of its prose up


def glue(**values: str) -> None:
    """Hand numbers to the prose of the book, by name, formatted as they are to be read."""
    from IPython.display import display

    for name, value in values.items():
        display(
            {GLUED: repr(value)},
            raw=True,
            metadata={"scrapbook": {"name": name, "mime_prefix": PREFIX}},
        )


def share_table(name: str, table: Table) -> None:
    """Keep `table` under `name` for other pages; this one does not show it."""
    from IPython.display import display

    display(
        {PREFIX + "text/html": table._repr_html_()},
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": PREFIX}},
    )


def share_figure(name: str, figure: Drawing) -> None:
    """Show `figure` here, and keep it under `name` for other pages."""
    from IPython.display import display

    display(
        {"image/png": base64.b64encode(figure.png()).decode(), "text/plain": repr(figure)},
        raw=True,
        metadata={
            "image/png": figure.size_shown(),
            "scrapbook": {"name": name, "mime_prefix": ""},
        },
    )
