"""Whether the default way of training costs accuracy: the same tickets trained twice.

    python benchmarks/accuracy.py --corpus FOLDER --store RUNS --pairs FILE.jsonl [--json]

Each pair has the same masks, initial values and order of reviews; one is a run of the store,
trained as the protocol says, the other computes every product of the dense network in full
precision, by array operations alone. Chains that the store lacks are run first; finished pairs are
kept in FILE, one a line, and not run again. Exit status 1 when the 90% interval of the paired
difference leaves ±1 point, with or without the pairs that stand at chance both ways: these answer
every review alike, however trained.

Rounds of a chain share its initial values and masks, so that a chain is one observation. Chains of
a domain share its test set: the interval is about training again, not about other texts.
"""

import argparse
import json
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
from scipy import stats

import ltlib
from ltlib.data.corpus import Corpus, load_corpus, load_splits
from ltlib.networks.packing import pack
from ltlib.protocol import Protocol
from ltlib.store.provenance import provenance
from ltlib.tickets import train_ticket

DOMAINS = ("electronics", "books")
ROUNDS = (0, 5, 10, 15)
WITHIN = 1.0  # points
CONFIDENCE = 0.90
CHANCE = 50.0  # per cent, of classes equally frequent
DEFAULT = Protocol(split=(3732, 800, "rest"), rounds=max(ROUNDS), replicates=3)


def densely(protocol: Protocol) -> Protocol:
    """The same, with every product of the dense network in full precision by array operations."""
    return replace(protocol, search="full", survivors_from=protocol.rounds + 1, compiled=False)


def pair(corpus: Corpus, protocol: Protocol, store: Path, run: dict[Any, Any]) -> dict[str, Any]:
    """Test accuracies and areas, in per cent, of a run's ticket: as stored, and trained densely.

    Args:
        run: a row of the results table, of obtaining by ticket-reset.
    """
    domain, round_ = run["source"], run["round"]
    found = ltlib.load_ticket(corpus, protocol, domain, round_, run["replicate"], store=store)
    ticket = replace(found, protocol=densely(protocol), trained=None)
    splits = pack(load_splits(corpus.path)[domain], protocol)
    dense = train_ticket(ticket, splits, domain, run["strategy"])
    return {
        "domain": domain,
        "replicate": run["replicate"],
        "round": round_,
        "sparsity": ticket.sparsity,
        "dense": 100 * dense.test.accuracy,
        "dense_auc": 100 * dense.test.auc,
        "dense_best_epoch": dense.best_epoch,
        "default": 100 * run["test_accuracy"],
        "default_auc": 100 * run["test_auc"],
        "default_best_epoch": run["best_epoch"],
        "provenance": provenance(),
    }


def missing(results: pd.DataFrame, pairs: list[dict[str, Any]]) -> list[dict[Any, Any]]:
    """Rows whose tickets are still to be trained densely, replicate by replicate.

    Args:
        results: of obtaining by ticket-reset alone.
    """
    done = {(p["domain"], p["replicate"], p["round"]) for p in pairs}
    rows = {(r["source"], r["replicate"], r["round"]): r for r in results.to_dict("records")}
    wanted = product(range(DEFAULT.replicates), ROUNDS, DOMAINS)
    return [rows[d, n, r] for n, r, d in wanted if (d, n, r) not in done]


def read(file: Path) -> list[dict[str, Any]]:
    """The pairs of a file."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def by_chain(pairs: list[dict[str, Any]]) -> list[float]:
    """Mean of default - dense over the rounds of each chain."""
    chains: dict[tuple[str, int], list[float]] = {}
    for p in pairs:
        chain = chains.setdefault((p["domain"], p["replicate"]), [])
        chain.append(p["default"] - p["dense"])
    return [statistics.fmean(differences) for differences in chains.values()]


def summary(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    """90% intervals of the mean of default - dense, by Student's t over chains, in points.

    Returns:
        `interval` over all pairs and `interval_alive` over those not at chance both ways, as
        [low, high]; `alive`, how many these are; `chains` and `chains_alive`, of how many chains.
    """
    alive = [p for p in pairs if not p["dense"] == p["default"] == CHANCE]
    found: dict[str, Any] = {"alive": len(alive)}
    for name, chosen in {"": pairs, "_alive": alive}.items():
        means = by_chain(chosen)
        low, high = stats.t.interval(
            CONFIDENCE, len(means) - 1, loc=statistics.fmean(means), scale=stats.sem(means)
        )
        found[f"chains{name}"] = len(means)
        found[f"interval{name}"] = [float(low), float(high)]
    return found


def main() -> None:
    """Train what is missing, print, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", required=True, help="a folder with electronics and books")
    parser.add_argument("--store", required=True, type=Path, help="runs; made where it is missing")
    parser.add_argument("--pairs", required=True, type=Path, help="pairs, one a line of JSON")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    corpus = load_corpus(arguments.corpus, DEFAULT)
    results = ltlib.run(corpus, DEFAULT, "reset", domains=DOMAINS, store=arguments.store)
    rows = missing(results, read(arguments.pairs))
    context = get_context("spawn")
    with ProcessPoolExecutor(len(DOMAINS), mp_context=context) as pool:
        calls = [pool.submit(pair, corpus, DEFAULT, arguments.store, row) for row in rows]
        for call in as_completed(calls):
            with arguments.pairs.open("a") as file:
                file.write(json.dumps(call.result()) + "\n")
    pairs = sorted(read(arguments.pairs), key=lambda p: (p["round"], p["domain"], p["replicate"]))
    found = summary(pairs)
    if arguments.json:
        what = {"corpus_hash": corpus.hash, "protocol": DEFAULT.differences()}
        print(json.dumps(what | found | {"pairs": pairs}, indent=1))
    else:
        for p in pairs:
            print(f"{p['domain']:12} replicate {p['replicate']} round {p['round']:2}  "
                  f"dense {p['dense']:6.2f}  default {p['default']:6.2f}")  # fmt: skip
        for name, number in (("", len(pairs)), ("_alive", found["alive"])):
            low, high = found[f"interval{name}"]
            print(f"default - dense, {number} pairs of {found[f'chains{name}']} chains: "
                  f"{low:+.2f} to {high:+.2f} points (90%)")  # fmt: skip
    intervals = (found["interval"], found["interval_alive"])
    sys.exit(not all(-WITHIN <= low <= high <= WITHIN for low, high in intervals))


if __name__ == "__main__":
    main()
