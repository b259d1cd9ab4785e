"""What a matrix must survive: processes are killed for real, disks are really full."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ltlib.errors import InputError
from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.planning import chain, full_model
from ltlib.runs.driver import Driver
from ltlib.runs.engine import Failure, Job, Result
from ltlib.runs.execute import execute
from ltlib.runs.local_engine import LocalEngine
from ltlib.runs.progress import Progress
from ltlib.runs.schedule import Schedule
from ltlib.spec import RunSpec
from ltlib.store.failures import Failures
from ltlib.store.locks import Locks
from ltlib.store.log import read_log
from ltlib.store.status import status_text, survey
from ltlib.store.store import Store
from tests.support import tiny
from tests.support.matrix import (
    LONG,
    SPECS,
    UNREAD,
    assert_same,
    count,
    needs_of,
    start_driver,
    workers_of,
)

DEADLINE = 120  # seconds that no wait of these tests comes near to


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.long
def test_the_driver_is_killed_twenty_times(
    undisturbed: Store, splits_path: Path, tmp_path: Path
) -> None:
    """At 20 moments drawn over the matrix, in the training of one run or another."""
    draw = random.Random(0)
    seconds = undisturbed.table(LONG)["seconds"].mean()
    moments = sorted(draw.uniform(0, 0.9 * len(LONG)) for _ in range(20))
    place = tmp_path / "killed"
    for moment in moments:
        driver = start_driver(place, splits_path, workers=2)
        before = count(place)
        wait_until(lambda: count(place) >= max(before + 1, int(moment)))  # noqa: B023
        time.sleep((moment % 1) * seconds)
        workers = workers_of(driver.pid, "forkserver")
        driver.kill()
        driver.join()
        assert driver.exitcode == -signal.SIGKILL, "it had not ended by itself"
        psutil.wait_procs(workers, timeout=DEADLINE)
        assert not any(worker.is_running() for worker in workers), "workers end with their driver"
        Store(place).table()  # whatever is there is whole
    store = Store(place)
    assert len(store.hashes()) < len(LONG)
    execute(LONG, store, DomainRuns(splits_path), {}, workers=2)
    assert_same(store, undisturbed, LONG)


@pytest.mark.long
@pytest.mark.parametrize(("engine", "word"), [("local", "forkserver"), ("ray", "ray::_train")])
def test_workers_are_killed_again_and_again(
    undisturbed: Store, splits_path: Path, tmp_path: Path, engine: str, word: str
) -> None:
    place = tmp_path / "killed"
    driver = start_driver(place, splits_path, workers=2, engine=engine)
    draw = random.Random(1)

    def none_is_tried_again() -> bool:
        """Else one run might be hit three times, and that is the end of it."""
        log = read_log(place)
        done = {record["run"] for record in log if record["event"] == "done"}
        return all(record["run"] in done for record in log if record["event"] == "again")

    for share in (0.1, 0.3, 0.5, 0.7):
        wait_until(lambda: count(place) >= share * len(LONG) and none_is_tried_again())  # noqa: B023
        wait_until(lambda: bool(workers_of(driver.pid, word)) or not driver.is_alive())
        if workers := workers_of(driver.pid, word):
            draw.choice(workers).kill()
    driver.join(DEADLINE)
    assert driver.exitcode == 0
    store = Store(place)
    assert_same(store, undisturbed, LONG)
    assert any(record["event"] == "again" for record in read_log(place)), "a kill hit training"


@pytest.mark.long
def test_two_drivers_share_a_store(undisturbed: Store, splits_path: Path, tmp_path: Path) -> None:
    place = tmp_path / "shared"
    drivers = [start_driver(place, splits_path, workers=1) for _ in range(2)]
    for driver in drivers:
        driver.join(DEADLINE)
        assert driver.exitcode == 0
    assert_same(Store(place), undisturbed, LONG)
    log = [record for record in read_log(place) if record["event"] == "done"]
    assert sorted(record["run"] for record in log) == sorted(spec.hash for spec in LONG)
    assert {record["driver"] for record in log} == {driver.pid for driver in drivers}
    assert not list((place / "locks").iterdir())


def test_a_lock_whose_owner_is_gone_is_taken_over(tmp_path: Path) -> None:
    spec = SPECS[0]
    lines = f"""
