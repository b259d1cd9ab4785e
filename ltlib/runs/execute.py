"""Carrying out a plan to its end, whatever happens, on local processes or on Ray."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, Literal

from ltlib.errors import DamagedError
from ltlib.experiments.experiment import Experiment
from ltlib.runs.driver import Driver, Report
from ltlib.runs.engine import Engine
from ltlib.runs.local_engine import LocalEngine
from ltlib.runs.processes import available_cores
from ltlib.runs.progress import Progress
from ltlib.runs.schedule import Schedule
from ltlib.runs.stacked_engine import StackedEngine
from ltlib.spec import Device, RunSpec
from ltlib.store.failures import Failures
from ltlib.store.plans import write_plan
from ltlib.store.store import Store

EngineName = Literal["local", "ray"]


def execute(
    specs: Sequence[RunSpec],
    store: Store,
    experiment: Experiment,
    provenance: dict[str, Any],
    workers: int = 0,
    progress: bool = False,
    engine: EngineName = "local",
    address: str | None = None,
    gpus_per_run: float = 0.0,
    retry_failed: bool = False,
) -> Report:
    """Carry out those of `specs` that the store does not hold, or holds damaged.

    A run that fails is recorded and blocks only what needs it. Ctrl-C once finishes the runs in
    training, twice stops at once; after either, the same call goes on.

    Args:
        specs: each after the one it needs.
        experiment: that they are runs of.
        provenance: written with every run, beside what its worker says of itself.
        workers: runs at once; 0 means one a core, or what the cluster has room for. On the GPU of
            this machine so many replicates of a run are trained together.
        progress: show a bar with an estimate of the time left, on stderr.
        engine: `local` processes, or `ray`.
        address: of a Ray cluster; None starts one here.
        gpus_per_run: the share of a GPU that a run on Ray takes.
        retry_failed: try again what is recorded as failed.

    Raises:
        InputError: the store cannot be written, the data not be read, or there is no cluster.
        KeyboardInterrupt: stopped before the end.
    """
    write_plan(store.path, specs, experiment.needs)
    schedule = Schedule(specs, experiment.needs, sound_runs(store, specs))
    if not len(schedule):
        return Report()
    experiment.load(next(schedule.remaining()).target)  # unreadable: said once, not by each worker
    if retry_failed:
        for spec in schedule.remaining():
            Failures(store.path).clear(spec.hash)
    workers = _workers(workers, engine, len(schedule))
    device = specs[0].device
    trainer = _open(engine, workers, experiment, address, gpus_per_run, device)
    with closing(Progress(schedule.remaining(), progress)) as shown:
        return Driver(schedule, store, experiment, trainer, provenance, shown).execute()


def sound_runs(store: Store, specs: Iterable[RunSpec]) -> set[str]:
    """Names of those of `specs` that are there and undamaged."""
    there = set(store.hashes())
    planned = (spec.hash for spec in specs)
    return {name for name in planned if name in there and _is_sound(store, name)}


def _is_sound(store: Store, name: str) -> bool:
    try:
        store.verify(name)
    except DamagedError:
        return False
    return True


def _workers(workers: int, engine: EngineName, runs: int) -> int:
    if engine == "ray":
        return workers
    return min(workers or available_cores(), runs)


def _open(
    engine: EngineName,
    workers: int,
    experiment: Experiment,
    address: str | None,
    gpus_per_run: float,
    device: Device,
) -> Engine:
    if engine == "local" and device == "cuda":
        return StackedEngine(workers, experiment)
    if engine == "local":
        return LocalEngine(workers, experiment)
    from ltlib.runs.ray_engine import RayEngine  # needs the extra `cluster`

    return RayEngine(workers, experiment, address, gpus_per_run)
