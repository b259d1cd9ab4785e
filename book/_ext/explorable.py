"""Ships the scripts of explorable figures with the pages that have one, and with no others."""

from pathlib import Path

import altair
import vl_convert
from sphinx.application import Sphinx

from book._ext.files import ship

MARK = 'class="ltlib-explorable"'
SCRIPTS = ("vega.js", "explore.js")  # in the order they run


def _write_vega(app: Sphinx, exception: Exception | None) -> None:
    """Vega, Vega-Lite and Vega-Embed in one file, in the version that charts are written for."""
    if exception is None and app.builder.format == "html":
        version = ".".join(altair.SCHEMA_VERSION.split(".")[:2])
        bundle = vl_convert.javascript_bundle(vl_version=version)  # type: ignore[call-arg]  # stub
        closed = f"(() => {{{bundle}}})();\n"  # its names would meet those of the theme's scripts
        Path(app.outdir, "_static", SCRIPTS[0]).write_text(closed, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the scripts."""
    ship(app, MARK, SCRIPTS)
    app.connect("build-finished", _write_vega)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
