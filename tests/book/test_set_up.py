"""The hosting address is stated once; everything else that states it is written from there."""

import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from book.tools.how_to_run import RUN_ID
from book.tools.set_up import SETUP_ID, Repository, derived, pages_address, setup_cell, write
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
            f"{path.name}: run python -m book.tools.set_up"
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


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://github.com/Some-Group/tickets", "https://some-group.github.io/tickets/"),
        ("https://github.com/group/Group.github.io", "https://group.github.io/"),
        ("https://github.com/group", None),
        (ELSEWHERE, None),
    ],
)
def test_where_the_pages_are_published(url: str, address: str | None) -> None:
    assert pages_address(url) == address


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


@pytest.mark.parametrize(
    ("url", "binder"),
    [
        ("https://github.com/a/b", "mybinder.org/v2/gh/a/b/main"),
        ("https://example.org/a/b", "mybinder.org/v2/git/https%3A%2F%2Fexample.org%2Fa%2Fb/main"),
    ],
)
def test_badges(url: str, binder: str) -> None:
    badges = Repository(url, "main").badges()
    assert binder in badges
    assert ("colab" in badges) == ("github.com" in url)


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


class Pip:
    """Stands in for the package installer: keeps what it was asked."""

    def __init__(self, returncode: int) -> None:
        self.returncode = returncode
        self.command: list[str] = []
        self.constraint = ""

    def run(self, command: list[str], **_: Any) -> SimpleNamespace:
        self.command = command
        self.constraint = Path(command[command.index("--constraint") + 1]).read_text()
        return SimpleNamespace(returncode=self.returncode, stderr="no such package")


def run_setup_cell(
    monkeypatch: pytest.MonkeyPatch,
    missing: bool = True,
    torch: str | None = "9.9.9+cpu",
    returncode: int = 0,
) -> Pip:
    """Execute the set-up cell where ltlib is missing and `torch` is installed."""
    pip = Pip(returncode)

    def version(name: str) -> str:
        if torch is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return torch

    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None if missing else object())
    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.setattr(subprocess, "run", pip.run)
    exec(setup_cell(Repository(ELSEWHERE, "main"), "1.2.3"), {})
    return pip


def test_the_setup_cell_installs_from_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LTLIB_SOURCE", raising=False)
    pip = run_setup_cell(monkeypatch)
    assert pip.command[:4] == [sys.executable, "-m", "pip", "install"]
    assert pip.command[-1] == f"git+{ELSEWHERE}"


def test_the_environment_replaces_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTLIB_SOURCE", "/some/folder")
    assert run_setup_cell(monkeypatch).command[-1] == "/some/folder"


def test_an_installed_torch_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_setup_cell(monkeypatch).constraint == "torch==9.9.9+cpu\n"
    assert run_setup_cell(monkeypatch, torch=None).constraint == "torch==1.2.3\n"


def test_nothing_is_installed_where_ltlib_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_setup_cell(monkeypatch, missing=False).command == []


def test_a_failed_installation_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="no such package"):
        run_setup_cell(monkeypatch, returncode=1)
