"""Puts on every page made from a notebook what running its code in the page takes.

Nothing is loaded before a reader asks: `book/_static/live.js` then fetches Thebe and has Binder
start a kernel with this repository. The version of Thebe is pinned here, with its checksum.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from book.tools.repository import Repository

SCRIPT = "https://cdn.jsdelivr.net/npm/thebe@0.9.3/lib/index.js"
INTEGRITY = "sha384-jD7u+icBMbuPUkzq2VCHol9Rd0VnPVjvTI8ZHQsQEZdbmH9gWMdD732B8Dli6Gej"
HIDDEN = {"remove-cell", "remove-input"}  # tags of cells whose code the page does not show

BOX = """\
<div class="ltlib-live" hidden>
<button type="button">Run this page’s code</button>
<p role="status">Starts this chapter on a machine of {host}, without an account. It runs at smoke
scale, in seconds a cell, so its numbers are not those printed here.</p>
<script type="application/json">{settings}</script>
</div>
"""


def cells_to_run(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """Code of the notebook in order, and whether the page shows it.

    The parameters a book was built with name folders of the machine that built it: they are left
    out, and the notebook's own defaults hold.
    """
    cells = []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "code" and "injected-parameters" not in tags:
            cells.append({"source": cell.source, "hidden": bool(tags & HIDDEN)})
    return cells


def binder(repository: Repository) -> dict[str, str]:
    """The repository as Thebe asks Binder for it."""
    on_github = repository.on_github
    return {
        "repoProvider": "github" if on_github else "git",
        "repo": on_github or repository.url,
        "ref": repository.branch,
    }


def _add_box(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    source = Path(app.env.doc2path(pagename))
    if pagename not in app.env.found_docs or source.suffix != ".ipynb":
        return
    cells = cells_to_run(nbformat.read(source, as_version=4))
    shown = context["body"].count('<div class="cell_input')
    if shown != sum(not cell["hidden"] for cell in cells):
        raise ExtensionError(f"{source}: the page shows {shown} cells, the notebook has others")
    hub = app.config.html_theme_options["launch_buttons"]["binderhub_url"]
    settings = {
        "script": SCRIPT,
        "integrity": INTEGRITY,
        "options": {
            "binderOptions": {"binderUrl": hub, **binder(Repository.of(Path(app.srcdir)))},
            "kernelOptions": {"kernelName": "python3"},
        },
        "cells": cells,
    }
    box = BOX.format(
        host=urlsplit(hub).netloc,
        settings=json.dumps(settings, ensure_ascii=False).replace("<", "\\u003c"),
    )
    context["body"] = context["body"].replace("</h1>\n", f"</h1>\n{box}", 1)
    app.add_js_file("live.js", loading_method="defer")
    app.add_css_file("live.css")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the box."""
    app.connect("html-page-context", _add_box)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
