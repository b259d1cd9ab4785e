"""How near a training step of round 0 comes to what the machine can do at all.

    python benchmarks/limits.py --corpus FOLDER [--json]

On one core: the matrix product in bfloat16 at the shapes of the search, nothing else around it; and
a copy of arrays that no cache holds. From the two, the least time of a step: its products, and one
pass of the optimiser over the parameters. Nothing else should run meanwhile; a minute.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

import numpy as np
import torch
from training import DOMAINS, PROTOCOL

from ltlib.data.corpus import load_corpus
from ltlib.networks.packing import PackedSplits, pack
from ltlib.networks.precision import product_blocks
from ltlib.networks.text import TextArchitecture
from ltlib.store.provenance import provenance
from ltlib.tickets import first_ticket, train_ticket
from ltlib.training import one_thread

TOUCHED = 7  # times the optimiser reads or writes each parameter's size: w, g, m, v; w, m, v
COPIED = 2**26  # numbers of 4 bytes
TIMES = 15
BATCHES = 40


def seconds(work: Callable[[], object]) -> float:
    """The median over repetitions, after one that is not counted."""
    work()
    taken = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return median(taken)


def step_seconds(splits: PackedSplits, domain: str) -> tuple[float, int]:
    """A training step of round 0 with all that belongs to it, and its parameters."""
    protocol = replace(PROTOCOL, epochs=1)
    ticket = first_ticket(TextArchitecture(), protocol, domain, seed=0, replicate=0)
    one = splits.test.rows(np.arange(1))
    taken = []
    for count in (0, 1):  # what a run costs besides its steps, and the same with them
        many = splits.train.rows(np.arange(protocol.batch_size * (1 + count * BATCHES)))
        few = PackedSplits(many, one, one)
        train_ticket(ticket, few, domain, "limits")
        begin = time.perf_counter()
        train_ticket(ticket, few, domain, "limits")
        taken.append(time.perf_counter() - begin)
    return (taken[1] - taken[0]) / BATCHES, sum(v.numel() for v in ticket.initial.values())


def measure(splits: PackedSplits, domain: str) -> dict[str, float]:
    """Seconds and rates of the step, of its products alone, and of a copy."""
    rows = sum(PROTOCOL.heights) * PROTOCOL.channels
    subwords = PROTOCOL.batch_size * len(splits.train.tokens) // len(splits.train)
    embedded = torch.randn(subwords, PROTOCOL.embedding_size)
    flat = torch.randn(rows, PROTOCOL.embedding_size)
    source, target = torch.zeros(COPIED), torch.zeros(COPIED)
    with one_thread():
        step, parameters = step_seconds(splits, domain)
        product = seconds(lambda: sum(1 for _ in product_blocks(embedded, flat, "bfloat16")))
        copy = seconds(lambda: target.copy_(source))
    bandwidth = 2 * 4 * COPIED / copy
    return {
        "subwords": subwords,
        "step": step,
        "product": product,
        "product_rate": 2 * subwords * rows * PROTOCOL.embedding_size / product,
        "bandwidth": bandwidth,
        "optimiser": TOUCHED * 4 * parameters / bandwidth,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", required=True, help="a folder with electronics and books")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    corpus = load_corpus(arguments.corpus, PROTOCOL)
    domain = DOMAINS[1]
    found = measure(pack(corpus.splits[domain], PROTOCOL), domain)
    if arguments.json:
        kept = {"machine": provenance(), "corpus_hash": corpus.hash, "domain": domain} | found
        print(json.dumps(kept, indent=1))
        return
    least = found["product"] + found["optimiser"]
    print(f"a step of {domain}: {1e3 * found['step']:.1f} ms")
    print(f"its products alone: {1e3 * found['product']:.1f} ms, "
          f"{found['product_rate'] / 1e9:.0f} Gflop/s")  # fmt: skip
    print(
        f"the optimiser at {found['bandwidth'] / 1e9:.0f} GB/s: {1e3 * found['optimiser']:.1f} ms"
    )
    print(f"both are {least / found['step']:.0%} of the step")


if __name__ == "__main__":
    main()
