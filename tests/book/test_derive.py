"""The hosting address is stated once; everything else that states it is written from there."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from book.tools.derive import derived, write
from book.tools.how_to_run import RUN_ID
from book.tools.repository import Repository, pages_address
from book.tools.setup_cell import SETUP_ID
from ltlib.errors import InputError
from tests.support.project import ROOT

ELSEWHERE = "https://example.org/people/tickets"
PLACES = ("_config.yml", "CITATION.cff", "pyproject.toml", "README.md", "constraints.txt")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what states the address or is asked for it."""
    for name in PLACES:
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    return tmp_path


def texts_of_the_project() -> dict[str, str]:
    """Every file under version control, or about to be, that can be read as text."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    texts = {}
    for name in listed.stdout.splitlines():
        try:
            texts[name] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    return texts


def test_the_tree_is_what_the_address_makes_of_it() -> None:
    for path, content in derived(ROOT).items():
        assert path.read_text(encoding="utf-8") == content, (
            f"{path.name}: run python -m book.tools.derive"
        )


def test_nothing_else_states_the_address() -> None:
    address = Repository.of(ROOT).url.removeprefix("https://")
    stating = {name for name, text in texts_of_the_project().items() if address in text}
    written = {path.relative_to(ROOT).as_posix() for path in derived(ROOT)}
    assert stating <= written | {"_config.yml"}
    assert "_config.yml" in stating


def test_nothing_states_the_address_of_the_pages() -> None:
    """The book's build derives it."""
    address = pages_address(Repository.of(ROOT).url)
    assert address is not None
    host = address.removeprefix("https://").partition("/")[0]
    assert not [name for name, text in texts_of_the_project().items() if host in text]


def test_another_address_reaches_every_place(project: Path) -> None:
    old = Repository.of(ROOT).url
    config = project / "_config.yml"
    config.write_text(config.read_text().replace(old, ELSEWHERE))
    changed = write(project)
    assert {path.name for path in changed} == {
        *(name for name in PLACES if name not in ("_config.yml", "constraints.txt")),
        *(path.name for path in (project / "notebooks").glob("*.ipynb")),
    }
    for path in project.rglob("*.*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert old not in text, path
            assert (
                path not in changed
                or "example.org/people/tickets" in text
                or ("example.org%2Fpeople%2Ftickets" in text)
            )
    assert write(project) == []


def test_a_configuration_without_an_address_is_refused(project: Path) -> None:
    (project / "_config.yml").write_text("title: x\n")
    with pytest.raises(InputError, match=r"repository\.url"):
        derived(project)
    (project / "_config.yml").unlink()
    with pytest.raises(InputError, match=r"_config\.yml"):
        derived(project)


@pytest.mark.parametrize("missing", [SETUP_ID, RUN_ID])
def test_a_notebook_without_a_written_cell_is_refused(project: Path, missing: str) -> None:
    path = project / "notebooks" / "01_data.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != missing]
    path.write_text(json.dumps(notebook))
    with pytest.raises(InputError, match=rf"01_data\.ipynb.*{missing}"):
        derived(project)
