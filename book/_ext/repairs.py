"""What other extensions leave wrong in a page, put right before the page is written."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def _repair(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    # Sphinx lists a script without a file twice, as one of file "" and one of file None: an error
    # in the browser where it declares a constant.
    scripts = {(s.filename or "", str(s.attributes)): s for s in context["script_files"]}
    context["script_files"] = list(scripts.values())
    # docutils gives references a role that has since been withdrawn, in a list that needs items.
    # MyST-NB names folded code otherwise than it is shown: whoever speaks to the page says the name
    # that is seen (WCAG 2.5.3).
    for wrong, right in (
        ('role="doc-biblioentry"', 'role="listitem"'),
        ('<summary aria-label="Toggle hidden content">', "<summary>"),
    ):
        if "body" in context:
            context["body"] = context["body"].replace(wrong, right)


def setup(app: Sphinx) -> dict[str, bool]:
    """Repair every page, after everyone else has had a hand in it."""
    app.connect("html-page-context", _repair, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