import sys, time
from pathlib import Path
from filelock import FileLock
lock = FileLock(r"{tmp_path}/locks/{spec.hash}")
lock.acquire()
print("held", flush=True)
time.sleep({DEADLINE})
"""
    (tmp_path / "locks").mkdir()
    owner = subprocess.Popen([sys.executable, "-c", lines], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None and owner.stdout.readline() == "held\n"
    locks = Locks(tmp_path)
    assert not locks.take(spec)
    owner.kill()
    owner.wait()
    assert locks.take(spec)
    locks.release(spec)
    assert Locks(tmp_path).take(spec)


def copied(store: Store, place: Path) -> Store:
    """The runs of a store, without the log of how they came about."""
    subprocess.run(["cp", "-a", store.path, place], check=True)
    for log in place.glob("log.*"):
        log.unlink()
    return Store(place, create=True)


@pytest.mark.parametrize("file", ["trained.safetensors", "metrics.json", "run.json"])
@pytest.mark.parametrize("fault", ["truncated", "altered", "missing"])
def test_a_damaged_run_alone_is_done_again(
    short: Store, splits_path: Path, tmp_path: Path, file: str, fault: str
) -> None:
    store = copied(short, tmp_path / "store")
    damaged = store.folder(SPECS[3])
    content = (damaged / file).read_bytes()
    if fault == "missing":
        (damaged / file).unlink()
    else:
        place = content.rindex(b"0")  # in JSON a digit stays a digit
        other = content[:place] + b"1" + content[place + 1 :]
        (damaged / file).write_bytes(content[:-9] if fault == "truncated" else other)
    stamps = {p: p.stat().st_mtime_ns for p in store.path.glob("[!.]*/*") if p.parent != damaged}
    execute(SPECS, store, DomainRuns(splits_path), {}, workers=1)
    assert_same(store, short, SPECS)
    found = [record for record in read_log(store.path) if record["event"] == "damaged"]
    assert [record["run"] for record in found] == [SPECS[3].hash]
    assert file in found[0]["reason"] and str(damaged) in found[0]["reason"]
    for path, stamp in stamps.items():
        if path.parent.name in {spec.hash for spec in SPECS}:
            assert path.stat().st_mtime_ns == stamp, "nothing else is touched"


def test_damage_that_shows_only_when_a_run_is_needed(
    short: Store, splits_path: Path, tmp_path: Path
) -> None:
    """The driver began with a sound store; a ticket is found damaged when its transfer starts."""
    store = copied(short, tmp_path / "store")
    transfer = next(s for s in SPECS if s.experiment == "transfer" and s.round == 2)
    needed = needs_of(transfer)
    assert needed is not None
    store.discard(transfer.hash)
    (store.folder(needed) / "trained.safetensors").write_bytes(b"")
    schedule = Schedule(SPECS, needs_of, {spec.hash for spec in SPECS} - {transfer.hash})
    runs = DomainRuns(splits_path)
    engine = LocalEngine(1, runs)
    progress = Progress([needed, transfer], False)
    report = Driver(schedule, store, runs, engine, {}, progress).execute()
    assert report.done == [needed, transfer]
    assert_same(store, short, SPECS)


@pytest.fixture
def mounts(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Mount something on a folder; needs root."""
    mounted: list[Path] = []

    def mount(place: Path, *words: str) -> None:
        place.mkdir(exist_ok=True)
        done = subprocess.run(["mount", *words, place], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"cannot mount here: {done.stderr.strip()}")
        mounted.append(place)

    if os.getuid() != 0:
        pytest.skip("only root can mount")
    yield mount
    for place in reversed(mounted):
        subprocess.run(["umount", "-l", place], check=False)


def test_the_disk_fills_up(
    short: Store, splits_path: Path, tmp_path: Path, mounts: Callable[..., None]
) -> None:
    place = tmp_path / "small"
    mounts(place, "-t", "tmpfs", "-o", "size=160k", "tmpfs")
    with pytest.raises(InputError, match=r"No space left.*run again") as told:
        execute(SPECS, Store(place, create=True), DomainRuns(splits_path), {}, workers=1)
    assert "\n" not in str(told.value)
    store = Store(place)
    assert 0 < len(store.hashes()) < len(SPECS)
    store.table()  # whatever is there is whole
    assert not list(place.glob(".writing-*"))
    subprocess.run(["mount", "-o", "remount,size=50m", place], check=True)
    execute(SPECS, Store(place, create=True), DomainRuns(splits_path), {}, workers=1)
    assert_same(store, short, SPECS)


