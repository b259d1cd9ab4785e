"""Several workers train from wherever a user calls: a script, a line, a notebook, a module."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, resource_tracker
from multiprocessing.forkserver import _forkserver
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import pytest

from ltlib import Store
from ltlib.data.corpus import Corpus
from ltlib.errors import InputError
from ltlib.experiments.domains import DomainRuns
from ltlib.runs import processes
from ltlib.runs.execute import execute
from ltlib.runs.local_engine import STARTS
from ltlib.store.failures import Failures
from ltlib.store.log import read_log
from tests.support.matrix import SPECS, assert_same, files_of

DEADLINE = 120  # seconds that no call comes near to
STARTING = ["forkserver", "spawn"]
LINES = """
import ltlib
protocol = ltlib.Protocol.smoke()
corpus = ltlib.load_corpus("vader", protocol)
table = ltlib.run(corpus, protocol, "obtain", store={store!r}, workers=2)
print("once", len(table))
"""
OWN = """
import sys
from dataclasses import dataclass
from pathlib import Path
from ltlib.experiments.domains import DomainRuns
from ltlib.runs.execute import execute
from ltlib.store.store import Store
from tests.support.matrix import SPECS

@dataclass(frozen=True)
class Mine(DomainRuns):
    def load(self, domain):
        print("mine", file=sys.stderr)
        return super().load(domain)

execute(SPECS, Store({store!r}, create=True), Mine(Path({splits!r})), {{}}, workers=2)
print("once")
"""


def begin(method: str) -> str:
    return f"from ltlib.runs import processes; processes.START_METHOD = {method!r}\n"


def call(words: list[str | Path], folder: Path) -> str:
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, said = process.communicate(timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # with its workers, which hold the pipes open
        raise
    assert process.returncode == 0, said
    assert "Traceback" not in said
    return printed


def script(method: str, lines: str, folder: Path) -> str:
    (folder / "lines.py").write_text(begin(method) + lines)
    return call(["lines.py"], folder)


def command(method: str, lines: str, folder: Path) -> str:
    return call(["-c", begin(method) + lines], folder)


def notebook(method: str, lines: str, folder: Path) -> str:
    """By papermill, as one runs a chapter with other parameters."""
    cells = [nbformat.v4.new_code_cell(source) for source in (begin(method), lines)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "lines.ipynb")
    call(["-m", "papermill", "-k", "python3", "lines.ipynb", "out.ipynb"], folder)
    output = nbformat.read(folder / "out.ipynb", 4).cells[-1].outputs
    return "".join(part["text"] for part in output if part.get("name") == "stdout")


Caller = Callable[[str, str, Path], str]


@pytest.fixture(scope="module")
def expected(vader_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `python -m ltlib` stores with one worker."""
    place = tmp_path_factory.mktemp("expected")
    call(["-m", "ltlib", "run", *said(place)], place)
    return place / "store"


def said(place: Path, workers: int = 1) -> list[str | Path]:
    store: list[str | Path] = ["--store", place / "store", "--workers", str(workers)]
    return ["--corpus", "vader", "--scale", "smoke", "--experiment", "obtain", *store]


@pytest.mark.parametrize(
    ("caller", "method"),
    [
        (script, "forkserver"),
        (command, "spawn"),
        pytest.param(script, "spawn", marks=pytest.mark.long),
        pytest.param(command, "forkserver", marks=pytest.mark.long),
        pytest.param(notebook, "forkserver", marks=pytest.mark.long),
        pytest.param(notebook, "spawn", marks=pytest.mark.long),
    ],
)
def test_several_workers_train_from_wherever_they_are_called(
    caller: Caller, method: str, expected: Path, tmp_path: Path
) -> None:
    """Once, without importing the caller again, and to the same bits."""
    store = tmp_path / "store"
    said = caller(method, LINES.format(store=str(store)), tmp_path)
    assert said.split() == ["once", "14"]
    assert files_of(Store(store)) == files_of(Store(expected)) != {}


