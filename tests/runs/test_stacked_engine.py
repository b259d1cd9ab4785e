"""Replicates of a run are trained together, and what is stored is what each gives alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.planning import full_model, plan
from ltlib.runs import execute as execution
from ltlib.runs.engine import Job, Result
from ltlib.runs.execute import execute
from ltlib.runs.stacked_engine import StackedEngine
from ltlib.store.failures import Failure
from ltlib.store.store import Store
from tests.support import tiny
from tests.support.matrix import write_tiny_splits

PROTOCOL = replace(
    tiny.PROTOCOL, rounds=2, replicates=3, search="full", compiled=False, survivors_from=9
)
FIRST = full_model("tiny", "h", PROTOCOL, "a")
SPECS = plan(FIRST, "control", ["a", "b"], [("a", "b")])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> DomainRuns:
    return DomainRuns(write_tiny_splits(tmp_path_factory.mktemp("splits")))


def test_what_is_stored_is_what_each_run_gives_alone(
    runs: DomainRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, together = (Store(tmp_path / name, create=True) for name in ("alone", "together"))
    execute(SPECS, alone, runs, {}, workers=2)
    sizes: list[int] = []

    class Counting(StackedEngine):
        def _train(self, group: list[Job]) -> list[Result | Failure]:
            sizes.append(len(group))
            return super()._train(group)

    monkeypatch.setattr(execution, "LocalEngine", Counting)
    report = execute(SPECS, together, runs, {}, workers=3)
    assert len(report.done) == len(SPECS) and not report.failed
    assert set(sizes) == {3} and sum(sizes) == len(SPECS)
    measured = [
        store.table(SPECS).drop(columns=["seconds", "test_auc", "validation_auc"])
        for store in (alone, together)
    ]
    assert measured[0].equals(measured[1])
    origin = together.run(SPECS[0].hash)["provenance"]
    assert origin["together"] == 3
    assert "together" not in alone.run(SPECS[0].hash)["provenance"]


def test_no_more_than_asked_for_go_together_and_the_fullest_first(runs: DomainRuns) -> None:
    engine = StackedEngine(2, runs)
    assert engine.capacity() >= 2
    few, many = full_model("tiny", "h", PROTOCOL, "b"), FIRST
    for spec in (few, *(replace(many, replicate=n) for n in range(3))):
        engine.submit(Job(spec, None))
    found = [[spec for spec, _ in engine.collect(0)] for _ in range(4)]
    assert found[0] == [many, replace(many, replicate=1)]
    assert sorted(map(len, found)) == [0, 1, 1, 2]


def test_whatever_goes_wrong_is_a_failure_of_the_group(tmp_path: Path) -> None:
    engine = StackedEngine(2, DomainRuns(tmp_path / "nothing"))
    engine.submit(Job(FIRST, None))
    ((spec, outcome),) = engine.collect(0)
    assert spec == FIRST and isinstance(outcome, Failure)
    assert "nothing" in outcome.reason and "Traceback" in outcome.traceback


def test_one_that_diverges_fails_alone(runs: DomainRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    from ltlib.experiments import domains

    def wild(*named: Any) -> Any:
        ticket = tiny_first(*named)
        bad = ticket.replicate == 1
        return replace(ticket, initial={k: v * (1e38 if bad else 1) for k, v in
                                        ticket.initial.items()})  # fmt: skip

    tiny_first = domains.first_ticket
    monkeypatch.setattr(domains, "first_ticket", wild)
    engine = StackedEngine(3, runs)
    for n in range(3):
        engine.submit(Job(replace(FIRST, replicate=n), None))
    outcomes = [outcome for _, outcome in engine.collect(0)]
    assert [isinstance(outcome, Failure) for outcome in outcomes] == [False, True, False]
    assert "diverged in epoch 1" in str(outcomes[1].reason)  # type: ignore[union-attr]


def test_a_gpu_of_this_machine_trains_together(
    runs: DomainRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class Asked(StackedEngine):
        def __init__(self, at_once: int, experiment: Any) -> None:
            asked.append(at_once)
            super().__init__(at_once, experiment)

    monkeypatch.setattr(execution, "StackedEngine", Asked)
    specs = [replace(FIRST, device="cuda")]
    report = execute(specs, Store(tmp_path, create=True), runs, {}, workers=5)
    assert asked == [1], "no more than there are runs"
    assert list(report.failed) == specs, "there is no GPU here"
