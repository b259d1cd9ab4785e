"""Where the published pages lie, derived from the repository: links and cards that need it."""

from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from book.tools.repository import pages_address

NOT_FOUND = """\
<h1>Page not found</h1>
<p>There is no page at this address. It may have moved: look in the contents, search, or begin
at the <a href="{front}">first page</a>.</p>"""


def _place(app: Sphinx, config: Config) -> None:
    """Tell the extensions; before they check what they were told (hence the priority)."""
    address = pages_address(config.html_theme_options["repository_url"])
    front = urlsplit(address or "/").path
    config.notfound_urls_prefix = front
    config.notfound_context = {
        "title": "Page not found",
        "pagetitle": "Page not found",  # the theme's heading on paper, empty without
        "body": NOT_FOUND.format(front=front),
    }
    config.ogp_site_name = config.html_title
    if address is not None:
        config.html_baseurl = config.ogp_site_url = address
        config.sitemap_url_scheme = "{link}"
        config.sitemap_excludes = ["404.html", "genindex.html", "search.html"]


def _describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """A shared link shows the description that the page states for search engines."""
    for meta in doctree.findall(nodes.meta) if doctree else ():
        if meta.get("name") == "description":
            context["meta"] = (context["meta"] or {}) | {"og:description": meta["content"]}


def setup(app: Sphinx) -> dict[str, bool]:
    """Set up what needs the address; without one there can be no sitemap."""
    app.setup_extension("notfound.extension")
    app.setup_extension("sphinxext.opengraph")
    if pages_address(app.config.html_theme_options["repository_url"]) is not None:
        app.setup_extension("sphinx_sitemap")
    app.connect("config-inited", _place, priority=400)
    app.connect("html-page-context", _describe, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
