"""The pages of the book, as Jupyter Book renders them from executed notebooks and prose."""

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

from ltlib.errors import InputError

TICKETS = Path("book", "_static", "tickets")  # packed ones, in the source: `ask.js` lies beside it

# `jupyter-book`, in a process that loads no more than it must.
PROGRAM = "import ltlib.light_jsonschema; from jupyter_book.cli.main import main; main()"


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
    command = [sys.executable, "-P", "-c", PROGRAM, "build", str(source)]
    command += ["-W", "-n", "--keep-going", "--quiet"]
    with log.open("w") as stream:
        finished = subprocess.run(
            [*command, "--builder", builder], stdout=stream, stderr=subprocess.STDOUT
        )
    built = source / "_build" / builder
    if finished.returncode != 0:  # pages with faults are there; none of them is the first
        (built / "index.html").unlink(missing_ok=True)
    if not (built / "index.html").exists():
        raise InputError(f"{source}: the book did not build without warnings; see {log}")
    return built
