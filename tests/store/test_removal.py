"""What is removed is gone with all that hangs on it, and nothing else is touched."""

import shutil
from pathlib import Path

import pytest

from ltlib.experiments.domains import DomainRuns
from ltlib.runs.execute import execute
from ltlib.spec import RunSpec
from ltlib.store.failures import Failure, Failures
from ltlib.store.locks import Locks
from ltlib.store.plans import read_plans, write_plan
from ltlib.store.removal import dependents, remove
from ltlib.store.status import survey
from ltlib.store.store import Store
from tests.support.matrix import SPECS, UNREAD, assert_same, files_of, needs_of
from tests.support.refusals import assert_refused


@pytest.fixture
def store(short: Store, tmp_path: Path) -> Store:
    place = tmp_path / "store"
    shutil.copytree(short.path, place)
    return Store(place, create=True)


def hanging_on(spec: RunSpec) -> set[RunSpec]:
    """By walking from every run to its beginning."""
    found = set()
    for other in SPECS:
        step: RunSpec | None = other
        while step is not None:
            if step == spec:
                found.add(other)
            step = needs_of(step)
    return found


@pytest.mark.parametrize("planned", [True, False])
@pytest.mark.parametrize("number", range(0, len(SPECS), 3))
def test_a_run_goes_with_all_that_leads_back_to_it(
    store: Store, short: Store, planned: bool, number: int
) -> None:
    """Also where no plan says what needs what."""
    if not planned:
        shutil.rmtree(store.path / "plans")
    spec = SPECS[number]
    doomed = dependents(store, [spec.hash[:16]], UNREAD.needs)
    expected = hanging_on(spec)
    assert {run.run for run, _ in doomed} == {other.hash for other in expected}
    remove(store, doomed)
    left = {other.hash for other in SPECS if other not in expected}
    assert set(store.hashes()) == left
    assert {run.run for run, _ in survey(store)} == left, "and no plan asks for them"
    kept = {name: content for name, content in files_of(short).items() if name[:32] in left}
    assert files_of(store) == kept


def test_what_was_removed_can_be_run_again(store: Store, short: Store, splits_path: Path) -> None:
    remove(store, dependents(store, [SPECS[1].hash, SPECS[-1].hash], UNREAD.needs))
    for log in store.path.glob("log.*"):
        log.unlink()
    execute(SPECS, store, DomainRuns(splits_path), {}, workers=1)
    assert_same(store, short, SPECS)
    assert {run.run for run in read_plans(store.path)} == {spec.hash for spec in SPECS}


def test_failures_and_what_they_block_go_too(tmp_path: Path) -> None:
    store = Store(tmp_path, create=True)
    write_plan(tmp_path, SPECS, needs_of)
    Failures(tmp_path).write(SPECS[1], Failure("out of luck"))
    doomed = dependents(store, [SPECS[1].hash], UNREAD.needs)
    assert {run.run for run, _ in doomed} == {spec.hash for spec in hanging_on(SPECS[1])}
    remove(store, doomed)
    assert not Failures(tmp_path).names()
    assert {state for _, state in survey(store)} == {"missing"}


def test_refusals(store: Store) -> None:
    for name in ("zzz", "", "*"):
        message = r"(no run|\d+ runs) called '.*'; `ltlib status --store .* --runs`"
        assert_refused(lambda: dependents(store, [name], UNREAD.needs), message)  # noqa: B023
    store.discard(SPECS[2].hash)
    locks = Locks(store.path)
    assert locks.take(SPECS[2])
    before = files_of(store)
    message = "round 1 replicate 0 .* is in training; stop that first"
    assert_refused(lambda: dependents(store, [SPECS[0].hash], UNREAD.needs), message)
    locks.release_all()
    assert files_of(store) == before


def test_no_name_is_no_run_though_there_be_but_one(store: Store) -> None:
    shutil.rmtree(store.path / "plans")
    for spec in SPECS[1:]:
        store.discard(spec.hash)
    assert_refused(lambda: dependents(store, [""], UNREAD.needs), "no run called ''")
    assert [run.run for run, _ in dependents(store, [SPECS[0].hash[:3]], UNREAD.needs)] == [
        SPECS[0].hash
    ]


def test_what_depends_on_a_run_goes_before_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a removal cut short leaves no run whose ticket leads nowhere."""
    gone: list[str] = []
    monkeypatch.setattr(Store, "discard", lambda _, name: gone.append(name))
    remove(store, dependents(store, [SPECS[0].hash], UNREAD.needs))
    assert len(gone) > 3
    for spec in SPECS:
        needed = needs_of(spec)
        if spec.hash in gone and needed is not None:
            assert gone.index(spec.hash) < gone.index(needed.hash)
