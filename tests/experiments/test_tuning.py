"""The search for hyperparameters: what a trial trains, that it never sees a test text, going on."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from ltlib.cli.commands import cli
from ltlib.data.corpus import Corpus, load_corpus
from ltlib.errors import DivergedError
from ltlib.experiments import tuning
from ltlib.experiments.tuning import FEWEST, FIELDS, SIZES, tune
from ltlib.networks.packing import pack
from ltlib.networks.text import TextArchitecture
from ltlib.protocol import Protocol
from ltlib.results.searches import read_search
from ltlib.tickets import Ticket, first_ticket, train_ticket
from ltlib.training import Outcome
from tests.support.data_helpers import write_folder
from tests.support.refusals import assert_refused

pytest.importorskip("optuna")
PROTOCOL = replace(Protocol.smoke(), epochs=1, split=(60, 30, 20), max_length=20)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "SIZES", dict.fromkeys(SIZES, (4, 12)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("corpora") / "insects", ("ants", "bees"), 200)


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return load_corpus(str(folder), PROTOCOL)


def test_a_trial_is_a_full_model_of_its_sizes(corpus: Corpus, tmp_path: Path) -> None:
    found = tune(corpus, PROTOCOL, "ants", 3, tmp_path / "j").trials
    assert len(found) == 3 and found["validation_accuracy"].is_monotonic_decreasing
    for row in found.to_dict("records"):
        tried = replace(PROTOCOL, **{name: row[name] for name in FIELDS})
        ticket = first_ticket(TextArchitecture(corpus.vocabulary), tried, "ants", 0, 0)
        splits = pack(corpus.splits["ants"], tried)
        outcome = train_ticket(ticket, splits, "ants", "full-model")
        assert row["validation_accuracy"] == outcome.validation.accuracy
        assert row["best_epoch"] == outcome.best_epoch


def test_no_test_text_is_looked_at(corpus: Corpus, tmp_path: Path) -> None:
    own = corpus.splits["ants"]
    nothing = replace(own.test, labels=torch.zeros_like(own.test.labels))
    blind = replace(corpus, splits={"ants": replace(own, test=nothing)})
    one, other = (
        tune(c, PROTOCOL, "ants", 2, tmp_path / f"{i}") for i, c in enumerate((corpus, blind))
    )
    drop = ["seconds"]
    assert one.trials.drop(columns=drop).equals(other.trials.drop(columns=drop))


def test_a_search_goes_on_and_tells_what_matters(corpus: Corpus, tmp_path: Path) -> None:
    said: list[str] = []
    first = tune(corpus, PROTOCOL, "ants", 4, tmp_path / "j", say=said.append)
    assert first.importance == {} and len(said) == 4
    whole = tune(corpus, PROTOCOL, "ants", FEWEST, tmp_path / "j", say=said.append)
    assert len(whole.trials) == len(said) == FEWEST
    assert set(first.trials["trial"]) < set(whole.trials["trial"])
    assert set(whole.importance) == set(FIELDS)
    assert sum(whole.importance.values()) == pytest.approx(1)
    assert tune(corpus, PROTOCOL, "ants", 5, tmp_path / "j").trials.equals(whole.trials)


def test_an_interrupted_search_goes_on_as_it_would_have(corpus: Corpus, tmp_path: Path) -> None:
    whole = tune(corpus, PROTOCOL, "ants", 12, tmp_path / "whole").trials
    said: list[str] = []

    def stop(line: str) -> None:
        said.append(line)
        if len(said) in (3, 11):
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            tune(corpus, PROTOCOL, "ants", 12, tmp_path / "cut", say=stop)
    rest = tune(corpus, PROTOCOL, "ants", 12, tmp_path / "cut").trials
    by_number = [t.sort_values("trial").reset_index(drop=True) for t in (whole, rest)]
    one, other = (t.drop(columns=["trial", "seconds"]) for t in by_number)
    assert one.equals(other) and not one[[*FIELDS]].duplicated().any()


def test_after_a_trial_that_diverged_another_is_tried(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def diverges(ticket: Ticket, *rest: Any) -> Outcome:
        tried.append(ticket.protocol.channels * 100 + ticket.protocol.hidden_size)
        if len(tried) < 3:
            raise DivergedError("lost")
        return train_ticket(ticket, *rest)

    monkeypatch.setattr(tuning, "train_ticket", diverges)
    tune(corpus, PROTOCOL, "ants", 3, tmp_path / "j")
    assert len(set(tried)) == 3


def test_what_cannot_be_searched_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    tune(corpus, PROTOCOL, "ants", 1, tmp_path / "j")
    assert_refused(lambda: tune(corpus, PROTOCOL, "bees", 1, tmp_path / "j"), "is of another")
    assert_refused(lambda: tune(corpus, PROTOCOL, "wasps", 1, tmp_path / "k"), "'wasps' is unknown")
    assert_refused(lambda: tune(corpus, PROTOCOL, "ants", 0, tmp_path / "k"), "ask for 1 or more")
    lost = replace(PROTOCOL, learning_rate=1e30)
    diverging = replace(corpus, protocol=lost)
    assert_refused(lambda: tune(diverging, lost, "ants", 1, tmp_path / "l"), "all diverged")


def test_the_command_writes_what_was_found(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    command = [
        "tune", "--corpus", str(folder), "--split", "60/30/20", "--domain", "ants", "--set",
        "epochs=1", "--set", "max_length=20", "--trials", "2", "--journal", str(tmp_path / "j"),
    ]  # fmt: skip
    done = CliRunner().invoke(cli, [*command, "--out", str(out)], catch_exceptions=False)
    assert done.exit_code == 0 and done.output.count("trial ") >= 2
    found = json.loads(out.read_text())
    assert found["domain"] == "ants" and len(found["trials"]) == 2
    assert read_search(out).trials[[*FIELDS]].to_dict("records") == [
        {name: trial[name] for name in FIELDS} for trial in found["trials"]
    ]
    assert found["protocol"]["epochs"] == 1 and found["computed_by"]["versions"]["torch"]
    with pytest.raises(Exception, match=r"ends in \.json"):
        CliRunner().invoke(cli, [*command, "--out", "x.csv"], catch_exceptions=False)
