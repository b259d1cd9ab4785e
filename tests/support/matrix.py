"""A matrix of tiny runs, and processes that carry it out and can be killed."""

import json
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
from safetensors.torch import save_file

from ltlib.data.reviews import Splits
from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.planning import full_model, plan
from ltlib.runs.execute import execute
from ltlib.spec import RunSpec
from ltlib.store.log import read_log
from ltlib.store.store import Store
from tests.support import tiny

UNREAD = DomainRuns(Path("unread"))  # knows which run needs which; its data are never read
needs_of, first_of = UNREAD.needs, UNREAD.first
SPECS = plan(full_model("tiny", "h", tiny.PROTOCOL, ""), "all", ["a", "b"], [("a", "b")])
SLOWER = replace(tiny.PROTOCOL, epochs=12, replicates=2)
LONG = plan(full_model("tiny", "h", SLOWER, ""), "all", ["a", "b"], [("a", "b"), ("b", "a")])


def write_splits(path: Path, domains: dict[str, Splits]) -> None:
    """The file format that `load_splits` reads."""
    tensors = {
        f"{domain}/{split}/{field}": getattr(reviews, field)
        for domain, parts in domains.items()
        for split, reviews in parts.named().items()
        for field in ("tokens", "offsets", "labels")
    }
    save_file(tensors, path, {"domains": json.dumps(list(domains))})


def write_tiny_splits(folder: Path) -> Path:
    path = folder / "splits.safetensors"
    write_splits(path, {"a": tiny.splits(0), "b": tiny.splits(1)})
    return path


def table_of(store: Store, specs: list[RunSpec]) -> pd.DataFrame:
    return store.table(specs).drop(columns="seconds")


def files_of(store: Store) -> dict[str, bytes]:
    """Every tensor file: what must be equal bit for bit."""
    return {
        str(p.relative_to(store.path)): p.read_bytes()
        for p in store.path.glob("[!.]*/*.safetensors")
    }


def assert_same(store: Store, other: Store, specs: list[RunSpec]) -> None:
    """Results are those of the undisturbed store, bit for bit, and no run was done twice."""
    pd.testing.assert_frame_equal(table_of(store, specs), table_of(other, specs))
    assert files_of(store) == files_of(other)
    done = [record["run"] for record in read_log(store.path) if record["event"] == "done"]
    assert len(done) == len(set(done)), "no run was completed twice"


def count(store: Path) -> int:
    return len(list(store.glob("[!.]*/run.json")))


def drive(store: Path, splits: Path, options: dict[str, Any]) -> None:
    """What a driver process does."""
    execute(LONG, Store(store, create=True), DomainRuns(splits), {}, **options)


def start_driver(store: Path, splits: Path, **options: Any) -> ForkServerProcess:
    """A driver of `LONG` that is there in no time: its libraries are loaded once for all."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=drive, args=(store, splits, options))
    process.start()
    return process


def workers_of(driver: int | None, word: str) -> list[psutil.Process]:
    """What a driver's server of processes started, or Ray's, with `word` in the command line; none
    once the driver has ended.
    """
    assert driver is not None
    try:
        descendants = psutil.Process(driver).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    found = []
    for process in descendants:
        try:
            if word in " ".join(process.cmdline()) and process.ppid() != driver:
                found.append(process)
        except psutil.Error:
            continue
    return found
