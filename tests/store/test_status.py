"""What people see: states, estimates, time left, and how Ctrl-C ends."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.planning import full_model, plan
from ltlib.networks.packing import pack
from ltlib.runs.engine import Failure
from ltlib.runs.estimate import estimate
from ltlib.runs.execute import execute
from ltlib.runs.progress import Pace
from ltlib.store.failures import Failures
from ltlib.store.locks import Locks
from ltlib.store.plans import read_plans, write_plan
from ltlib.store.status import status_json, status_text, survey
from ltlib.store.store import Store
from tests.support import tiny
from tests.support.matrix import LONG, SPECS, UNREAD, assert_same, count, needs_of
from tests.support.project import ROOT
from tests.support.refusals import assert_refused
from tests.support.tiny import TEXT


def test_a_plan_comes_back_as_it_went(tmp_path: Path) -> None:
    for specs in (SPECS[:5], SPECS, SPECS):
        write_plan(tmp_path, specs, needs_of)
    rows = list(read_plans(tmp_path))
    assert sorted(row.run for row in rows) == sorted(spec.hash for spec in SPECS)
    by_name = {spec.hash: spec for spec in SPECS}
    for row in rows:
        spec = by_name[row.run]
        needs = needs_of(spec)
        assert row.needs == ("" if needs is None else needs.hash)
        assert row.label() == spec.label()
    assert len(list((tmp_path / "plans").iterdir())) == 2, "the same plan is one file"


def test_a_plan_of_before_settings_is_in_nobodys_way(tmp_path: Path) -> None:
    write_plan(tmp_path, SPECS[:2], needs_of)
    (path,) = (tmp_path / "plans").iterdir()
    (tmp_path / "plans" / "older.json").write_text(json.dumps([["a", "", "obtain"]]))
    assert [row.run for row in read_plans(tmp_path)] == [spec.hash for spec in SPECS[:2]]
    path.write_text("{}")
    assert_refused(lambda: list(read_plans(tmp_path)), f"{path.name}: damaged; remove it")


def test_every_state_is_told(tmp_path: Path) -> None:
    """Of a chain of a: done, running, failed, blocked; all else is missing."""
    store = Store(tmp_path, create=True)
    first, reset1, random1, reset2, random2 = SPECS[:5]
    write_plan(store.path, SPECS, needs_of)
    metrics, files = UNREAD.train(first, None, pack(tiny.splits(0), tiny.PROTOCOL))
    store.write(first, metrics, files, {})
    Failures(store.path).write(reset1, Failure("out of luck"))
    claims = Locks(store.path)
    assert claims.take(random1)
    states = {planned.run: state for planned, state in survey(store)}
    assert [states[s.hash] for s in (first, reset1, random1, reset2, random2)] == [
        "done", "failed", "running", "blocked", "missing",
    ]  # fmt: skip
    for spec in SPECS:
        if spec.experiment == "transfer":
            assert states[spec.hash] == ("missing" if spec.round == 0 else "blocked")
    text = status_text(store)
    row = next(line for line in text.splitlines() if line.split()[:3] == ["obtain", "a", "a"])
    assert row.split()[3:] == ["1", "1", "1", "2", "2"]
    assert f"failed: {reset1.label()} ({reset1.hash[:12]}): out of luck" in text
    told = status_json(store)
    assert (told["done"], told["running"], told["failed"]) == (1, 1, 1)
    assert len(told["runs"]) == 1 and len(told["others"]) == len(SPECS) - 1
    claims.release_all()
    assert "running" not in {state for _, state in survey(store)}


def test_a_lock_file_that_nobody_holds_is_not_running(tmp_path: Path) -> None:
    store = Store(tmp_path, create=True)
    write_plan(store.path, SPECS, needs_of)
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / SPECS[0].hash).touch()
    assert {state for _, state in survey(store)} == {"missing"}


def test_runs_older_than_plans_are_shown(splits_path: Path, tmp_path: Path) -> None:
    store = Store(tmp_path, create=True)
    execute(SPECS[:1], store, DomainRuns(splits_path), {}, workers=1)
    for path in (tmp_path / "plans").iterdir():
        path.unlink()
    assert "1 run done" in status_text(store)
    (store.folder(SPECS[0]) / "metrics.json").write_text("{")
    assert "1 run done" in status_text(store), "what was measured is not read for it"


def test_time_left_is_that_of_like_runs() -> None:
    pace = Pace()
    assert pace.left([(("obtain", 0), 1)], 1) is None, "nothing is measured yet"
    pace.add(("obtain", 0), 10.0)
    pace.add(("obtain", 0), 20.0)
    pace.add(("transfer", 0), 3.0)
    pace.add(("obtain", 4), 2.0)
    assert pace.left([(("obtain", 0), 2), (("transfer", 0), 1)], 1) == 33.0
    assert pace.left([(("obtain", 3), 5)], 2) == 5.0, "of the nearest round"
    assert pace.left([(("transfer", 5), 1)], 1) == 2.0
    assert pace.left([(("obtain", 0), 0)], 1) == 0.0


def test_an_estimate_is_near_what_it_costs(tmp_path: Path) -> None:
    """Disk within a factor of 2; time within one of 10, since the machine has other work."""
    protocol = replace(tiny.PROTOCOL, split=(400, 40, 40), epochs=10)
    specs = plan(full_model("tiny", "h", protocol, ""), "obtain", ["a"], [])
    splits = pack(tiny.splits(0, protocol), protocol)
    cost = estimate(specs, TEXT, splits)
    metrics, files = UNREAD.train(specs[0], None, splits)
    seconds = metrics["seconds"] * len(specs)
    assert seconds / 10 < cost.hours * 3600 < seconds * 10
    store = Store(tmp_path, create=True)
    store.write(specs[0], metrics, files, {})
    used = sum(4096 * -(-p.stat().st_size // 4096) for p in store.folder(specs[0]).iterdir())
    one = estimate(specs[:1], TEXT, splits).disk
    assert used / 2 < one < used * 2
    assert estimate([], TEXT, splits).disk == 0


DRIVER = """
import sys
from pathlib import Path
from ltlib.experiments.domains import DomainRuns
from ltlib.runs.execute import execute
from ltlib.store.store import Store
from tests.support.matrix import LONG
try:
    execute(LONG, Store(sys.argv[1], create=True), DomainRuns(Path(sys.argv[2])), {}, workers=2)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.long
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c(undisturbed: Store, splits_path: Path, tmp_path: Path, times: int) -> None:
    """As a terminal sends it: to driver and workers alike."""
    place, root = tmp_path / "s", ROOT
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, place, splits_path],
        cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, start_new_session=True,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    end = time.monotonic() + 120
    while count(place) < 5:
        assert time.monotonic() < end and driver.poll() is None
        time.sleep(0.01)
    running = {path.name for path in (place / "locks").iterdir()} if times == 1 else set()
    assert driver.stderr is not None
    os.killpg(driver.pid, signal.SIGINT)
    while "Ctrl-C again" not in driver.stderr.readline():
        assert driver.poll() is None
    if times == 2:
        os.killpg(driver.pid, signal.SIGINT)
    assert driver.wait(120) == 130
    store = Store(place)
    assert 5 <= len(store.hashes()) < len(LONG)
    assert running <= {spec.hash for spec in LONG if spec in store}, "what was begun is finished"
    assert not any((place / "locks").iterdir())
    execute(LONG, store, DomainRuns(splits_path), {}, workers=2)
    assert_same(store, undisturbed, LONG)
