"""Runs on the one GPU of this machine: those that differ in their replicate alone, at once."""

import traceback
from dataclasses import replace
from functools import lru_cache

from ltlib.errors import DivergedError
from ltlib.experiments.experiment import Experiment
from ltlib.networks.network import ExampleSplits
from ltlib.protocol import Protocol
from ltlib.runs.engine import Job, Result
from ltlib.runs.worker import origin_of
from ltlib.spec import RunSpec
from ltlib.store.failures import Failure


class StackedEngine:
    """Trains in this process: what a GPU is short of is work, not hosts.

    Args:
        at_once: replicates that are trained together at most; memory sets the bound.
        experiment: of whose runs it trains.
    """

    WAITING = 16  # groups from which the fullest is chosen

    def __init__(self, at_once: int, experiment: Experiment) -> None:
        self._at_once, self._experiment = at_once, experiment
        self._jobs: list[Job] = []
        self._splits = lru_cache(maxsize=16)(self._load)

    def capacity(self) -> int:
        """More than are trained at once, so that there are replicates of one run among them."""
        return self.WAITING * self._at_once

    def submit(self, job: Job) -> None:
        """Keep a job until its turn comes."""
        self._jobs.append(job)

    def collect(self, seconds: float) -> list[tuple[RunSpec, Result | Failure]]:
        """Train the largest group of jobs that go together; what came out."""
        if not self._jobs:
            return []
        groups: dict[RunSpec, list[Job]] = {}
        for job in self._jobs:
            groups.setdefault(_but_for_replicate(job.spec), []).append(job)
        group = max(groups.values(), key=len)[: self._at_once]
        self._jobs = [job for job in self._jobs if job not in group]
        outcomes = self._train(group)
        return [(job.spec, found) for job, found in zip(group, outcomes, strict=True)]

    def close(self) -> None:
        """Forget what waits: nobody will read these runs."""
        self._jobs.clear()

    def _train(self, group: list[Job]) -> list[Result | Failure]:
        specs, needed = [job.spec for job in group], [job.needed for job in group]
        try:
            splits = self._splits(specs[0].target, specs[0].protocol)
            found = self._experiment.train_together(specs, needed, splits)
        except Exception as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            return [Failure(reason, traceback.format_exc())] * len(group)
        return [
            Failure(str(one), "")
            if isinstance(one, DivergedError)
            else Result(*one, origin_of(spec, self._experiment) | {"together": len(group)})
            for spec, one in zip(specs, found, strict=True)
        ]

    def _load(self, domain: str, protocol: Protocol) -> ExampleSplits:
        return self._experiment.examples(self._experiment.load(domain), protocol)


def _but_for_replicate(spec: RunSpec) -> RunSpec:
    return replace(spec, replicate=0)
