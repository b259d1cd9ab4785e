"""Tables that a cell computes get the names by which prose refers to them."""

from types import SimpleNamespace

import pandas as pd
from docutils import nodes
from docutils.utils import new_document

from book._ext.computed_tables import ComputedTable, NumberTables
from ltlib.figures import Table


def shown(*cells: tuple[str, int]) -> list[ComputedTable]:
    """What becomes of a page whose cells have these names and show so many tables each."""
    document = new_document("page")
    document.settings.env = SimpleNamespace(docname="notebooks/07_published")
    html = Table(pd.DataFrame({"x": [1]}), "One")._repr_html_()
    for name, tables in cells:
        cell = nodes.container(cell_metadata={"mystnb": {"table": {"name": name}}} if name else {})
        cell += [nodes.raw("", html, format="html") for _ in range(tables)]
        document += cell
    NumberTables(document).apply()
    return list(document.findall(ComputedTable))


def test_the_first_table_of_a_cell_has_its_name_and_none_is_named_twice() -> None:
    names = [table["names"][0] for table in shown(("tab-Origins", 1), ("tab-again", 2), ("", 1))]
    assert names == ["tab-origins", "tab-again", "tab-published-3", "tab-published-4"]
