"""Building the book: carry out the experiments, execute every notebook, render the pages."""

import contextlib
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill

from ltlib.data.corpus import load_corpus
from ltlib.errors import InputError
from ltlib.paths import existing_folder
from ltlib.protocol import Protocol
from ltlib.results.table import read_table
from ltlib.runs.front import run
from ltlib.runs.local_engine import available_cores

# A kernel on this machine warns that its connection is not encrypted.
QUIET = {"extra_arguments": ["--IPKernelApp.log_level=40"]}
SOURCES = ("_config.yml", "_toc.yml", "CITATION.cff", "book", "notebooks")
PUBLISHED = "results"  # folder of the results tables that are published with the book


def build_book(root: Path, out: Path, scale: str, corpus: str, results: str, seed: int) -> Path:
    """Build the book of the project at `root` into `out`; the path of its first page.

    Runs are kept in `out`/store: a second build trains nothing anew.

    Args:
        results: path of a published table; figures then come from it and nothing trains.

    Raises:
        InputError: `root` does not hold the book, a parameter is bad, a notebook or page fails.
    """
    for name in SOURCES:
        if not (root / name).exists():
            raise InputError(f"{root / name}: not found; run `ltlib book` in the project's folder")
    source = existing_folder(out.resolve() / "source", "name a folder with --out")
    store = source.parent / "store"
    parameters: dict[str, Any] = {"corpus": corpus, "scale": scale, "seed": seed}
    if any((root / PUBLISHED).glob("*.parquet")):
        parameters["tables"] = str((root / PUBLISHED).resolve())
    if results:
        read_table(results)
        parameters["results"] = str(Path(results).resolve())
    else:
        protocol = Protocol.named(scale)
        # Here and not in the notebooks, so that whoever waits sees a bar with an estimate.
        run(load_corpus(corpus, protocol), protocol, seed=seed, store=store, progress=True)
        parameters |= {"store": str(store), "workers": available_cores()}
    _copy(root, source)
    for notebook in sorted((source / "notebooks").glob("*.ipynb")):
        _say(f"executing {notebook.name}")
        execute_notebook(notebook, parameters)
    return render(source)


def _say(text: str) -> None:
    """Progress for whoever waits, on stderr."""
    print(text, file=sys.stderr, flush=True)


def _copy(root: Path, source: Path) -> None:
    for name in SOURCES:
        place = source / name
        if (root / name).is_dir():
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(root / name, place, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        else:
            shutil.copy(root / name, place)


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
            str(path), str(path), chosen, cwd=path.parent, progress_bar=False, **QUIET
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


def render(source: Path) -> Path:
    """Build the pages of `source` with warnings as errors; the path of the first page.

    Raises:
        InputError: Jupyter Book warned; its log is named.
    """
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(source / "_build")
    return jupyter_book(source, "html") / "index.html"


def jupyter_book(source: Path, builder: str) -> Path:
    """Build `source` as `html` (a page a chapter) or `singlehtml`; the folder of what was built.

    Raises:
        InputError: Jupyter Book warned; its log is named.
    """
    log = source.parent / "jupyter-book.log"
    program = Path(sys.executable).with_name("jupyter-book")
    command = [str(program), "build", str(source), "-W", "-n", "--keep-going", "--quiet"]
    with log.open("w") as stream:
        finished = subprocess.run(
            [*command, "--builder", builder],
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": str(source)},  # extensions import `book.tools`
        )
    built = source / "_build" / builder
    if finished.returncode != 0:  # pages with faults are there; none of them is the first
        (built / "index.html").unlink(missing_ok=True)
    if not (built / "index.html").exists():
        raise InputError(f"{source}: the book did not build without warnings; see {log}")
    return built
