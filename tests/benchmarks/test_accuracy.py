"""What `benchmarks/accuracy.py` concludes from its pairs, and what is stored of it."""

from dataclasses import replace
from importlib import import_module
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import ltlib
from ltlib.data.corpus import Corpus
from ltlib.figures import speed
from ltlib.protocol import Protocol

accuracy = import_module("benchmarks.accuracy")  # a script, which mypy knows by another name


def test_the_stored_interval_is_students_over_chains() -> None:
    """SciPy's own one-sample interval, over all chains whose tickets were to be trained."""
    found = speed.measured("accuracy")
    trained = {(p["domain"], p["replicate"], p["round"]) for p in found["pairs"]}
    domains = ("electronics", "books")
    assert trained == {(d, n, r) for d in domains for n in range(3) for r in (0, 5, 10, 15)}
    assert len(trained) == len(found["pairs"])
    alive = [p for p in found["pairs"] if p["dense"] != 50 or p["default"] != 50]
    assert found["alive"] == len(alive)
    for name, pairs in {"": found["pairs"], "_alive": alive}.items():
        chains = [
            np.mean(
                [p["default"] - p["dense"] for p in pairs if (p["domain"], p["replicate"]) == chain]
            )
            for chain in product(domains, range(3))
        ]
        expected = stats.ttest_1samp(chains, 0).confidence_interval(0.9)
        assert found[f"chains{name}"] == 6
        assert found[f"interval{name}"] == pytest.approx([expected.low, expected.high])
        assert -1 <= expected.low <= expected.high <= 1


def test_what_is_stored_of_the_pairs_is_what_the_benchmark_computes() -> None:
    found = speed.measured("accuracy")
    summary = accuracy.summary(found["pairs"])
    for name, value in summary.items():
        assert found[name] == pytest.approx(value)


def test_a_chain_counts_once_however_many_rounds_it_has() -> None:
    pairs = [
        {"domain": domain, "replicate": 0, "dense": 70.0, "default": 70.0 + gap}
        for domain, gaps in {"books": [1.0] * 9, "cds": [3.0]}.items()
        for gap in gaps
    ]
    assert accuracy.by_chain(pairs) == [1.0, 3.0]
    cut = {"domain": "films", "replicate": 0, "dense": 50.0, "default": 50.0}
    found = accuracy.summary([*pairs, cut])
    assert (found["chains"], found["chains_alive"], found["alive"]) == (3, 2, 10)
    assert np.mean(found["interval_alive"]) == pytest.approx(2.0)
    assert np.mean(found["interval"]) == pytest.approx(4 / 3)


def test_a_pair_is_a_stored_run_and_the_same_ticket_trained_densely(
    tmp_path: Path, vader_corpus: Corpus
) -> None:
    """A full model has no masks, so the dense protocol's own round 0 is what must come out."""
    protocol, store = Protocol.smoke(), tmp_path / "store"
    found = ltlib.run(vader_corpus, protocol, "reset", domains=["movies"], store=store)
    rows = found.to_dict("records")
    exact = accuracy.densely(protocol)
    assert (exact.search, exact.compiled) == ("full", False)
    alone = ltlib.run(
        vader_corpus,
        replace(exact, rounds=0),
        "reset",
        domains=["movies"],
        store=tmp_path / "alone",
    ).to_dict("records")[0]
    first = accuracy.pair(vader_corpus, protocol, store, rows[0])
    assert first["dense"] == 100 * alone["test_accuracy"]
    assert first["dense_auc"] == 100 * alone["test_auc"]
    assert first["default_auc"] == 100 * rows[0]["test_auc"]
    assert first["sparsity"] == 0

    last = accuracy.pair(vader_corpus, protocol, store, rows[-1])
    assert last["sparsity"] == pytest.approx(rows[-1]["sparsity"])
    assert last["default"] == 100 * rows[-1]["test_accuracy"]
    assert last["dense"] == pytest.approx(last["default"], abs=10), "the ticket of another round"


def test_what_is_missing_is_every_ticket_without_its_pair(
    tmp_path: Path, vader_corpus: Corpus
) -> None:
    found = ltlib.run(
        vader_corpus, Protocol.smoke(), "reset", domains=["movies"], store=tmp_path / "store"
    )
    chains = [
        found.assign(source=domain, round=found["round"] * 5, replicate=replicate)
        for domain in accuracy.DOMAINS
        for replicate in range(3)
    ]
    results = pd.concat(chains)
    done = [{"domain": "books", "replicate": 0, "round": 10}]
    left = accuracy.missing(results, done)
    assert len(left) == 2 * 3 * 4 - 1
    assert {row["strategy"] for row in left} == {"full-model", "ticket-reset"}
    assert [row["replicate"] for row in left] == sorted(row["replicate"] for row in left)
    assert accuracy.missing(results, [*done, *left_as_pairs(left)]) == []


def left_as_pairs(rows: list[dict]) -> list[dict]:
    """What `pair` says of these rows, as far as `missing` asks."""
    return [{**row, "domain": row["source"]} for row in rows]
