"""A chapter of the book as its cells leave it: run here, in this process."""

import contextlib
import io
import json
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from tests.support.project import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SKIPPED = ("set-up", "explore", "tricks")  # how their names begin; nothing later needs them

Edits = Mapping[str, Sequence[tuple[str, str]]]  # by a cell's id: what to replace, and with what


def chapter(
    name: str,
    upto: str,
    edits: Edits | None = None,
    **parameters: Any,
) -> SimpleNamespace:
    """The names of a chapter after its cell `upto`, with lines changed as an exercise asks.

    Args:
        parameters: instead of the chapter's own.
    """
    path = next(path for path in NOTEBOOKS if path.stem.startswith(name))
    names: dict[str, Any] = {"display": print}
    printed = io.StringIO()
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code" or cell["id"].startswith(SKIPPED):
            continue
        source = "".join(cell["source"])
        for old, new in (edits or {}).get(cell["id"], []):
            assert old in source, f"{path.name}: the exercise's line is gone"
            source = source.replace(old, new)
        with contextlib.redirect_stdout(printed):
            exec(source, names)
        if cell["id"] == "parameters":
            names |= parameters
        if cell["id"] == upto:
            break
    return SimpleNamespace(**names, printed=printed.getvalue())
