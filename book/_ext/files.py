"""Scripts and styles that come with the pages that need them, and with no others."""

from collections.abc import Sequence
from typing import Any

from sphinx.application import Sphinx


def ship(
    app: Sphinx, mark: str, scripts: Sequence[str], styles: Sequence[str] = (), **attributes: Any
) -> None:
    """Send these files, in this order, with every page whose body holds `mark`.

    Args:
        attributes: of the scripts' elements; deferred where none are given.
    """

    def add(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
        if mark in context.get("body", ""):
            for script in scripts:
                app.add_js_file(script, **(attributes or {"loading_method": "defer"}))
            for style in styles:
                app.add_css_file(style)

    app.connect("html-page-context", add)
