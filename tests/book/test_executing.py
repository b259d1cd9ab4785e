"""Notebooks of a folder, executed some at a time: all of them, each with what it takes."""

from pathlib import Path

import nbformat
import pytest

from book.tools import notebooks
from ltlib.errors import InputError


def notebook(path: Path, code: str) -> None:
    parameters = nbformat.v4.new_code_cell("number: int = 1")
    parameters.metadata["tags"] = ["parameters"]
    cells = [parameters, nbformat.v4.new_code_cell(code)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)


KERNEL = notebooks.KERNEL


def printed(path: Path) -> str:
    outputs = nbformat.read(path, as_version=4).cells[-1].outputs
    return "".join(output.text for output in outputs)


def test_every_notebook_is_executed_in_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "abcde":
        notebook(tmp_path / f"{name}.ipynb", f"import os; print('{name}', number, os.getcwd())")
    notebooks.execute_notebooks(tmp_path, {"number": 7, "other": 8})
    for name in "abcde":
        assert printed(tmp_path / f"{name}.ipynb") == f"{name} 7 {tmp_path}\n"
    said = [f"executed {name}.ipynb" for name in "abcde"]
    assert capsys.readouterr().err.splitlines() == said


def test_the_one_that_fails_is_named_and_what_has_not_begun_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebooks, "MOST", 1)
    notebook(tmp_path / "a.ipynb", "1 / 0")
    for name in "bcdefgh":  # one of them waits already
        notebook(tmp_path / f"{name}.ipynb", "print(number)")
    with pytest.raises(InputError, match=r"a\.ipynb: ZeroDivisionError"):
        notebooks.execute_notebooks(tmp_path, {})
    assert printed(tmp_path / "h.ipynb") == ""
