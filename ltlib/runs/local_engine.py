"""Runs on processes of this machine, one thread each."""

import time
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import cloudpickle

from ltlib.errors import InputError
from ltlib.experiments.experiment import Experiment
from ltlib.networks.network import ExampleSplits
from ltlib.protocol import Protocol
from ltlib.runs.engine import DIED, Job, Result
from ltlib.runs.processes import Worker
from ltlib.runs.worker import train_job
from ltlib.spec import RunSpec
from ltlib.store.failures import Failure

STARTS = 3  # of a worker, before it is the machine that is at fault
PAUSE = 0.5  # seconds, and then twice that: what has just been killed may still seem to be there


@dataclass(frozen=True)
class _Task:
    job: Job
    worker: Worker
    starts: int = 1


class LocalEngine:
    """A process for each worker: when one dies, it is known which run died with it.

    Args:
        workers: processes; each is started when it is first needed.
        experiment: what the workers train; each loads the data it needs itself. It may be of a
            class that a script or a notebook defines.
    """

    def __init__(self, workers: int, experiment: Experiment) -> None:
        home = type(experiment).__module__
        self._modules = [__name__] + [home] * (home != "__main__")
        self._experiment = cloudpickle.dumps(experiment)
        self._idle = [Worker(self._modules) for _ in range(workers)]
        self._workers = workers
        self._busy: dict[Future[Result | Failure], _Task] = {}

    def capacity(self) -> int:
        """As many as there are workers."""
        return self._workers

    def submit(self, job: Job) -> None:
        """Give a job to an idle worker.

        Raises:
            InputError: no worker can be started.
        """
        self._begin(_Task(job, self._idle.pop()))

    def collect(self, seconds: float) -> list[tuple[RunSpec, Result | Failure]]:
        """What has finished; waits for the first at most `seconds`.

        Raises:
            InputError: no worker can be started.
        """
        finished, _ = wait(self._busy, timeout=seconds, return_when=FIRST_COMPLETED)
        collected = []
        for future in finished:
            task = self._busy.pop(future)
            try:
                outcome, worker = future.result(), task.worker
            except BrokenProcessPool:
                if not task.worker.has_started():
                    self._begin_anew(task)
                    continue
                task.worker.close()
                outcome, worker = Failure(DIED, died=True), Worker(self._modules)
            self._idle.append(worker)
            collected.append((task.job.spec, outcome))
        return collected

    def close(self) -> None:
        """End the workers, also those that are training."""
        for task in self._busy.values():
            # Nobody will read these runs: the next call begins them again.
            task.worker.kill()
        for worker in self._idle:
            worker.close()

    def _begin(self, task: _Task) -> None:
        try:
            self._busy[task.worker.submit(_train, task.job, self._experiment)] = task
        except BrokenProcessPool:
            self._begin_anew(task)

    def _begin_anew(self, task: _Task) -> None:
        """A worker died before it took the run: that is no failure of the run."""
        task.worker.close()
        if task.starts == STARTS:
            raise InputError(
                f"a worker process was started {STARTS} times and never took a run; what it said "
                "stands above. Is there memory for so many workers? No run has failed: the same "
                "call goes on"
            )
        time.sleep(PAUSE * task.starts)
        self._begin(_Task(task.job, Worker(self._modules), task.starts + 1))


def _train(job: Job, pickled: bytes) -> Result | Failure:
    spec = job.spec
    return train_job(job, _loaded(pickled), lambda: _splits(pickled, spec.target, spec.protocol))


@lru_cache(maxsize=1)
def _loaded(pickled: bytes) -> Experiment:
    return cast(Experiment, cloudpickle.loads(pickled))


@lru_cache(maxsize=16)
def _splits(pickled: bytes, domain: str, protocol: Protocol) -> ExampleSplits:
    """A worker lays a domain out once, for all its runs there."""
    experiment = _loaded(pickled)
    return experiment.examples(experiment.load(domain), protocol)
