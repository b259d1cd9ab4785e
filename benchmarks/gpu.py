"""How much faster a GPU trains replicates together than the dense loop trains them one by one.

    python benchmarks/gpu.py --corpus FOLDER [--device cuda] [--epochs N] [--replicates N] [--json]

Chains of all replicates in one domain are trained together; of the dense loop one epoch is timed on
the same device, with its validation pass, and stands for every round and replicate. Both take the
same reviews, initial values and masks. Nothing else should run meanwhile. Exit status 1 when the
ratio falls short of its least.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from dense import DenseTextCNN, parameters_of, train_epoch
from training import DOMAINS, PROTOCOL, row, shown

from ltlib.data.corpus import load_corpus
from ltlib.networks.packing import PackedSplits, pack
from ltlib.networks.text import TextArchitecture
from ltlib.protocol import Protocol
from ltlib.store.provenance import provenance
from ltlib.strategies import TICKET_RESET
from ltlib.tickets import first_ticket, next_ticket, train_tickets
from ltlib.training import Outcome

AT_LEAST = 15


def chains(splits: PackedSplits, protocol: Protocol, count: int, device: str) -> list[float]:
    """Seconds an epoch of each round, all replicates together."""
    tickets = [first_ticket(TextArchitecture(), protocol, DOMAINS[0], 0, n) for n in range(count)]
    few = splits._replace(train=splits.train.rows(np.arange(64)))
    train_tickets(tickets, few, DOMAINS[0], "warm-up", device)
    seconds = []
    for _ in range(PROTOCOL.rounds + 1):
        begin = time.perf_counter()
        outcomes = train_tickets(tickets, splits, DOMAINS[0], TICKET_RESET, device)
        seconds.append((time.perf_counter() - begin) / protocol.epochs)
        trained = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
        tickets = [
            next_ticket(replace(ticket, trained=outcome.trained), TICKET_RESET)
            for ticket, outcome in zip(tickets, trained, strict=True)
        ]
    return seconds


def dense_epoch(splits: PackedSplits, device: str) -> float:
    """Seconds of an epoch of the reference, after one that is not counted."""
    ticket = first_ticket(TextArchitecture(), PROTOCOL, DOMAINS[0], 0, 0)
    model = DenseTextCNN(PROTOCOL).to(device)
    model.load_state_dict(parameters_of(ticket.initial))
    seconds = 0.0
    for _ in range(2):
        begin = time.perf_counter()
        train_epoch(model, ticket.masks, splits, PROTOCOL)
        seconds = time.perf_counter() - begin
    return seconds


def measure(
    splits: PackedSplits, protocol: Protocol, count: int, device: str
) -> list[dict[str, Any]]:
    """The rows of the table."""
    one = splits.test.rows(np.arange(1))
    ours = chains(splits._replace(test=one), protocol, count, device)
    dense = dense_epoch(splits, device)
    hours = PROTOCOL.epochs / 3600
    return [
        row(f"h {count} chains of {PROTOCOL.epochs} epochs a round",
            dense * count * len(ours) * hours, sum(ours) * hours, AT_LEAST),
        *(row(f"s an epoch of all, round {r}", dense * count, s, None)
          for r, s in enumerate(ours)),
    ]  # fmt: skip


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", required=True, help="a folder with electronics")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--epochs", type=int, default=PROTOCOL.epochs, help="of our chains' rounds")
    parser.add_argument("--replicates", type=int, default=PROTOCOL.replicates)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    corpus = load_corpus(arguments.corpus, PROTOCOL)
    splits = pack(corpus.splits[DOMAINS[0]], PROTOCOL)
    protocol = replace(PROTOCOL, epochs=arguments.epochs)
    rows = measure(splits, protocol, arguments.replicates, arguments.device)
    if arguments.json:
        name = torch.cuda.get_device_name() if arguments.device == "cuda" else arguments.device
        kept = {"machine": provenance() | {"device": name}, "corpus_hash": corpus.hash}
        print(json.dumps(kept | {"rows": rows}, indent=1))
    else:
        for r in rows:
            print(f"{r['measure']:36} dense {shown(r['dense'])}  ltlib {shown(r['ltlib'])}  "
                  f"ratio {shown(r['ratio'])}")  # fmt: skip
    sys.exit(any(r["at_least"] is not None and r["ratio"] < r["at_least"] for r in rows))


if __name__ == "__main__":
    main()
