"""Carrying out a plan of runs on local processes, one thread each.

`perform` computes one run and is all that another engine needs.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from tqdm.auto import tqdm

from ltlib.corpus import load_splits
from ltlib.errors import InputError
from ltlib.model import connected_paths
from ltlib.packing import PackedSplits, pack
from ltlib.protocol import Protocol
from ltlib.pruning import sparsity, survivors
from ltlib.search import search_path
from ltlib.spec import RunSpec
from ltlib.store import Store
from ltlib.tensorfiles import read_ticket, ticket_files
from ltlib.tickets import Ticket, first_ticket, next_ticket, train_ticket
from ltlib.training import Outcome
from ltlib.transfer import transfer_ticket


def perform(
    spec: RunSpec, needed: Ticket | None, splits: PackedSplits, device: str = "cpu"
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Train one run.

    Args:
        needed: the trained ticket of `spec.needs()`; None at round 0.
        splits: of the run's target.

    Returns:
        The run's metrics, and the files of its ticket (none for a transfer).
    """
    if spec.experiment == "transfer":
        assert needed is not None
        assert spec.strategy in ("masks-reset", "masks-random")
        outcome = transfer_ticket(needed, spec.target, splits, spec.strategy, device)
        return _metrics(needed, outcome), {}
    if needed is None:
        ticket = first_ticket(spec.protocol, spec.source, spec.seed, spec.replicate)
    else:
        assert spec.strategy in ("ticket-reset", "ticket-random")
        ticket = next_ticket(needed, spec.strategy)
    outcome = train_ticket(ticket, splits, spec.target, spec.strategy, device)
    trained = replace(ticket, trained=outcome.parameters)
    return _metrics(ticket, outcome), ticket_files(trained)


def _metrics(ticket: Ticket, outcome: Outcome) -> dict[str, Any]:
    return {
        "sparsity": sparsity(ticket.masks),
        "survivors": survivors(ticket.masks),
        "connected": float(connected_paths(ticket.masks)),
        "validation_accuracy": outcome.validation_accuracy,
        "validation_accuracies": outcome.validation_accuracies,
        "test_accuracy": outcome.test_accuracy,
        "epochs": len(outcome.validation_accuracies),
        "best_epoch": outcome.best_epoch,
        "seconds": outcome.seconds,
    }


def execute(
    specs: Sequence[RunSpec],
    store: Store,
    splits_path: Path,
    provenance: dict[str, Any],
    workers: int = 0,
    device: str = "cpu",
    progress: bool = False,
) -> None:
    """Carry out those of `specs` that the store does not hold.

    A run starts as soon as the one it needs is stored; rounds of chains go first, since others
    wait for them.

    Args:
        specs: each after the one it needs.
        splits_path: the file of encoded splits (`Corpus.path`).
        provenance: written with every run.
        workers: processes; 0 means one a core.
        progress: show a bar with an estimate of the time left, on stderr.
    """
    missing = [spec for spec in specs if spec not in store]
    if not missing:
        return
    count = min(workers or available_cores(), len(missing))
    job = (store.path, splits_path, provenance, device)
    with _pool(count) as pool, tqdm(total=len(missing), unit="run", disable=not progress) as bar:
        _drain(pool, missing, job, in_flight=count + 1, bar=bar)


def _drain(
    pool: ProcessPoolExecutor,
    missing: list[RunSpec],
    job: tuple[Any, ...],
    in_flight: int,
    bar: Any,
) -> None:
    hashes = {spec.hash for spec in missing}
    waiting: dict[str, list[RunSpec]] = {}
    ready: list[RunSpec] = []
    for spec in missing:
        needs = spec.needs()
        if needs is not None and needs.hash in hashes:
            waiting.setdefault(needs.hash, []).append(spec)
        else:
            ready.append(spec)
    running: dict[Future[None], RunSpec] = {}
    while ready or running:
        ready.sort(key=_urgency)
        while ready and len(running) < in_flight:
            spec = ready.pop(0)
            running[pool.submit(_work, spec, *job)] = spec
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            spec = running.pop(future)
            try:
                future.result()
            except BrokenProcessPool:
                raise InputError(
                    f"a worker died (out of memory?) near {spec.label()}; "
                    "run again with fewer --workers: what is done stays done"
                ) from None
            ready += waiting.pop(spec.hash, [])
            bar.set_postfix_str(spec.label())
            bar.update()


def _urgency(spec: RunSpec) -> tuple[bool, int, int]:
    return (spec.experiment == "transfer", spec.round, spec.replicate)


def _work(
    spec: RunSpec, store_path: Path, splits_path: Path, provenance: dict[str, Any], device: str
) -> None:
    """One run in a worker: read what it needs from the store, train, write."""
    store = Store(store_path)
    needs = spec.needs()
    needed = None if needs is None else read_ticket(store, needs)
    splits = _packed_splits(splits_path, spec.target, spec.protocol)
    metrics, files = perform(spec, needed, splits, device)
    path = search_path(spec.protocol.search, torch.device(device))
    store.write(spec, metrics, files, provenance | {"search": path})


@lru_cache(maxsize=16)
def _packed_splits(path: Path, domain: str, protocol: Protocol) -> PackedSplits:
    return pack(load_splits(path)[domain], protocol)


def available_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(os.getpid(),)
    )
    try:
        yield pool
    except BaseException:
        # Do not wait for runs that nobody will read: the next call begins them again.
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _start_worker(parent: int) -> None:
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A worker whose driver was killed would wait for ever; end with it."""
    while os.getppid() == parent:
        time.sleep(0.1)
    os._exit(1)
