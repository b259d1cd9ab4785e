"""The section "Run this chapter": its command does what it says, whoever copies it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import papermill
import pytest

from book.tools.how_to_run import RUN_ID, command, parameters_of
from book.tools.repository import Repository
from ltlib.errors import InputError
from tests.support.project import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def source_of(path: Path, chosen: str) -> str:
    """Source of the cell with an id or a tag."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["id"] == chosen or chosen in cell["metadata"].get("tags", []):
            return "".join(cell["source"])
    raise AssertionError(f"{path} has no cell {chosen}")


def printed_command(path: Path) -> str:
    found = re.search(r"```bash\n(.*?)\n```", source_of(path, RUN_ID), re.DOTALL)
    assert found
    return found[1]


def in_a_shell(line: str, folder: Path) -> None:
    """Give a command as a reader does, with the programs of this environment at hand."""
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": search},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def assigned(source: str) -> dict[str, Any]:
    """The values that a cell of parameters gives."""
    names: dict[str, Any] = {}
    exec(source, {}, names)
    names.pop("__annotations__", None)
    return names


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_command_gives_every_parameter_its_default(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    in_a_shell(printed_command(path) + " --prepare-only", tmp_path)
    injected = assigned(source_of(tmp_path / "out.ipynb", "injected-parameters"))
    assert injected == assigned(source_of(path, "parameters"))
    assert set(injected) == set(papermill.inspect_notebook(str(path)))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_table_documents_every_parameter(path: Path) -> None:
    shown = source_of(path, RUN_ID)
    cells = r'<td class="text">.*?</td><td class="text">(.+?)</td>'
    rows = re.findall(rf'<tr><th scope="row">(\w+)</th>{cells}</tr>', shown)
    assert [name for name, _ in rows] == list(assigned(source_of(path, "parameters")))
    assert all(len(takes) > 20 for _, takes in rows)
    assert "<caption>" in shown


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_download_is_a_file_of_the_project(path: Path) -> None:
    repository = Repository.of(ROOT)
    found = re.search(r"\[download \S+\]\((\S+)\)", source_of(path, RUN_ID))
    assert found
    place = found[1].removeprefix(f"{repository.url}/raw/{repository.branch}/")
    assert ROOT / place == path


@pytest.mark.long
def test_the_printed_command_runs_the_chapter_from_an_empty_folder(
    own_cache: Path, tmp_path: Path
) -> None:
    chapter = ROOT / "notebooks" / "03_obtaining_tickets.ipynb"
    shutil.copy(chapter, tmp_path)
    assert "scale smoke" in printed_command(chapter)
    in_a_shell(printed_command(chapter), tmp_path)
    executed = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))
    assert not executed["metadata"]["papermill"]["exception"]
    code = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code)
    assert list(own_cache.glob("store/*/run.json"))


def test_flags_survive_the_shell(tmp_path: Path) -> None:
    """Values with spaces, quotes and signs that a shell would take for its own."""
    path = notebook(
        tmp_path, 'text: str = "it\'s $HOME; 7 & 8"  # @param {type:"string"}  # any text'
    )
    words = shlex.split(command("n.ipynb", parameters_of(path)).replace("\\\n", " "))
    assert words == ["papermill", "n.ipynb", "out.ipynb", "-p", "text", "it's $HOME; 7 & 8"]


@pytest.mark.parametrize(
    "line",
    [
        'seed = 0  # @param {type:"integer"}  # a number',
        'seed: int = 0  # @param {type:"integer"}',
        "seed: int = 0  # a number",
    ],
)
def test_a_parameter_that_says_too_little_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError, match=r"n\.ipynb: parameter 'seed' should read"):
        parameters_of(notebook(tmp_path, line))


def notebook(folder: Path, parameters: str) -> Path:
    """A notebook of one cell of parameters."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "parameters",
        "metadata": {"tags": ["parameters"]},
        "source": parameters,
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    path = folder / "n.ipynb"
    path.write_text(
        json.dumps(
            {
                "cells": [cell],
                "metadata": {"kernelspec": kernel},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        )
    )
    return path
