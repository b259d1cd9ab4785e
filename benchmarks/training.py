"""How much faster `ltlib` trains than the dense reference loop, measured in one run.

    python benchmarks/training.py --corpus FOLDER [--json]

Both loops take the same reviews, initial values and masks. The masks come from a chain of one
epoch a round. Exit status 1 when a row falls short of its least.
"""

import argparse
import json
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from dense import DenseTextCNN, evaluate, parameters_of, train_epoch

from ltlib.corpus import load_corpus, load_splits
from ltlib.packing import Packed, PackedSplits, pack
from ltlib.process import one_thread
from ltlib.protocol import Protocol
from ltlib.provenance import provenance
from ltlib.pruning import Masks, apply_masks, survivors
from ltlib.tickets import Ticket, first_ticket, next_ticket, train_ticket
from ltlib.training import accuracy

DOMAINS = ("electronics", "books")
EPOCHS = 15  # of a round of the paper; one is timed
SPARSE_ROUND = 10
EVALUATED = 10_000  # reviews
PROTOCOL = Protocol(split=(3732, 800, 800), epochs=1)


def chain(path: Path, domain: str) -> dict[str, Any]:
    """Train one epoch a round, each followed by validation: seconds and survivors by round."""
    splits = pack(load_splits(path)[domain], PROTOCOL)
    ticket = first_ticket(PROTOCOL, domain, seed=0, replicate=0)
    train_ticket(ticket, short(splits), domain, "warm-up")
    seconds, alive, sparse = [], [], ticket
    for round_ in range(PROTOCOL.rounds + 1):
        begin = time.perf_counter()
        outcome = train_ticket(ticket, untested(splits), domain, "ticket-reset")
        seconds.append(time.perf_counter() - begin)
        alive.append(sum(survivors(ticket.masks).values()))
        if round_ == SPARSE_ROUND:
            sparse = ticket
        ticket = next_ticket(replace(ticket, trained=outcome.parameters), "ticket-reset")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"seconds": seconds, "survivors": alive, "masks": sparse.masks, "peak": peak}


def short(splits: PackedSplits) -> PackedSplits:
    """A few batches of each: to load and warm up what is loaded lazily."""
    return PackedSplits(*(part.rows(np.arange(64)) for part in splits))


def untested(splits: PackedSplits) -> PackedSplits:
    """One test review, so that an epoch is timed with its validation pass alone."""
    return splits._replace(test=splits.test.rows(np.arange(1)))


def dense_epoch(ticket: Ticket, masks: Masks, splits: PackedSplits) -> float:
    """Seconds of the reference's epoch with its validation pass, on all cores."""
    model = DenseTextCNN(PROTOCOL)
    model.load_state_dict(parameters_of(apply_masks(ticket.initial, masks)))
    begin = time.perf_counter()
    train_epoch(model, masks, splits, PROTOCOL)
    return time.perf_counter() - begin


def evaluation(ticket: Ticket, splits: PackedSplits) -> tuple[float, float]:
    """Seconds to evaluate 10,000 reviews: the reference on all cores, ltlib on one thread."""
    from ltlib.model import build_model

    reviews: Packed = splits.train.rows(np.arange(EVALUATED) % len(splits.train))
    dense = DenseTextCNN(PROTOCOL)
    dense.load_state_dict(parameters_of(ticket.initial))
    begin = time.perf_counter()
    theirs = evaluate(dense, reviews, PROTOCOL.batch_size)
    between = time.perf_counter()
    with one_thread():
        ours = accuracy(build_model(PROTOCOL, ticket.initial), reviews)
    end = time.perf_counter()
    assert abs(ours - theirs) < 5e-4, "the two networks differ"
    return between - begin, end - between


def measure(corpus: str) -> list[dict[str, Any]]:
    """The rows of the table."""
    path = load_corpus(corpus, PROTOCOL).path
    with ProcessPoolExecutor(len(DOMAINS), mp_context=get_context("spawn")) as pool:
        chains = list(pool.map(chain, [path] * len(DOMAINS), DOMAINS))
    ours = np.array([c["seconds"] for c in chains]).max(axis=0)  # side by side: the slower one
    full, sparse, seconds = 0.0, 0.0, (0.0, 0.0)
    for domain, found in zip(DOMAINS, chains, strict=True):
        splits = pack(load_splits(path)[domain], PROTOCOL)
        ticket = first_ticket(PROTOCOL, domain, seed=0, replicate=0)
        full += dense_epoch(ticket, ticket.masks, splits)
        sparse += dense_epoch(ticket, found["masks"], splits)
        seconds = seconds if domain != DOMAINS[0] else evaluation(ticket, splits)
    rounds = len(ours)
    rows = [
        row("s an epoch with validation, round 0, both domains", full, ours[0], 4),
        row(f"the same, round {SPARSE_ROUND}", sparse, ours[SPARSE_ROUND], 15),
        row(f"h a chain of {EPOCHS} epochs a round, both domains",
            full * rounds * EPOCHS / 3600, ours.sum() * EPOCHS / 3600, 10),
        row(f"s to evaluate {EVALUATED:,} reviews", *seconds, 8),
    ]  # fmt: skip
    rows += [
        {"measure": f"s an epoch, round {r}, {chains[0]['survivors'][r]:,} survivors",
         "dense": None, "ltlib": float(ours[r]), "ratio": None, "at_least": None}
        for r in range(rounds)
    ]  # fmt: skip
    peak = max(c["peak"] for c in chains)
    rows.append(
        {"measure": "GiB at most in a process (at least: at most 1.5)",
         "dense": None, "ltlib": peak, "ratio": 1.5 / peak, "at_least": 1}
    )  # fmt: skip
    return rows


def row(measure: str, dense: float, ltlib: float, at_least: float) -> dict[str, Any]:
    """A line of the table."""
    ratio = dense / ltlib
    return {"measure": measure, "dense": dense, "ltlib": float(ltlib), "ratio": ratio,
            "at_least": at_least}  # fmt: skip


def shown(value: float | None) -> str:
    """A figure of the table, or a dash."""
    return "–" if value is None else f"{value:.2f}"


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", required=True, help="a folder with electronics and books")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = measure(arguments.corpus)
    if arguments.json:
        machine = provenance() | {"threads": torch.get_num_threads()}
        print(json.dumps({"machine": machine, "rows": rows}, indent=1))
    else:
        for r in rows:
            figures = "  ".join(
                f"{shown(r[k]):>8}" for k in ("dense", "ltlib", "ratio", "at_least")
            )
            print(f"{r['measure']:58}  {figures}")
    sys.exit(any(r["at_least"] is not None and r["ratio"] < r["at_least"] for r in rows))


if __name__ == "__main__":
    main()
