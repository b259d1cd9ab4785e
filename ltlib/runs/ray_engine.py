"""Runs on a Ray cluster, from one this process starts itself to one of many machines."""

import os
import socket
import time
from functools import lru_cache
from typing import Any

from ltlib.errors import InputError
from ltlib.experiments.experiment import Experiment
from ltlib.networks.network import ExampleSplits
from ltlib.protocol import Protocol
from ltlib.runs.engine import DIED, Job, Result
from ltlib.runs.processes import available_cores
from ltlib.runs.worker import train_job
from ltlib.spec import RunSpec
from ltlib.store.failures import Failure

PATIENCE = 5.0  # seconds in which a cluster's address must answer
LOOK_AGAIN = 2.0  # seconds after which machines are counted anew


class RayEngine:
    """Ray Core tasks. A domain's data go to the object store once; workers fetch what they need.

    Args:
        workers: runs at once; 0 means as many as the cluster has room for, now and later.
        experiment: what the workers train; the driver alone loads its data.
        address: of a cluster; None starts one on this machine.
        gpus_per_run: the share of a GPU that a run takes.

    Raises:
        InputError: Ray is not installed, or there is no cluster at `address`.
    """

    def __init__(
        self,
        workers: int,
        experiment: Experiment,
        address: str | None = None,
        gpus_per_run: float = 0.0,
    ) -> None:
        self._own, self._started = _connect(address, workers), address is None
        import ray

        self._ray, self._experiment = ray, experiment
        self._workers, self._gpus = workers, gpus_per_run
        self._data: dict[str, Any] = {}  # references, by domain
        # The driver tries again itself, so that every engine counts alike.
        self._task = ray.remote(_train).options(num_cpus=1, num_gpus=gpus_per_run, max_retries=0)
        self._running: dict[Any, RunSpec] = {}
        self._counted, self._room = 0.0, 1

    def capacity(self) -> int:
        """A run for every place, and one more, so that no place waits for the driver."""
        if time.monotonic() - self._counted > LOOK_AGAIN:
            there = self._ray.cluster_resources()
            places = there.get("CPU", 0.0)
            if not places and self._started:  # elsewhere another machine may come
                raise InputError("the Ray that was started here has ended; run again to go on")
            if self._gpus:
                places = min(places, there.get("GPU", 0.0) / self._gpus)
            self._room, self._counted = int(places) + 1, time.monotonic()
        return self._workers or self._room

    def submit(self, job: Job) -> None:
        """Hand a job to the cluster."""
        domain = job.spec.target
        if domain not in self._data:
            self._data[domain] = self._ray.put(self._experiment.load(domain))
        # In a list the reference stays one: a worker that has the data does not fetch them.
        task = self._task.remote(job, self._experiment, [self._data[domain]])
        self._running[task] = job.spec

    def collect(self, seconds: float) -> list[tuple[RunSpec, Result | Failure]]:
        """What has finished; waits for the first at most `seconds`."""
        if not self._running:
            return []
        finished, rest = self._ray.wait(list(self._running), num_returns=1, timeout=seconds)
        if finished and rest:
            finished += self._ray.wait(rest, num_returns=len(rest), timeout=0)[0]
        return [(self._running.pop(task), self._outcome(task)) for task in finished]

    def close(self) -> None:
        """Stop what is being trained; end the cluster if it is ours."""
        for task in self._running:
            self._ray.cancel(task, force=True)
        if self._own:
            self._ray.shutdown()

    def _outcome(self, task: Any) -> Result | Failure:
        errors = self._ray.exceptions
        try:
            outcome: Result | Failure = self._ray.get(task)
            return outcome
        except errors.RayTaskError as error:  # before our own code began: ltlib is not there, say
            lines = str(error).strip().splitlines()
            return Failure(f"the worker could not begin: {lines[-1]}", str(error))
        except errors.RayError as error:
            return Failure(DIED, str(error), died=True)


def _connect(address: str | None, workers: int) -> bool:
    """Join a cluster or start one; whether the connection is ours to end."""
    try:
        import ray
    except ImportError:
        raise InputError('--engine ray needs Ray: pip install "ltlib[cluster]"') from None
    if ray.is_initialized():
        return False
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address is None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(num_cpus=workers or available_cores(), include_dashboard=False, **quiet)
        return True
    _answers(address)
    try:
        ray.init(address=address, **quiet)
    except (ConnectionError, RuntimeError, ValueError, AssertionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"--address {address}: no Ray cluster to join ({reason})") from None
    return True


def _answers(address: str) -> None:
    """Ray itself tries for minutes; ask whether anybody listens at all."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon:  # `auto`, `local`: Ray knows where to look
        return
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()
    except (OSError, ValueError) as error:
        raise InputError(
            f"--address {address}: no Ray cluster listens there ({error}); "
            "start one with `ray start --head`, or leave --address out"
        ) from None


def _train(job: Job, experiment: Experiment, data: list[Any]) -> Result | Failure:
    return train_job(job, experiment, lambda: _splits(experiment, data[0], job.spec.protocol))


@lru_cache(maxsize=16)
def _splits(experiment: Experiment, reference: Any, protocol: Protocol) -> ExampleSplits:
    import ray

    return experiment.examples(ray.get(reference), protocol)
