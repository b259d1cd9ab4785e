"""A corpus and the protocol of a run cannot disagree."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from ltlib.data.corpus import CORPUS_FIELDS, Corpus, load_corpus
from ltlib.data.sources.amazon import CATEGORIES
from ltlib.errors import InputError
from ltlib.experiments.atlas import make_atlas
from ltlib.experiments.tasks import plan_experiment
from ltlib.protocol import Protocol
from ltlib.runs.front import load_ticket, run
from tests.support.data_helpers import labelled, write

SMALL = replace(Protocol.smoke(), split=(16, 8, 8), vocabulary_size=60)

# Of every field another value: one that makes another corpus, if the field has any part in it.
OTHER: dict[str, Any] = {
    "split": (20, 8, 8),
    "corpus_seed": 1,
    "vocabulary_size": 50,
    "character_coverage": 0.98,
    "max_length": 7,
    "embedding_size": 3,
    "channels": 3,
    "heights": (2,),
    "hidden_size": 3,
    "shared_initial": True,
    "dropout": 0.5,
    "he_slope": 0.0,
    "zero_biases": True,
    "batch_size": 7,
    "epochs": 1,
    "patience": 2,
    "retrain_epochs": 7,
    "learning_rate": 0.5,
    "l2": 0.5,
    "search": "full",
    "compiled": False,
    "survivors_from": 1,
    "prune_percent": 50,
    "projection": "layer",
    "halve_output": True,
    "rounds": 1,
    "replicates": 4,
    "domains": 1,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two domains; a letter of every third text is so rare that coverage decides about it."""
    made = tmp_path_factory.mktemp("corpora") / "insects"
    for seed, domain in enumerate(("ants", "bees")):
        rows = labelled(60, seed)
        for row in rows[::3]:
            row["text"] += " ж"
        write(made / f"{domain}.jsonl", rows)
    return made


@pytest.mark.parametrize("field", [field.name for field in fields(Protocol)])
def test_a_field_is_refused_exactly_if_it_makes_another_corpus(field: str, folder: Path) -> None:
    corpus = load_corpus(str(folder), SMALL)
    other = replace(SMALL, **{field: OTHER[field]})
    assert other != SMALL
    again = load_corpus(str(folder), other)
    again.check_protocol(other)
    if again.hash == corpus.hash:
        assert again.texts == corpus.texts
        corpus.check_protocol(other)
    else:
        was, asked = (f"{field}={getattr(given, field)}" for given in (SMALL, other))
        expected = re.escape(f"'insects' was made with {was}, and the protocol has {asked}; ")
        with pytest.raises(InputError, match=f"{expected}.*load_corpus"):
            corpus.check_protocol(other)


def test_every_field_that_differs_is_named(vader_corpus: Corpus) -> None:
    with pytest.raises(InputError) as raised:
        vader_corpus.check_protocol(Protocol.laptop())
    assert re.findall(r"(\w+)=(\([^)]*\)|\w+)", str(raised.value)) == [
        ("split", "(200, 100, 100)"),
        ("vocabulary_size", "400"),
        ("max_length", "60"),
        ("split", "None"),
        ("vocabulary_size", "1000"),
        ("max_length", "100"),
    ]


def test_all_that_is_there_is_another_split_than_as_many(tmp_path: Path) -> None:
    """Of a folder both make the same corpus; an Amazon file is read no further than sizes ask."""
    for seed, category in enumerate(CATEGORIES.values()):
        rows = [
            {"reviewText": row["text"], "overall": 1 + 4 * row["label"]}
            for row in labelled(60, seed)
        ]
        write(tmp_path / f"reviews_{category}_5.json.gz", rows)
    source = f"amazon:{tmp_path}"
    rest = load_corpus(source, replace(SMALL, split=(8, 4, "rest")))
    assert (rest.summary["reviews"] == 60).all()
    everything = replace(SMALL, split=None)
    whole = load_corpus(source, everything)
    sizes = whole.summary[["train", "validation", "test"]].iloc[0].tolist()
    as_many = replace(SMALL, split=(sizes[0], sizes[1], sizes[2]))
    assert load_corpus(source, as_many).hash != whole.hash
    with pytest.raises(InputError, match=r"split=None, and the protocol has split=\("):
        whole.check_protocol(as_many)
    with pytest.raises(InputError, match=r"split=\(.*\), and the protocol has split=None"):
        load_corpus(source, as_many).check_protocol(everything)


Meeting = Callable[[Corpus, Protocol, Path], object]
MEETINGS: dict[str, Meeting] = {
    "plan": lambda corpus, protocol, store: plan_experiment(corpus, protocol),
    "run": lambda corpus, protocol, store: run(corpus, protocol, "obtain", store=store),
    "ticket": lambda corpus, protocol, store: load_ticket(
        corpus, protocol, corpus.domains[0], 0, store=store
    ),
    "atlas": lambda corpus, protocol, store: make_atlas(
        corpus, protocol, corpus.domains, store=store
    ),
}


@pytest.mark.parametrize("field", CORPUS_FIELDS)
@pytest.mark.parametrize("meeting", MEETINGS)
def test_wherever_they_meet_a_disagreement_is_refused(
    meeting: str, field: str, folder: Path, tmp_path: Path
) -> None:
    corpus, store = load_corpus(str(folder), SMALL), tmp_path / "store"
    with pytest.raises(InputError, match=f"'insects' was made with {field}="):
        MEETINGS[meeting](corpus, replace(SMALL, **{field: OTHER[field]}), store)
    assert not store.exists(), "refused before anything is written"


def test_a_corpus_serves_every_protocol_that_would_make_it(folder: Path) -> None:
    corpus = load_corpus(str(folder), SMALL)
    longer = replace(SMALL, epochs=9, rounds=1, channels=3)
    specs = plan_experiment(corpus, longer)
    assert {spec.protocol for spec in specs} == {longer}
    assert {spec.corpus_hash for spec in specs} == {corpus.hash}
