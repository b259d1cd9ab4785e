"""What a user asks for reaches what carries it out: nothing is dropped on the way."""

import inspect
from dataclasses import replace
from pathlib import Path

import pytest

from ltlib import Protocol, load_corpus, run
from ltlib.runs import front
from ltlib.runs.driver import Report
from tests.support.data_helpers import write_folder

PROTOCOL = replace(Protocol.smoke(), split=(16, 8, 8), vocabulary_size=60, rounds=2)


def test_every_argument_reaches_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None has its default here."""
    corpus = load_corpus(str(write_folder(tmp_path / "c", ("ants", "bees", "crabs"))), PROTOCOL)
    asked: list[inspect.BoundArguments] = []
    signature = inspect.signature(front.execute)

    def record(*given: object, **named: object) -> Report:
        asked.append(signature.bind(*given, **named))
        return Report()

    monkeypatch.setattr(front, "execute", record)
    monkeypatch.setattr(front.Store, "table", lambda store, specs: specs)
    place = tmp_path / "store"
    run(
        corpus, PROTOCOL, "transfer", ["crabs"], [("bees", "ants")], 7, place, 3, "cuda", True, True
    )
    called = asked[0].arguments
    specs = called["specs"]
    assert called["store"].path == place
    assert called["experiment"].splits_path == corpus.path
    assert (called["workers"], called["progress"], called["retry_failed"]) == (3, True, True)
    assert "commit" in called["provenance"]
    moved = [spec for spec in specs if spec.experiment == "transfer"]
    assert {(spec.source, spec.target) for spec in moved} == {("bees", "ants")}
    assert {spec.source for spec in specs} == {"bees", "ants"}, "a transfer obtains what it needs"
    assert {(spec.seed, spec.device) for spec in specs} == {(7, "cuda")}
    assert {(spec.corpus, spec.corpus_hash) for spec in specs} == {(corpus.name, corpus.hash)}
    assert {spec.round for spec in specs} == {0, 1, 2}

    run(corpus, PROTOCOL, "obtain", ["crabs"], store=place)
    assert {spec.source for spec in asked[1].arguments["specs"]} == {"crabs"}
    run(corpus, PROTOCOL, store=place)
    found = {spec.source for spec in asked[2].arguments["specs"]}
    assert found == {"ants", "bees"}, "the scale's two domains"