def test_a_store_that_can_only_be_read(
    short: Store, splits_path: Path, tmp_path: Path, mounts: Callable[..., None]
) -> None:
    store = copied(short, tmp_path / "store")
    mounts(store.path, "--bind", str(store.path))
    subprocess.run(["mount", "-o", "remount,ro,bind", store.path], check=True)
    with pytest.raises(InputError, match="Read-only file system"):
        Store(store.path, create=True)
    assert f"{len(SPECS)} runs done" in status_text(Store(store.path))
    assert len(Store(store.path).table()) == len(SPECS)


def diverging() -> list[RunSpec]:
    """A chain whose steps are absurdly long, and a sound one."""
    absurd = replace(tiny.PROTOCOL, learning_rate=1e30)
    first = full_model("tiny", "h", absurd, "a", 0, 0)
    return chain(first, 2) + chain(
        replace(first, protocol=tiny.PROTOCOL, source="b", target="b"), 2
    )


def test_a_run_that_diverges_fails_and_blocks_what_needs_it(
    splits_path: Path, tmp_path: Path
) -> None:
    store, specs = Store(tmp_path / "s", create=True), diverging()
    report = execute(specs, store, DomainRuns(splits_path), {}, workers=2)
    assert list(report.failed) == [specs[0]] and "diverged" in report.failed[specs[0]]
    assert set(report.blocked) == set(specs[1:5]) and set(report.done) == set(specs[5:])
    states = {planned.run: state for planned, state in survey(store)}
    assert [states[spec.hash] for spec in specs] == ["failed"] + 4 * ["blocked"] + 5 * ["done"]
    text = status_text(store)
    assert "0 runs done, 1 failed, 4 blocked" in text and "diverged" in text
    assert "\n5 runs done" in text, "another protocol is told apart"
    record = Failures(store.path).read(specs[0].hash)
    assert record is not None and "DivergedError" in record["traceback"]
    lines = len(read_log(store.path))
    report = execute(specs, store, DomainRuns(splits_path), {}, workers=2)
    assert len(report.failed) == 1 and len(read_log(store.path)) == lines, "not tried again unasked"
    execute(specs, store, DomainRuns(splits_path), {}, workers=2, retry_failed=True)
    events = [record["event"] for record in read_log(store.path)[lines:]]
    assert events == ["failed"]


class Deadly:
    """An engine on which the worker of one run dies so many times; the rest comes from a store."""

    def __init__(self, store: Store, victim: RunSpec, deaths: int) -> None:
        self._store, self._victim, self._deaths = store, victim, deaths
        self._jobs: list[Job] = []
        self.begun: list[RunSpec] = []

    def capacity(self) -> int:
        return 2

    def submit(self, job: Job) -> None:
        self._jobs.append(job)
        self.begun.append(job.spec)

    def collect(self, seconds: float) -> list[tuple[RunSpec, Result | Failure]]:
        spec = self._jobs.pop(0).spec
        if spec == self._victim and self._deaths:
            self._deaths -= 1
            return [(spec, Failure("died", died=True))]
        folder = self._store.folder(spec)
        files = {path.name: path.read_bytes() for path in folder.glob("*.safetensors")}
        return [(spec, Result(self._store.metrics(spec.hash), files, {"machine": "m"}))]

    def close(self) -> None:
        pass


@pytest.mark.parametrize("deaths", [2, 3])
def test_a_run_whose_worker_dies_is_tried_twice_more(
    short: Store, tmp_path: Path, deaths: int
) -> None:
    victim = SPECS[1]
    store = Store(tmp_path / "s", create=True)
    engine = Deadly(short, victim, deaths)
    schedule, progress = Schedule(SPECS, needs_of, ()), Progress(SPECS, False)
    report = Driver(schedule, store, UNREAD, engine, {}, progress).execute()
    assert engine.begun.count(victim) == 3
    if deaths == 2:
        assert report.failed == {} and set(report.done) == set(SPECS)
    else:
        hanging = [s for s in SPECS if needs_of(s) in (victim, *report.blocked)]
        assert report.failed == {victim: "died"} and set(report.blocked) == set(hanging)
        assert len(report.blocked) == 2 + 6, "rounds 2 and 3, and transfers of rounds 1 to 3"
        assert set(report.done) == set(SPECS) - {victim, *hanging}
