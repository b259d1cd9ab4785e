"""What each trick of the training path gives, from the dense reference loop to `ltlib`.

    python benchmarks/tricks.py --corpus FOLDER [--json]

Every stage keeps what the stages before it brought. Measured are training steps of two domains,
at round 0 and under the masks of round 10 (of a chain of one epoch a round). Expected factors
follow from counts alone, written down before measuring. Nothing else should run meanwhile.
"""

import argparse
import json
import math
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from dense import DenseTextCNN, PackedAutograd, padded, parameters_of, train_step
from training import DOMAINS, PROTOCOL, SPARSE_ROUND

from ltlib.data.corpus import load_corpus, load_splits
from ltlib.networks.network import Network
from ltlib.networks.packing import Packed, pack
from ltlib.networks.survivor_cnn import SurvivorCNN
from ltlib.networks.text import TextArchitecture
from ltlib.networks.text_cnn import build_model
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, apply_masks
from ltlib.store.provenance import provenance
from ltlib.streams import stream
from ltlib.tickets import Ticket, first_ticket, next_ticket, train_ticket
from ltlib.training import step

STEPS = 25
ROUNDS = (0, SPARSE_ROUND)
PLAIN = replace(PROTOCOL, compiled=False)
FULL = replace(PLAIN, search="full")
STAGES = (
    "the dense loop",
    "one thread a process, a process a core",
    "reviews packed end to end",
    "sparse gradient of 1-max pooling",
    "maxima searched in bfloat16",
    "survivors alone",
    "compiled loops",
)


def tickets(path: Path, domain: str) -> list[Ticket]:
    """The tickets of `ROUNDS`."""
    quick = replace(PROTOCOL, epochs=1)
    splits = pack(load_splits(path)[domain], quick)
    ticket = first_ticket(TextArchitecture(), quick, domain, seed=0, replicate=0)
    found = [ticket]
    while ticket.round < ROUNDS[-1]:
        outcome = train_ticket(ticket, splits, domain, "ticket-reset")
        ticket = next_ticket(replace(ticket, trained=outcome.trained), "ticket-reset")
        found += [ticket] if ticket.round in ROUNDS else []
    return found


def batches_of(path: Path, domain: str) -> list[Packed]:
    """The batches that are timed; the first two warm up."""
    reviews = pack(load_splits(path)[domain], PROTOCOL).train
    order = stream(0, "tricks", domain).permutation(len(reviews))
    return [
        reviews.rows(chosen)
        for chosen in order[: (STEPS + 2) * PROTOCOL.batch_size].reshape(STEPS + 2, -1)
    ]


def dense_steps(ticket: Ticket, batches: list[Packed], threads: int) -> float:
    """Milliseconds a step of the reference."""
    torch.set_num_threads(threads)
    held = parameters_of(ticket.masks)
    model = DenseTextCNN(PROTOCOL)
    model.load_state_dict(parameters_of(apply_masks(ticket.initial, ticket.masks)))
    optimizer = torch.optim.Adam(
        model.parameters(), lr=PROTOCOL.learning_rate, weight_decay=PROTOCOL.l2
    )

    return milliseconds(train_step(model, held, optimizer, batch) for batch in batches)


def our_steps(ticket: Ticket, batches: list[Packed], stage: str) -> float:
    """Milliseconds a step of the training loop, as far as `stage` brings it."""
    torch.set_num_threads(1)
    network, masks = built(ticket, stage)
    generator = stream(0, "tricks", ticket.source, ticket.round)
    optimizer = torch.optim.Adam(
        network.parameters(), lr=PROTOCOL.learning_rate, weight_decay=PROTOCOL.l2, fused=True
    )
    named = dict(network.named_parameters())
    holds = [(named[name], m.float()) for name, m in masks.items() if not bool(m.all())]
    return milliseconds(step(network, holds, optimizer, batch, generator) for batch in batches)


