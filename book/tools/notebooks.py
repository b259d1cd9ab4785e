"""Notebooks: executed, and as they are stored: at smoke scale, without a trace of when and where.

`python -m book.tools.notebooks` executes and stores them anew. Run it after changing a chapter or
anything that its output shows; `pytest --nbval notebooks` then holds the outputs to be repeated.
"""

import json
import logging
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import nbformat
import papermill

from book.tools.command import start
from ltlib.errors import InputError
from ltlib.runs.processes import available_cores

MOST = 4  # kernels at once: each takes more than half a gigabyte

PATIENCE = 300  # seconds for a kernel to answer: a machine with other work takes over a minute

# A kernel on this machine warns that its connection is not encrypted.
QUIET = {"extra_arguments": ["--IPKernelApp.log_level=40"]}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def execute_notebooks(folder: Path, parameters: dict[str, Any]) -> None:
    """Execute the notebooks of a folder in place, some at a time.

    Raises:
        InputError: as `execute_notebook`; what has not begun by then is left as it is.
    """
    paths = sorted(folder.glob("*.ipynb"))
    # Processes: papermill changes its working folder as it reads and writes.
    apart = get_context("spawn")
    with ProcessPoolExecutor(min(available_cores(), MOST), mp_context=apart) as pool:
        begun = [pool.submit(execute_notebook, path, parameters) for path in paths]
        try:
            for path, executed in zip(paths, begun, strict=True):
                executed.result()
                click.echo(f"executed {path.name}", err=True)
        except InputError:
            pool.shutdown(cancel_futures=True)
            raise


def execute_notebook(path: Path, parameters: dict[str, Any]) -> None:
    """Execute a notebook in place with those of `parameters` it takes; leave no trace of when.

    Raises:
        InputError: a cell failed; names the notebook and the error.
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    taken = papermill.inspect_notebook(str(path))
    chosen = {name: value for name, value in parameters.items() if name in taken}
    try:
        papermill.execute_notebook(
            str(path),
            str(path),
            chosen,
            cwd=path.parent,
            progress_bar=False,
            start_timeout=PATIENCE,
            **QUIET,
        )
    except papermill.PapermillExecutionError as error:
        raise InputError(f"{path.name}: {error.ename}: {error.evalue}") from None
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.metadata["tags"].append("remove-cell")
    for key in ("papermill", "widgets"):  # times; and state that needs scripts from other hosts
        notebook.metadata.pop(key, None)
    nbformat.write(notebook, path)


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
    # Here alone: a process that only executes loads no figures.
    from ltlib.figures.explorable import WIDGET

    page = notebook["metadata"].get("myst", {})  # the description of the built page
    notebook["metadata"] = {"kernelspec": KERNEL, "language_info": {"name": "python"}, "myst": page}
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        cell["metadata"].pop("papermill", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    return notebook


def notebook_text(notebook: dict[str, Any]) -> str:
    """A notebook as it is stored: stable, readable in a diff, UTF-8."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


@click.command()
def main() -> None:
    """Execute every notebook at smoke scale and store it with its outputs."""
    for chapter in sorted(Path("notebooks").glob("*.ipynb")):
        chapter.write_text(stored_notebook(chapter), encoding="utf-8")
        click.echo(chapter)


if __name__ == "__main__":
    start(main)
