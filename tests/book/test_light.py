"""What builds the book waits for nothing that it does not need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from book.tools.pages import PROGRAM
from tests.support.project import ROOT

EXECUTING = """
import sys
import book.tools.notebooks
print({"torch", "altair", "matplotlib", "scipy.stats"} & set(sys.modules) or "light")
"""


def output_of(code: str, packages: Path, *words: str) -> str:
    path = os.pathsep.join([str(packages), str(ROOT)])
    command = [sys.executable, "-P", "-c", code, *words]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder with a grammar of addresses that says when it is built."""
    (tmp_path / "rfc3987_syntax.py").write_text("print('built')\nis_valid_syntax = None\n")
    return tmp_path


def test_what_executes_notebooks_loads_neither_training_nor_figures(packages: Path) -> None:
    assert output_of(EXECUTING, packages) == "light\n"


def test_jupyter_book_builds_no_grammar_of_addresses(packages: Path) -> None:
    assert output_of("import jsonschema", packages) == "built\n", "or else this tests nothing"
    printed = output_of(PROGRAM, packages, "--help")
    assert "build" in printed and "built\n" not in printed
