"""Tables that a chapter computes are numbered, and can be referred to, like those of its prose.

A cell names its table as it names a figure: `mystnb.table.name` in its metadata.
"""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator

SHOWN = re.compile(r'(<div class="ltlib-table".*?<caption>)(.*?)(</caption>.*)', re.DOTALL)


class ComputedTable(nodes.General, nodes.Element):
    """A table that `ltlib.figures.tables.Table` wrote: HTML around the caption, and the caption."""


class NumberTables(SphinxTransform):
    """Turn the HTML of tables into nodes that Sphinx counts; before labels are collected."""

    default_priority = 800

    def apply(self, **_: Any) -> None:
        """Replace every such output of the document."""
        chapter = self.env.docname.rsplit("/", 1)[-1]
        for number, raw in enumerate(list(self.document.findall(_is_table)), start=1):
            before, caption, after = SHOWN.fullmatch(raw.astext().strip()).groups()  # type: ignore[union-attr]
            table = ComputedTable(before=before, caption=caption, after=after)
            name = _name(raw) or f"tab-{nodes.make_id(chapter)}-{number}"
            table["names"].append(nodes.fully_normalize_name(name))
            self.document.note_explicit_target(table, table)
            raw.replace_self(table)


def _is_table(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.raw)
        and node.get("format") == "html"
        and SHOWN.fullmatch(node.astext().strip()) is not None
    )


def _name(node: nodes.Node) -> str:
    """What the cell that shows `node` calls its table; empty if it does not name it."""
    while node is not None and "cell_metadata" not in getattr(node, "attributes", {}):
        node = node.parent
    metadata = {} if node is None else node["cell_metadata"]
    return str(metadata.get("mystnb", {}).get("table", {}).get("name", ""))


def _visit(translator: HTML5Translator, node: nodes.Element) -> None:
    identity = node["ids"][0]
    translator.body.append(node["before"].replace("<div ", f'<div id="{identity}" ', 1))
    translator.add_fignumber(node)
    translator.body.append(f'<span class="caption-text">{node["caption"]}</span>')
    translator.add_permalink_ref(node, "Link to this table")
    translator.body.append(node["after"])
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the tables among what is numbered."""
    app.add_enumerable_node(
        ComputedTable,
        "table",
        lambda node: str(node["caption"]),
        html=(_visit, None),  # type: ignore[arg-type]  # None: it is never left, only visited
    )
    app.add_transform(NumberTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
