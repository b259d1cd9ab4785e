"""What the tests of the command share: it runs in this process, on a corpus of a user's own."""

import sys
from pathlib import Path

import pytest

from ltlib.cli.commands import main
from tests.support.command import Run, write_domain


@pytest.fixture
def ltlib(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process: exit status, stdout, stderr."""

    def call(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ltlib", *map(str, words)])
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return call


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of a user's own."""
    path = tmp_path_factory.mktemp("own")
    for seed, name in enumerate(("films", "phones", "songs")):
        write_domain(path / f"{name}.jsonl.gz", seed)
    return path
