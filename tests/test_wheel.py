"""The wheel: everything of the library, nothing else, and it works where nothing else is."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project import ROOT


def done(*words: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """What a command prints that must succeed."""
    ended = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the sources: setuptools leaves folders where it builds."""
    folder = tmp_path_factory.mktemp("wheel")
    sources = folder / "sources"
    for name in ("ltlib", "book", "tests", "benchmarks"):
        shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done(*pip, "--wheel-dir", folder, sources, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_library_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    library = {name for name in names if not name.split("/")[0].endswith(".dist-info")}
    files = (path for path in (ROOT / "ltlib").rglob("*") if path.is_file())
    expected = {str(path.relative_to(ROOT)) for path in files if path.suffix != ".pyc"}
    assert library == expected
    assert {"ltlib/py.typed", "ltlib/figures/measured/training.json"} <= library
    assert "ltlib/data/sources/vader.py" in library, "folders in folders too"
    (licence,) = (name for name in names if name.endswith("LICENSE"))
    assert ".dist-info/" in licence


@pytest.fixture(scope="module")
def environment(wheel: Path) -> Iterator[Path]:
    """A fresh environment with the wheel and what it says it needs: no extras, no sources.

    Removed at once: it weighs more than a gigabyte.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        done(sys.executable, "-m", "venv", folder, cwd=folder)
        python, pins = folder / "bin" / "python", ROOT / "constraints.txt"
        install = ("-m", "pip", "install", "--quiet", "--constraint", pins, wheel)
        done(python, *install, cwd=folder, env=alone())
        yield folder


def alone() -> dict[str, str]:
    """The environment variables of a shell that knows no sources."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


@pytest.mark.long
def test_the_smoke_scale_runs_from_the_wheel(environment: Path, tmp_path: Path) -> None:
    python, ltlib = environment / "bin" / "python", environment / "bin" / "ltlib"
    store, out = tmp_path / "store", tmp_path / "results.parquet"

    def call(*words: str | Path) -> str:
        return done(ltlib, *words, cwd=tmp_path, env=alone())

    place = done(python, "-c", "import ltlib; print(ltlib.__file__)", cwd=tmp_path, env=alone())
    assert Path(place.strip()).is_relative_to(environment)
    installed = json.loads(done(python, "-m", "pip", "list", "--format", "json", cwd=tmp_path))
    assert not {"ray", "datasets", "jupyter-book", "pytest"} & {line["name"] for line in installed}

    assert "status" in call("--help")
    printed = call("run", "--corpus", "vader", "--scale", "smoke", "--store", store)
    assert "0 were there already" in printed
    assert "0 missing" not in call("status", "--store", store)
    counted = json.loads(call("status", "--store", store, "--json"))
    assert counted["done"] == len(counted["runs"]) > 0
    assert counted["missing"] == counted["failed"] == 0
    assert call("export", "--store", store, "--out", out) == f"{counted['done']} runs: {out}\n"
    assert "verdict" in call("claims", "--results", out)
    shown = call("show", "--store", store, counted["runs"][0]["run"])
    assert shown.splitlines()[-1].startswith("ltlib run --corpus vader")
    draws = (
        "import ltlib; from ltlib.figures.speed import measured; print(len(measured('training')))"
    )
    assert int(done(python, "-c", draws, cwd=tmp_path, env=alone())) > 0
