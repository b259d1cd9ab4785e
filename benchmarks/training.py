"""How much faster `ltlib` trains than the dense reference loop, measured in one run.

    python benchmarks/training.py --corpus FOLDER [--epochs N] [--json]

Both loops take the same reviews, initial values and masks. Two whole chains are trained side by
side; of the reference one epoch is timed, at rounds 0 and 10, and stands for all rounds: it
multiplies zeros like anything else. Nothing else should run meanwhile: it takes about half an hour
on two cores, less when rounds are cut to N epochs (times are an epoch's, and the chain's those of
15 epochs a round). Exit status 1 when a row falls short of its least.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from dense import DenseTextCNN, evaluate, parameters_of, train_epoch

from ltlib.data.corpus import Corpus, load_corpus, load_splits
from ltlib.evaluation import evaluated
from ltlib.networks.packing import Packed, PackedSplits, pack
from ltlib.networks.precision import search_path
from ltlib.networks.text import TextArchitecture
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, apply_masks, survivors
from ltlib.store.provenance import provenance
from ltlib.tickets import Ticket, first_ticket, next_ticket, train_ticket
from ltlib.training import one_thread

DOMAINS = ("electronics", "books")
SPARSE_ROUND = 10
LATE = 14  # the first of the late rounds
EVALUATED = 10_000  # reviews
GROWING = (2_000, 4_000, 8_000, 16_000)  # reviews
PROTOCOL = Protocol(split=(3732, 800, 800))

Row = dict[str, Any]


def chain(path: Path, domain: str, protocol: Protocol) -> dict[str, Any]:
    """Train a chain: seconds an epoch with its validation pass, and survivors, by round."""
    splits = pack(load_splits(path)[domain], protocol)
    ticket = first_ticket(TextArchitecture(), protocol, domain, seed=0, replicate=0)
    warm_up(ticket, splits)
    seconds, alive, sparse = [], [], ticket
    for round_ in range(PROTOCOL.rounds + 1):
        begin = time.perf_counter()
        outcome = train_ticket(ticket, untested(splits), domain, "ticket-reset")
        seconds.append((time.perf_counter() - begin) / protocol.epochs)
        alive.append(sum(survivors(ticket.masks).values()))
        if round_ == SPARSE_ROUND:
            sparse = ticket
        ticket = next_ticket(replace(ticket, trained=outcome.trained), "ticket-reset")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"seconds": seconds, "survivors": alive, "masks": sparse.masks, "peak": peak}


def growth(path: Path, domain: str, protocol: Protocol) -> list[float]:
    """Seconds of an epoch of round 0 with ever more reviews, each review as often as needed."""
    protocol = replace(protocol, epochs=1)
    splits = pack(load_splits(path)[domain], protocol)
    ticket = first_ticket(TextArchitecture(), protocol, domain, seed=0, replicate=0)
    warm_up(ticket, splits)
    seconds = []
    for count in GROWING:
        many = splits.train.rows(np.arange(count) % len(splits.train))
        one = splits.test.rows(np.arange(1))
        begin = time.perf_counter()
        train_ticket(ticket, PackedSplits(many, one, one), domain, "growth")
        seconds.append(time.perf_counter() - begin)
    return seconds


def warm_up(ticket: Ticket, splits: PackedSplits) -> None:
    """Train on a few batches, whole and survivors alone: what is loaded lazily is loaded."""
    few = PackedSplits(*(part.rows(np.arange(64)) for part in splits))
    one_epoch = replace(ticket, protocol=replace(ticket.protocol, epochs=1))
    for round_ in (0, ticket.protocol.survivors_from):
        train_ticket(replace(one_epoch, round=round_), few, ticket.source, "warm-up")


def cold(path: Path, domain: str, protocol: Protocol) -> float:
    """Seconds of the first batches of a process, with no machine code kept from another."""
    splits = pack(load_splits(path)[domain], protocol)
    ticket = first_ticket(TextArchitecture(), protocol, domain, seed=0, replicate=0)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LTLIB_CACHE"] = folder  # read when the first loop is declared
        begin = time.perf_counter()
        warm_up(ticket, splits)
        return time.perf_counter() - begin


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
    reviews: Packed = splits.train.rows(np.arange(EVALUATED) % len(splits.train))
    dense = DenseTextCNN(PROTOCOL)
    dense.load_state_dict(parameters_of(ticket.initial))
    begin = time.perf_counter()
    theirs = evaluate(dense, reviews, PROTOCOL.batch_size)
    dense_seconds = time.perf_counter() - begin
    with one_thread():
        network = TextArchitecture().network(
            ticket.protocol, ticket.initial, ticket.masks, ticket.round, "cpu"
        )
        evaluated(network, splits.test)  # what is compiled lazily is compiled
        between = time.perf_counter()
        ours = evaluated(network, reviews).accuracy
    end = time.perf_counter()
    assert abs(ours - theirs) < 5e-4, "the two networks differ"
    return dense_seconds, end - between


def measure(corpus: Corpus, protocol: Protocol) -> list[Row]:
    """The rows of the table, from chains of this protocol."""
    context = get_context("spawn")
    with ProcessPoolExecutor(len(DOMAINS), mp_context=context) as pool:
        chains = list(pool.map(chain, [corpus.path] * 2, DOMAINS, [protocol] * 2))
        grown = pool.submit(growth, corpus.path, DOMAINS[0], protocol).result()
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        first = pool.submit(cold, corpus.path, DOMAINS[0], protocol).result()
    full, sparse, seconds = 0.0, 0.0, (0.0, 0.0)
    for domain, found in zip(DOMAINS, chains, strict=True):
        splits = pack(load_splits(corpus.path)[domain], PROTOCOL)
        ticket = first_ticket(TextArchitecture(), protocol, domain, seed=0, replicate=0)
        full += dense_epoch(ticket, ticket.masks, splits)
        sparse += dense_epoch(ticket, found["masks"], splits)
        seconds = seconds if domain != DOMAINS[0] else evaluation(ticket, splits)
    ours = np.array([c["seconds"] for c in chains]).max(axis=0)  # side by side: the slower one
    peak = max(c["peak"] for c in chains)
    epochs = PROTOCOL.epochs
    return [
        row("s an epoch with validation, round 0, both domains", full, ours[0], 16),
        row("the same, round 7", full, ours[7], 30),
        row(f"the same, round {SPARSE_ROUND}", sparse, ours[SPARSE_ROUND], 80),
        row(f"the same, rounds {LATE} to {PROTOCOL.rounds}", sparse, ours[LATE:].mean(), 200),
        row(f"h a chain of {epochs} epochs a round, both domains",
            full * len(ours) * epochs / 3600, ours.sum() * epochs / 3600, 35),
        row(f"s to evaluate {EVALUATED:,} reviews", *seconds, 20),
        row("GiB at most in a process, against 0.9", 0.9, peak, 1),
        row("s of the first batches, no machine code kept, against 30", 30, first, 1),
        row(f"growth from {GROWING[0]:,} to {GROWING[-1]:,} reviews, against linear",
            GROWING[-1] / GROWING[0], grown[-1] / grown[0], 0.9),
        *(row(f"s an epoch of {count:,} reviews, round 0, one domain", None, s, None)
          for count, s in zip(GROWING, grown, strict=True)),
        *(row(f"s an epoch, round {r}, {chains[0]['survivors'][r]:,} survivors", None, s, None)
          for r, s in enumerate(ours)),
    ]  # fmt: skip


def row(measure: str, dense: float | None, ltlib: float, at_least: float | None) -> Row:
    """A line of the table."""
    ratio = None if dense is None else dense / float(ltlib)
    return {"measure": measure, "dense": dense, "ltlib": float(ltlib), "ratio": ratio,
            "at_least": at_least}  # fmt: skip


def shown(value: float | None) -> str:
    """A figure of the table, or a dash."""
    return "–" if value is None else f"{value:.2f}"


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", required=True, help="a folder with electronics and books")
    parser.add_argument("--epochs", type=int, default=PROTOCOL.epochs, help="of our chains' rounds")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    corpus = load_corpus(arguments.corpus, PROTOCOL)
    protocol = replace(PROTOCOL, epochs=arguments.epochs)
    rows = measure(corpus, protocol)
    if arguments.json:
        path = search_path(PROTOCOL.search, torch.device("cpu"))
        machine = provenance() | {
            "cores": torch.get_num_threads(),
            "search": path,
            "epochs_timed": arguments.epochs,
        }
        print(json.dumps({"machine": machine, "corpus_hash": corpus.hash, "rows": rows}, indent=1))
    else:
        for r in rows:
            figures = "  ".join(
                f"{shown(r[k]):>8}" for k in ("dense", "ltlib", "ratio", "at_least")
            )
            print(f"{r['measure']:58}  {figures}")
    sys.exit(any(r["at_least"] is not None and r["ratio"] < r["at_least"] for r in rows))


if __name__ == "__main__":
    main()