@pytest.mark.long
@pytest.mark.parametrize("method", STARTING)
def test_the_command_trains_with_several_workers(
    method: str, expected: Path, tmp_path: Path
) -> None:
    run = f"import runpy, sys; sys.argv[1:] = {['run', *map(str, said(tmp_path, 2))]!r}\n"
    call(["-c", begin(method) + run + "runpy.run_module('ltlib', run_name='__main__')"], tmp_path)
    assert files_of(Store(tmp_path / "store")) == files_of(Store(expected))


@pytest.mark.parametrize("method", ["forkserver", pytest.param("spawn", marks=pytest.mark.long)])
def test_an_experiment_may_be_of_a_class_that_a_script_defines(
    method: str, short: Store, splits_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    lines = OWN.format(store=str(tmp_path / "store"), splits=str(splits_path))
    assert script(method, lines, tmp_path) == "once\n"
    assert_same(Store(tmp_path / "store"), short, SPECS)


def test_workers_know_the_environment_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of processes, once started, would keep the one it was started in."""
    for value in ("one", "two"):
        monkeypatch.setenv("LTLIB_TRIED", value)
        worker = processes.Worker(["ltlib.errors"])
        main = sys.modules["__main__"]
        assert worker.submit(os.getenv, "LTLIB_TRIED").result() == value
        assert sys.modules["__main__"] is main, "only a process that starts is told of no main"
        worker.close()


def test_what_is_imported_ahead_no_worker_waits_for(tmp_path: Path) -> None:
    """The server of processes has it before the first worker is made."""
    there = "'colorsys' in __import__('sys').modules"
    lines = f"""
        processes.import_ahead(["colorsys"])
        worker = processes.Worker(["ltlib.errors"])
        print({there}, worker.submit(eval, {there!r}).result())
        worker.close()"""
    assert script("forkserver", dedent(lines), tmp_path) == "False True\n"
    assert script("spawn", dedent(lines), tmp_path) == "False False\n"


@pytest.fixture
def workers_cannot_start(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    context = get_context("spawn")
    monkeypatch.setattr(processes, "START_METHOD", "spawn")
    resource_tracker.ensure_running()  # itself a process of this executable
    context.set_executable("/bin/false")
    yield
    context.set_executable(sys.executable)


def test_a_failed_start_is_no_failure_of_a_run(
    workers_cannot_start: None, splits_path: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path, create=True)
    with pytest.raises(InputError, match=f"started {STARTS} times and never took a run"):
        execute(SPECS, store, DomainRuns(splits_path), {}, workers=2)
    assert not any(Failures(tmp_path).reason(spec.hash) for spec in SPECS)
    assert read_log(tmp_path) == [], "nothing was tried, as far as the store knows"
    get_context("spawn").set_executable(sys.executable)
    report = execute(SPECS[:4], store, DomainRuns(splits_path), {}, workers=2)
    assert len(report.done) == 4


def test_a_server_that_ends_while_a_worker_starts_is_no_failure_of_a_run(
    short: Store, splits_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when there is no memory for it: what asks for a process finds the line cut."""
    submit, cut = ProcessPoolExecutor.submit, [EOFError(), ConnectionResetError()]

    def submit_or_fail(pool: ProcessPoolExecutor, *given: Any) -> Future[Any]:
        if cut:
            raise cut.pop()
        return submit(pool, *given)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", submit_or_fail)
    execute(SPECS, Store(tmp_path, create=True), DomainRuns(splits_path), {}, workers=2)
    assert_same(Store(tmp_path), short, SPECS)
    assert not cut


def test_a_server_of_processes_that_has_ended_is_started_again(
    splits_path: Path, short: Store, tmp_path: Path
) -> None:
    execute(SPECS[:4], Store(tmp_path, create=True), DomainRuns(splits_path), {}, workers=1)
    os.kill(_forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
    execute(SPECS, Store(tmp_path), DomainRuns(splits_path), {}, workers=2)
    assert_same(Store(tmp_path), short, SPECS)
