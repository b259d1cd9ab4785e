"""Tables and figures of a chapter that another page of the book shows too, from the same run."""

import base64

from IPython.display import display

from ltlib.figures.looks import Drawing
from ltlib.figures.tables import Table

PREFIX = "application/papermill.record/"


def share_table(name: str, table: Table) -> None:
    """Keep `table` under `name` for other pages; this one does not show it."""
    display(
        {PREFIX + "text/html": table._repr_html_()},
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": PREFIX}},
    )


def share_figure(name: str, figure: Drawing) -> None:
    """Show `figure` here, and keep it under `name` for other pages."""
    display(
        {"image/png": base64.b64encode(figure.png()).decode(), "text/plain": repr(figure)},
        raw=True,
        metadata={
            "image/png": figure.size_shown(),
            "scrapbook": {"name": name, "mime_prefix": ""},
        },
    )