def built(ticket: Ticket, stage: str) -> tuple[Network, Masks]:
    """The network of a stage, and what masks its gradient."""
    values = apply_masks(ticket.initial, ticket.masks)
    if stage == "survivors alone":
        return SurvivorCNN(PLAIN, values, ticket.masks), {}
    if stage == "compiled loops":
        made = TextArchitecture().network(PROTOCOL, values, ticket.masks, ticket.round, "cpu")
        return made, made.held(ticket.masks)
    if stage == "reviews packed end to end":
        network = PackedAutograd(PROTOCOL)
        network.load_state_dict(values)
        return network, ticket.masks
    protocol: Protocol = FULL if stage == "sparse gradient of 1-max pooling" else PLAIN
    return build_model(protocol, values), ticket.masks


def milliseconds(steps: Iterable[object]) -> float:
    """The mean of all but the first two."""
    seconds, begin = [], time.perf_counter()
    for _ in steps:
        end = time.perf_counter()
        seconds.append(end - begin)
        begin = end
    return 1e3 * float(np.mean(seconds[2:]))


def timed(stage: str, path: Path, found: list[Ticket]) -> list[float]:
    """Milliseconds a step of each ticket; NaN where all survive, and nothing is left out."""
    batches = batches_of(path, found[0].source)
    if stage in STAGES[:2]:
        threads = 2 if stage == STAGES[0] else 1
        return [dense_steps(ticket, batches, threads) for ticket in found]
    return [
        math.nan if stage == STAGES[5] and ticket.round == 0 else our_steps(ticket, batches, stage)
        for ticket in found
    ]


def both(stage: str, path: Path, found: list[list[Ticket]]) -> list[float]:
    """A step of both domains: one after the other on all cores, or side by side on one each."""
    alone = stage == STAGES[0]
    with ProcessPoolExecutor(1 if alone else 2, mp_context=get_context("spawn")) as pool:
        times = np.array(list(pool.map(timed, [stage] * 2, [path] * 2, found)))
    return (times.sum(axis=0) if alone else times.max(axis=0)).tolist()


def counted(path: Path, found: list[list[Ticket]]) -> dict[str, list[float | None]]:
    """By stage, the factor over the stage before that counting multiplications promises, by round.

    A product in bfloat16 counts as a quarter, as the instructions promise. Counting says nothing
    of threads and of memory; and compiled loops multiply no less than array operations.
    """
    batches = [batch for domain in DOMAINS for batch in batches_of(path, domain)]
    real = float(np.mean([len(batch.tokens) for batch in batches]))
    pads = float(np.mean([padded(batch)[0].numel() for batch in batches])) / real
    rows, size = sum(PROTOCOL.heights) * PROTOCOL.channels, PROTOCOL.embedding_size
    product, winners = real * size * rows, PROTOCOL.batch_size * size * rows
    sparse, search = product + 3 * winners, product / 4 + 3 * winners
    ticket = found[0][1]
    network = SurvivorCNN(PROTOCOL, ticket.initial, ticket.masks)
    meets = [network.products(batch.tokens) for batch in batches_of(path, DOMAINS[0])]
    return {
        STAGES[2]: [pads, pads],
        STAGES[3]: [3 * product / sparse] * 2,
        STAGES[4]: [sparse / search] * 2,
        STAGES[5]: [None, search / float(np.mean(meets))],
        STAGES[6]: [1.0, 1.0],
    }


def measure(path: Path) -> list[dict[str, Any]]:
    """One row a stage: expected factors and milliseconds, by round."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(tickets, [path] * 2, DOMAINS))
    promised = counted(path, found)
    return [
        {"stage": stage, "rounds": ROUNDS, "expected": promised.get(stage, [None] * len(ROUNDS)),
         "milliseconds": [None if math.isnan(ms) else ms for ms in both(stage, path, found)]}
        for stage in STAGES
    ]  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", required=True, help="a folder with electronics and books")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    corpus = load_corpus(arguments.corpus, PROTOCOL)
    rows = measure(corpus.path)
    if arguments.json:
        machine = provenance() | {"cores": torch.get_num_threads()}
        print(json.dumps({"machine": machine, "corpus_hash": corpus.hash, "rows": rows}, indent=1))
        return
    for row in rows:
        print(f"{row['stage']:40}", *row["milliseconds"], *row["expected"])


if __name__ == "__main__":
    main()
