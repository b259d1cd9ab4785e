"""The loop that brings a plan to its end: the store is the truth, engines only train."""

import time
from dataclasses import dataclass, field
from typing import Any

from ltlib.errors import DamagedError
from ltlib.experiments.experiment import Experiment
from ltlib.runs.engine import Engine, Job, Result
from ltlib.runs.interrupts import Interrupts
from ltlib.runs.progress import Progress
from ltlib.runs.schedule import Schedule
from ltlib.spec import RunSpec
from ltlib.store.failures import Failure, Failures
from ltlib.store.locks import Locks
from ltlib.store.log import RunLog
from ltlib.store.store import Store
from ltlib.store.tickets import read_files

TRIES = 3  # of a run whose worker dies
WAIT = 0.2  # seconds between looks at what other drivers have done


@dataclass
class Report:
    """What a call carried out; `failed` holds reasons, of earlier calls too."""

    done: list[RunSpec] = field(default_factory=list)
    failed: dict[RunSpec, str] = field(default_factory=dict)
    blocked: list[RunSpec] = field(default_factory=list)


class Driver:
    """The one process that touches the store."""

    def __init__(
        self,
        schedule: Schedule,
        store: Store,
        experiment: Experiment,
        engine: Engine,
        provenance: dict[str, Any],
        progress: Progress,
    ) -> None:
        self._schedule, self._store = schedule, store
        self._experiment, self._engine = experiment, engine
        self._provenance, self._progress = provenance, progress
        self._locks, self._failures = Locks(store.path), Failures(store.path)
        self._log = RunLog(store.path)
        self._tries: dict[RunSpec, int] = {}
        self._running: set[RunSpec] = set()
        self._elsewhere: list[RunSpec] = []  # locked by other drivers
        self._report = Report()

    def execute(self) -> Report:
        """Until every run is done, failed or blocked."""
        try:
            with Interrupts() as interrupts:
                while len(self._schedule) and not (interrupts.asked and not self._running):
                    if not interrupts.asked:
                        self._fill()
                    if not self._running:
                        time.sleep(WAIT if self._elsewhere else 0)
                    for spec, outcome in self._engine.collect(WAIT):
                        self._settle(spec, outcome, again=not interrupts.asked)
                    self._look_elsewhere()
                if len(self._schedule):
                    raise KeyboardInterrupt
        finally:
            self._engine.close()
            self._locks.release_all()
        return self._report

    def _fill(self) -> None:
        while len(self._running) < self._engine.capacity():
            spec = self._schedule.next()
            if spec is None:
                return
            if self._locks.take(spec):
                self._begin(spec)
            else:
                self._elsewhere.append(spec)

    def _begin(self, spec: RunSpec) -> None:
        """Submit a run just locked, unless another driver has done it meanwhile, or failed."""
        damage = self._damage(spec)
        reason = self._failures.reason(spec.hash)
        if damage is not None:
            self._discard(spec, damage)
            self._submit(spec)
        elif spec in self._store:
            self._progress.done(spec, None, len(self._running), self._engine.capacity())
            self._schedule.done(spec)
            self._locks.release(spec)
        elif reason is not None:
            self._fail(spec, reason)
            self._locks.release(spec)
        else:
            self._submit(spec)

    def _damage(self, spec: RunSpec) -> DamagedError | None:
        """What is wrong with the files of a stored run; None: nothing, or it is not stored."""
        try:
            if spec in self._store:
                self._store.verify(spec.hash)
        except DamagedError as damage:
            return damage
        return None

    def _discard(self, spec: RunSpec, damage: DamagedError) -> None:
        self._store.discard(spec.hash)
        self._progress.remark(str(damage))
        self._progress.line(self._log.add("damaged", spec, reason=str(damage)))

    def _submit(self, spec: RunSpec) -> None:
        """Begin a run, unless what it needs turns out to be damaged: that is done first."""
        needs, first = self._experiment.needs(spec), self._experiment.first(spec)
        try:
            files = None if needs is None else read_files(self._store, needs, first)
        except DamagedError as damage:
            assert needs is not None
            self._schedule.reopen(first if damage.run == first.hash else needs)
            self._schedule.again(spec)
            self._locks.release(spec)
            return
        self._running.add(spec)
        self._engine.submit(Job(spec, files))

    def _settle(self, spec: RunSpec, outcome: Result | Failure, again: bool) -> None:
        self._running.remove(spec)
        if isinstance(outcome, Result):
            self._keep(spec, outcome)
        elif outcome.died and self._tries.get(spec, 1) < TRIES:
            self._tries[spec] = self._tries.get(spec, 1) + 1
            self._progress.line(self._log.add("again", spec, reason=outcome.reason))
            if again:
                self._submit(spec)
                return  # still locked
        else:
            self._failures.write(spec, outcome)
            self._progress.remark(self._log.add("failed", spec, reason=outcome.reason))
            self._fail(spec, outcome.reason)
        self._locks.release(spec)

    def _keep(self, spec: RunSpec, result: Result) -> None:
        origin = self._provenance | result.provenance
        self._store.write(spec, result.metrics, result.files, origin)
        self._failures.clear(spec.hash)
        seconds = result.metrics["seconds"]
        accuracy = result.metrics["test_accuracy"]
        machine = result.provenance["machine"]
        line = self._log.add("done", spec, seconds=seconds, test_accuracy=accuracy, machine=machine)
        self._progress.line(line)
        self._progress.done(spec, seconds, len(self._running), self._engine.capacity())
        self._schedule.done(spec)
        self._report.done.append(spec)

    def _fail(self, spec: RunSpec, reason: str) -> None:
        self._report.failed[spec] = reason
        blocked = self._schedule.failed(spec)
        self._report.blocked += blocked
        for lost in (spec, *blocked):
            self._progress.failed(lost, len(self._running), self._engine.capacity())

    def _look_elsewhere(self) -> None:
        """Runs of other drivers come back as ready: they are done by now, failed, or still held."""
        for spec in self._elsewhere:
            self._schedule.again(spec)
        self._elsewhere.clear()
