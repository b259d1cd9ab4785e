"""The cell that installs ltlib where it is missing."""

import importlib.metadata
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from book.tools.setup_cell import setup_cell

ELSEWHERE = "https://example.org/people/tickets"


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
    exec(setup_cell(ELSEWHERE, "1.2.3"), {})
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
