"""The related works on a page: a figure with the graph that takes its place, and plain lists."""

import os
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book._ext.files import ship
from book._ext.related.graph import related_graph
from book._ext.related.works import CITED, CITES, THEMES, read_related
from ltlib.figures.explorable import Explorable

MARK = "ltlib-related"  # class of the figure
SCRIPT, STYLE = "related.js", "related.css"
CAPTION = "The works that the paper cites and those that cite it"


class _Related(SphinxDirective):
    """Takes the path of the table, seen from the page."""

    required_arguments = 1

    def works(self) -> pd.DataFrame:
        """The table; the page is built anew when it changes."""
        relative, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(relative)
        return read_related(Path(path))


class RelatedGraph(_Related):
    """A numbered figure with the graph; its content is the caption."""

    has_content = True
    option_spec: ClassVar = {
        "name": directives.unchanged_required,
        "alt": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """The figure, and beneath it what the script and the reader need."""
        works = self.works()
        shown = Explorable(related_graph(works), works, CAPTION, "related-work")
        picture = Path(self.env.app.doctreedir, "related-work.png")
        picture.write_bytes(shown.png())
        address = "/" + Path(os.path.relpath(picture, self.env.app.srcdir)).as_posix()
        size = {side: f"{pixels}px" for side, pixels in shown.size_shown().items()}
        caption, _ = self.state.inline_text(" ".join(self.content), self.lineno)
        figure = nodes.figure(
            "",
            nodes.image(uri=address, alt=self.options["alt"], **size),
            nodes.caption("", "", *caption),
            classes=[MARK],
        )
        self.add_name(figure)
        return [figure, nodes.raw("", shown.on_page()._repr_html_(), format="html")]


class RelatedList(_Related):
    """The works of one relation as lists, a theme each."""

    option_spec: ClassVar = {"relation": lambda text: directives.choice(text, (CITED, CITES))}

    def run(self) -> list[nodes.Node]:
        """A list of lists."""
        works = self.works()
        relation = self.options["relation"]
        groups = nodes.definition_list(classes=[f"{MARK}-list"])
        for theme in THEMES[relation]:
            chosen = works[(works["relation"] == relation) & (works["theme"] == theme)]
            items = [_item(work) for work in chosen.to_dict("records")]
            described = nodes.definition("", nodes.bullet_list("", *items))
            groups += nodes.definition_list_item("", nodes.term(text=theme), described)
        return [groups]


def _item(work: dict[str, Any]) -> nodes.list_item:
    link = nodes.reference(text=work["title"], refuri=work["link"], internal=False)
    rest = "" if work["title"].endswith("?") else "."
    if work["venue"]:
        rest += f" {work['venue']}."
    if work["earlier_title"]:
        rest += f" First called “{work['earlier_title']}”."
    who = nodes.Text(f"{work['authors'].rstrip('.')}. {work['year']}. ")
    return nodes.list_item("", nodes.paragraph("", "", who, link, nodes.Text(rest)))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives and the script."""
    app.add_directive("related-graph", RelatedGraph)
    app.add_directive("related-list", RelatedList)
    ship(app, MARK, [SCRIPT], [STYLE])
    return {"parallel_read_safe": True, "parallel_write_safe": True}
