"""`ltlib book`: where the sources are it becomes their build; elsewhere it says what to do."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from book.tools.build import main
from book.tools.repository import Repository
from ltlib.cli.book import book
from tests.support.project import ROOT

ECHO = """
import os, sys
print(os.getpid(), *sys.argv[1:], sep="|", flush=True)
print("a complaint", file=sys.stderr)
sys.exit(3)
"""
WAIT = """
import sys, time
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("tidied up", flush=True)
    sys.exit(130)
"""


def project(folder: Path, build: str) -> Path:
    """A folder with another tool in the place of the one that builds."""
    tools = folder / "book" / "tools"
    tools.mkdir(parents=True)
    for package in (tools.parent, tools):
        (package / "__init__.py").touch()
    (tools / "build.py").write_text(build)
    return folder


def start(folder: Path, *words: str, **environment: str) -> subprocess.Popen[str]:
    """The command as a reader gives it in `folder`, in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "ltlib", "book", *words],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_options_output_and_status_are_those_of_the_build(tmp_path: Path) -> None:
    words = ("--scale", "smoke", "--corpus", "my reviews; 'x'", "--seed", "7", "--out", "elsewhere")
    child = start(project(tmp_path, ECHO), *words)
    out, err = child.communicate()
    process, *given = out.strip().split("|")
    assert (child.returncode, err) == (3, "a complaint\n")
    assert int(process) == child.pid, "nothing stands between the build and a signal"
    understood = main.make_context("build", given).params
    assert understood == {
        "scale": "smoke",
        "corpus": "my reviews; 'x'",
        "results": "",
        "seed": 7,
        "out": "elsewhere",
    }


def test_ctrl_c_ends_the_build_which_tidies_up_first(tmp_path: Path) -> None:
    child = start(project(tmp_path, WAIT))
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    os.killpg(child.pid, signal.SIGINT)  # as a terminal does, to whatever runs in it
    assert child.stdout.readline() == "tidied up\n"
    assert child.wait(timeout=30) == 130
    with pytest.raises(ProcessLookupError):
        os.killpg(child.pid, 0)
    child.communicate()


def test_without_the_sources_it_says_where_they_are(tmp_path: Path) -> None:
    child = start(tmp_path)
    out, err = child.communicate()
    assert (child.returncode, out, err.count("\n")) == (2, "", 1)
    missing = tmp_path / "book" / "tools" / "build.py"
    assert err.startswith(f"ltlib: {missing}: not found")
    assert f"git clone {Repository.of(ROOT).url}," in err
    assert not list(tmp_path.iterdir())


def test_help_needs_no_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(book, ["--help"])
    assert shown.exit_code == 0
    for parameter in main.params:
        assert f"--{parameter.name} " in shown.output


@pytest.mark.parametrize("package", ["papermill", "jupyter_book"])
def test_without_the_extra_it_is_named(tmp_path: Path, package: str) -> None:
    assert importlib.util.find_spec(package) is not None
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules['{package}'] = None\n")
    search = os.pathsep.join([str(tmp_path), str(ROOT)])
    out = tmp_path / "out"
    child = start(ROOT, "--scale", "smoke", "--out", str(out), PYTHONPATH=search)
    printed, err = child.communicate()
    assert (child.returncode, printed) == (2, "")
    assert err == f'error: no package {package} to build with: pip install "ltlib[book]"\n'
    assert not out.exists()
