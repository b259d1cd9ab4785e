"""Reading is cheap: what only reads imports neither torch, Ray nor a drawing library."""

import subprocess
import sys
from pathlib import Path

import pytest

from ltlib.experiments.planning import full_model, plan
from ltlib.protocol import Protocol
from ltlib.spec import RunSpec
from ltlib.store.plans import write_plan
from ltlib.store.store import Store
from tests.support import claim_worlds as worlds
from tests.support.matrix import needs_of

DRAWING = {"matplotlib", "altair", "vl_convert", "PIL", "IPython"}
HEAVY = DRAWING | {"torch", "ray", "sentencepiece", "safetensors.torch"}
TABLES = {"numpy", "pandas", "pyarrow", "fsspec"}


AT_THE_END = (
    "import atexit, sys; atexit.register(lambda: print(*sys.modules, sep='\\n', file=sys.stderr)); "
)


def imported(code: str, *words: str | Path) -> set[str]:
    """The modules that a fresh process has imported when it ends."""
    command = [sys.executable, "-c", AT_THE_END + code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def imported_by_ltlib(*words: str | Path) -> set[str]:
    """The same, of `python -m ltlib <words>`."""
    found = imported("import runpy; runpy.run_module('ltlib', run_name='__main__')", *words)
    assert "ltlib.cli.commands" in found
    return found


def specs() -> list[RunSpec]:
    first = full_model("tiny", "h", Protocol.smoke(), "a")
    return plan(first, "all", ["a", "b"], [("a", "b")])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Runs that nobody trained, and one more that was asked for."""
    opened = Store(tmp_path_factory.mktemp("store"), create=True)
    metrics = dict.fromkeys(("sparsity", "seconds", "connected", "test_accuracy"), 0.5)
    metrics |= {"validation_accuracy": 0.5, "epochs": 1, "best_epoch": 1}
    write_plan(opened.path, specs(), needs_of)
    for spec in specs()[:-1]:
        opened.write(spec, metrics, {}, {})
    return opened


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("results") / "results.parquet"
    worlds.table(worlds.as_claimed).to_parquet(path)
    return path


def test_what_trains_or_draws_is_seen_here() -> None:
    """The other tests look for names in the same list: they must be there when imported."""
    found = imported("import ltlib.tickets, ltlib.figures.explorable, ltlib.data.corpus")
    assert {"torch", "matplotlib", "altair", "vl_convert", "sentencepiece"} <= found
    assert {"safetensors.torch", "pandas", "numpy"} <= found


@pytest.mark.parametrize(
    "module",
    [
        "ltlib.results.table",
        "ltlib.results.claims",
        "ltlib.results.words",
        "ltlib.store.store",
        "ltlib.store.status",
        "ltlib.store.plans",
        "ltlib.store.locks",
        "ltlib.store.failures",
        "ltlib.store.export",
    ],
)
def test_modules_that_read_import_nothing_heavy(module: str) -> None:
    found = imported(f"import {module}")
    assert module in found
    assert not found & HEAVY


def test_the_library_itself_imports_nothing() -> None:
    found = imported("import ltlib; from ltlib import Protocol, InputError")
    assert "ltlib.protocol" in found
    assert not found & (HEAVY | TABLES)


@pytest.mark.parametrize("command", ["", "run", "prepare", "status", "export", "claims", "book"])
def test_help_imports_not_even_tables(command: str) -> None:
    found = imported_by_ltlib(*command.split(), "--help")
    assert not found & (HEAVY | TABLES)


def test_commands_that_read_import_nothing_heavy(store: Store, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    for words in (
        ("status", "--store", store.path),
        ("status", "--store", store.path, "--json"),
        ("show", "--store", store.path, specs()[0].hash[:10]),
        ("export", "--store", store.path, "--out", out),
        ("claims", "--results", table),
        ("claims", "--results", table, "--json"),
    ):
        assert not imported_by_ltlib(*words) & HEAVY, words
    assert out.is_file()
