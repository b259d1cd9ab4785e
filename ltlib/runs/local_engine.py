"""Runs on processes of this machine, one thread each."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context

from ltlib.experiments.experiment import Experiment
from ltlib.networks.network import ExampleSplits
from ltlib.protocol import Protocol
from ltlib.runs.engine import DIED, Job, Result
from ltlib.runs.worker import train_job
from ltlib.spec import RunSpec
from ltlib.store.failures import Failure


class LocalEngine:
    """A pool for each worker: when one dies, it is known which run died with it.

    Args:
        workers: processes; each is started when it is first needed.
        experiment: what the workers train; each loads the data it needs itself.
    """

    def __init__(self, workers: int, experiment: Experiment) -> None:
        self._experiment = experiment
        self._idle = [_pool() for _ in range(workers)]
        self._workers = workers
        self._busy: dict[Future[Result | Failure], tuple[RunSpec, ProcessPoolExecutor]] = {}

    def capacity(self) -> int:
        """As many as there are workers."""
        return self._workers

    def submit(self, job: Job) -> None:
        """Give a job to an idle worker."""
        pool = self._idle.pop()
        with _deaf_to_interrupts():
            try:
                future = pool.submit(_train, job, self._experiment)
            except BrokenProcessPool:  # the worker died while it had nothing to do
                pool = _pool()
                future = pool.submit(_train, job, self._experiment)
        self._busy[future] = (job.spec, pool)

    def collect(self, seconds: float) -> list[tuple[RunSpec, Result | Failure]]:
        """What has finished; waits for the first at most `seconds`."""
        finished, _ = wait(self._busy, timeout=seconds, return_when=FIRST_COMPLETED)
        collected = []
        for future in finished:
            spec, pool = self._busy.pop(future)
            outcome: Result | Failure
            try:
                outcome = future.result()
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                pool, outcome = _pool(), Failure(DIED, died=True)
            self._idle.append(pool)
            collected.append((spec, outcome))
        return collected

    def close(self) -> None:
        """End the workers, also those that are training."""
        for _, pool in self._busy.values():
            # Nobody will read these runs: the next call begins them again.
            for process in list((pool._processes or {}).values()):
                process.kill()
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in self._idle:
            pool.shutdown()


def available_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        1, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(os.getpid(),)
    )


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes started here inherit a mask without Ctrl-C, which the driver alone answers."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker(parent: int) -> None:
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A worker whose driver was killed would wait for ever; end with it."""
    while os.getppid() == parent:
        time.sleep(0.1)
    os._exit(1)


def _train(job: Job, experiment: Experiment) -> Result | Failure:
    spec = job.spec
    return train_job(job, experiment, lambda: _splits(experiment, spec.target, spec.protocol))


@lru_cache(maxsize=16)
def _splits(experiment: Experiment, domain: str, protocol: Protocol) -> ExampleSplits:
    """A worker lays a domain out once, for all its runs there."""
    return experiment.examples(experiment.load(domain), protocol)
