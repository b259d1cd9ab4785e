"""Results tables whose accuracies are known, for figures and quantities."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ltlib.results.correct import to_bits
from ltlib.results.table import COLUMNS, TYPES
from ltlib.spec import SPEC_VERSION

REVIEWS = 800  # of a test set

Accuracy = Callable[[str, str, str, int, int], float]  # strategy, source, target, round, replicate


def results_table(
    accuracy: Accuracy,
    domains: Sequence[str] = ("books", "music"),
    rounds: int = 3,
    replicates: int = 2,
    transfers: bool = True,
    control: bool = False,
) -> pd.DataFrame:
    """Every run of obtaining and transferring, as `Store.table` would give it."""
    rows = [
        _row(accuracy, *run, replicate)
        for replicate in range(replicates)
        for run in _runs(domains, rounds, transfers, control)
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype(TYPES)


def falling(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
    """Accuracies that differ in every argument; random falls faster than reset."""
    slope = {"ticket-random": 0.03, "masks-random": 0.025}.get(strategy, 0.01)
    offset = 0.004 * len(source) - 0.002 * len(target)
    return 0.8 + offset - slope * round_ + 0.01 * replicate * (1 + round_ % 2)


def _runs(
    domains: Sequence[str], rounds: int, transfers: bool, control: bool
) -> Iterator[tuple[str, str, str, str, int]]:
    for domain in domains:
        yield "obtain", "full-model", domain, domain, 0
        for round_ in range(1, rounds + 1):
            for strategy in ("ticket-reset", "ticket-random"):
                yield "obtain", strategy, domain, domain, round_
    for source in domains if transfers else ():
        for target in domains:
            for round_ in range(rounds + 1) if source != target else ():
                for strategy in ("masks-reset", "masks-random"):
                    yield "transfer", strategy, source, target, round_
    for domain in domains if control else ():
        for round_ in range(1, rounds + 1):
            yield "obtain", "masks-shuffled", domain, domain, round_


def _row(
    accuracy: Accuracy,
    experiment: str,
    strategy: str,
    source: str,
    target: str,
    round_: int,
    replicate: int,
) -> dict[str, Any]:
    measured = accuracy(strategy, source, target, round_, replicate)
    return {
        "experiment": experiment,
        "strategy": strategy,
        "source": source,
        "target": target,
        "round": round_,
        "sparsity": 1 - 0.65**round_,
        "replicate": replicate,
        "seed": 0,
        "validation_accuracy": measured,
        "validation_auc": (1 + measured) / 2,
        "test_accuracy": measured,
        "test_auc": (1 + measured) / 2,
        "ties": round_,
        "one_sided": measured == 0.5,
        "test_reviews": REVIEWS,
        "test_correct": to_bits(np.arange(REVIEWS) < round(measured * REVIEWS)),
        "epochs": 15,
        "best_epoch": 5,
        "seconds": 1.0,
        "connected": 10.0,
        "corpus": "made up",
        "corpus_hash": "0" * 64,
        "protocol": "{}",
        "spec_version": SPEC_VERSION,
        "device": "cpu",
    }
