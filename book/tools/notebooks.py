"""The notebooks as they are stored: executed at smoke scale, without a trace of when and where.

`python -m book.tools.notebooks` executes and stores them anew. Run it after changing a chapter or
anything that its output shows; `pytest --nbval notebooks` then holds the outputs to be repeated.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from book.tools.build import execute_notebook
from book.tools.set_up import notebook_text
from ltlib.errors import InputError
from ltlib.figures.explorable import WIDGET

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def stored_notebook(path: Path) -> str:
    """The text of the notebook at `path`, executed with its own parameters.

    Raises:
        InputError: a cell failed; names the notebook and the error.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        shutil.copy(path, copy)
        execute_notebook(copy, {})
        return notebook_text(without_traces(json.loads(copy.read_text(encoding="utf-8"))))


def without_traces(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without versions, times and the random ids of widgets."""
    page = notebook["metadata"].get("myst", {})  # the description of the built page
    notebook["metadata"] = {"kernelspec": KERNEL, "language_info": {"name": "python"}, "myst": page}
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        cell["metadata"].pop("papermill", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    return notebook


if __name__ == "__main__":
    try:
        for chapter in sorted(Path("notebooks").glob("*.ipynb")):
            chapter.write_text(stored_notebook(chapter), encoding="utf-8")
            print(chapter)
    except InputError as error:
        sys.exit(f"error: {error}")
