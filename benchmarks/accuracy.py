"""Whether the default way of training costs accuracy: the same tickets trained twice.

    python benchmarks/accuracy.py --corpus FOLDER --runs FILE.jsonl [--json]

Each pair has the same masks, initial values and order of reviews; one is trained as the protocol
says, the other with every product of the dense network in full precision, by array operations
alone. The masks come from chains of the protocol, all its epochs a round. Finished pairs are kept
in FILE, one a line, and not run again. Exit status 1 when the 90% interval of the paired difference
leaves ±1 point, with or without the pairs that stand at chance both ways: these answer every review
alike, however trained.

Rounds of a chain share its initial values and masks, so that a chain is one observation. Chains of
a domain share its test set: the interval is about training again, not about other texts.
"""

import argparse
import json
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from scipy import stats

from ltlib.data.corpus import load_corpus, load_splits
from ltlib.networks.packing import PackedSplits, pack
from ltlib.networks.text import TextArchitecture
from ltlib.protocol import Protocol
from ltlib.store.provenance import provenance
from ltlib.tickets import Ticket, first_ticket, next_ticket, train_ticket

DOMAINS = ("electronics", "books")
SEEDS = (0, 1, 2)
ROUNDS = (0, 5, 10, 15)
WITHIN = 1.0  # points
CONFIDENCE = 0.90
CHANCE = 50.0  # per cent, of classes equally frequent
DEFAULT = Protocol(split=(3732, 800, 800))
DENSE = replace(DEFAULT, search="full", survivors_from=DEFAULT.rounds + 1, compiled=False)


def chain(path: Path, domain: str, seed: int, runs: Path) -> None:
    """Find the tickets of a chain; train those of `ROUNDS` both ways, and append what came out."""
    splits = pack(load_splits(path)[domain], DEFAULT)
    done = {(r["domain"], r["seed"], r["round"]) for r in read(runs)}
    missing = [r for r in ROUNDS if (domain, seed, r) not in done]
    ticket = first_ticket(TextArchitecture(), DEFAULT, domain, seed, replicate=0)
    for round_ in range(max(missing, default=-1) + 1):
        if round_ in missing:
            pair = trained_both_ways(ticket, splits) | {"domain": domain, "seed": seed}
            pair["provenance"] = provenance()
            with runs.open("a") as file:
                file.write(json.dumps(pair) + "\n")
        outcome = train_ticket(ticket, splits, domain, "ticket-reset")
        ticket = next_ticket(replace(ticket, trained=outcome.trained), "ticket-reset")


def trained_both_ways(ticket: Ticket, splits: PackedSplits) -> dict[str, Any]:
    """Test accuracies, in per cent, of a ticket trained densely and by default."""
    found: dict[str, Any] = {"round": ticket.round, "sparsity": ticket.sparsity}
    for way, protocol in {"dense": DENSE, "default": DEFAULT}.items():
        trained = train_ticket(replace(ticket, protocol=protocol), splits, ticket.source, "both")
        found[way] = 100 * trained.test.accuracy
        found[f"{way}_best_epoch"] = trained.best_epoch
        found[f"{way}_auc"] = 100 * trained.test.auc
    return found


def read(runs: Path) -> list[dict[str, Any]]:
    """The pairs of a file."""
    return [json.loads(line) for line in runs.read_text().splitlines()] if runs.exists() else []


def by_chain(pairs: list[dict[str, Any]]) -> list[float]:
    """Mean of default - dense over the rounds of each chain."""
    chains: dict[tuple[str, int], list[float]] = {}
    for pair in pairs:
        chain = chains.setdefault((pair["domain"], pair["seed"]), [])
        chain.append(pair["default"] - pair["dense"])
    return [statistics.fmean(differences) for differences in chains.values()]


def summary(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    """90% intervals of the mean of default - dense, by Student's t over chains, in points.

    Returns:
        `interval` over all pairs and `interval_alive` over those not at chance both ways, as
        [low, high]; `alive`, how many these are; `chains` and `chains_alive`, of how many chains.
    """
    alive = [pair for pair in pairs if not pair["dense"] == pair["default"] == CHANCE]
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
    parser.add_argument("--runs", required=True, type=Path, help="pairs, one a line of JSON")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    corpus = load_corpus(arguments.corpus, DEFAULT)
    tasks = [(corpus.path, domain, seed, arguments.runs) for seed in SEEDS for domain in DOMAINS]
    context = get_context("spawn")
    with ProcessPoolExecutor(len(DOMAINS), mp_context=context) as pool:
        list(pool.map(chain, *zip(*tasks, strict=True)))
    pairs = sorted(read(arguments.runs), key=lambda p: (p["round"], p["domain"], p["seed"]))
    found = summary(pairs)
    if arguments.json:
        what = {"corpus_hash": corpus.hash, "protocol": DEFAULT.differences()}
        print(json.dumps(what | found | {"pairs": pairs}, indent=1))
    else:
        for p in pairs:
            print(f"{p['domain']:12} seed {p['seed']} round {p['round']:2}  "
                  f"dense {p['dense']:6.2f}  default {p['default']:6.2f}")  # fmt: skip
        for name, number in (("", len(pairs)), ("_alive", found["alive"])):
            low, high = found[f"interval{name}"]
            print(f"default - dense, {number} pairs of {found[f'chains{name}']} chains: "
                  f"{low:+.2f} to {high:+.2f} points (90%)")  # fmt: skip
    intervals = (found["interval"], found["interval_alive"])
    sys.exit(not all(-WITHIN <= low <= high <= WITHIN for low, high in intervals))


if __name__ == "__main__":
    main()
