"""What the engines cost beyond training: a matrix of tiny runs, a large plan.

    python benchmarks/engine.py [--engine local|ray] [--runs 1000] [--workers 1]
                                [--corpus FOLDER] [--json]

Overhead a run is the time from the first run's end to the last one's, times the workers, less the
seconds that the runs themselves trained, over their number: what starts once is not counted.
With a corpus (a folder with electronics and books), chains at the paper's size are trained by one
worker and by two, and the times compared.
Exit status 1 when a limit is not kept.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from ltlib.data.corpus import load_corpus
from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.planning import full_model, plan
from ltlib.experiments.tasks import plan_experiment
from ltlib.protocol import Protocol
from ltlib.runs.execute import execute
from ltlib.runs.schedule import Schedule
from ltlib.spec import RunSpec
from ltlib.store.log import read_log
from ltlib.store.store import Store

TINY = Protocol(
    split=(16, 8, 8), vocabulary_size=30, max_length=12, embedding_size=4, channels=2,
    hidden_size=4, batch_size=8, epochs=1, rounds=9, replicates=1,
)  # fmt: skip
UNREAD = DomainRuns(Path("unread"))  # knows which run needs which; its data are never read
LIMITS = {
    "local_ms": 20.0, "ray_ms": 40.0, "plan_seconds": 5.0, "plan_gib": 1.0,
    "two_to_one": 1 / 1.8,
}  # fmt: skip


def specs_of(runs: int) -> list[RunSpec]:
    """At least so many: two domains, 19 + 20 runs each of chains and transfers a replicate."""
    protocol = replace(TINY, replicates=-(-runs // 78))
    first = full_model("tiny", "h", protocol, "a")
    return plan(first, "all", ["a", "b"], [("a", "b"), ("b", "a")])[:runs]


def write_splits(path: Path) -> None:
    """Random reviews, as `load_splits` reads them."""
    generator, tensors = np.random.default_rng(0), {}
    assert TINY.split is not None
    for domain in ("a", "b"):
        for split, size in zip(("train", "validation", "test"), TINY.split, strict=True):
            count = int(size)
            tokens = generator.integers(1, TINY.vocabulary_size, 8 * count).astype(np.int32)
            tensors[f"{domain}/{split}/tokens"] = torch.from_numpy(tokens)
            tensors[f"{domain}/{split}/offsets"] = torch.arange(count + 1) * 8
            tensors[f"{domain}/{split}/labels"] = torch.arange(count) % 2
    save_file(tensors, path, {"domains": json.dumps(["a", "b"])})


def overhead(engine: Any, runs: int, workers: int, folder: Path) -> float:
    """Milliseconds a run beyond its training."""
    splits, store = folder / "splits.safetensors", Store(folder / engine, create=True)
    write_splits(splits)
    execute(specs_of(runs), store, DomainRuns(splits), {}, workers=workers, engine=engine)
    log = [record for record in read_log(store.path) if record["event"] == "done"]
    trained = sum(record["seconds"] for record in log[workers:])
    elapsed = log[-1]["time"] - log[workers - 1]["time"]
    return 1000 * (elapsed * workers - trained) / (len(log) - workers)


def planning() -> dict[str, float]:
    """Seconds and peak memory of a process that plans 100,000 runs, less what it began with."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    Schedule(specs_of(100_000), UNREAD.needs, ())
    seconds = time.perf_counter() - begin
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"plan_seconds": seconds, "plan_gib": grown / 2**20}


def two_to_one(source: str, folder: Path) -> float:
    """The time of two workers, over that of one, for short chains at the paper's size."""
    protocol = Protocol(split=(3732, 800, 800), epochs=3, rounds=2, replicates=1)
    corpus = load_corpus(source, protocol)
    domains = ["electronics", "books"]
    specs = plan_experiment(corpus, protocol, "obtain", domains)
    seconds = []
    for workers in (1, 2):
        store = Store(folder / f"{workers} workers", create=True)
        begin = time.perf_counter()
        execute(specs, store, DomainRuns(corpus.path), {}, workers=workers)
        seconds.append(time.perf_counter() - begin)
        assert len(store.hashes()) == len(specs)
    return seconds[1] / seconds[0]


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--engine", choices=["local", "ray"], action="append")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--corpus", metavar="FOLDER")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = planning()
        for engine in given.engine or ["local", "ray"]:
            found[f"{engine}_ms"] = overhead(engine, given.runs, given.workers, Path(name))
        if given.corpus:
            found["two_to_one"] = two_to_one(given.corpus, Path(name))
    if given.json:
        print(json.dumps(found))
    else:
        for what, value in found.items():
            print(f"{what:>15} {value:8.2f}  (limit {LIMITS[what]:g})")
    sys.exit(any(value > LIMITS[what] for what, value in found.items()))


if __name__ == "__main__":
    main()
