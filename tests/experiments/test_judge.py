"""A ticket reads texts as it was trained to, with all that it needs in its file."""

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ltlib.data.corpus import Corpus, load_corpus
from ltlib.data.reviews import Reviews
from ltlib.data.vocabulary import Vocabulary
from ltlib.evaluation import scores_of
from ltlib.experiments.judge import export_onnx, judge
from ltlib.networks.packing import lay_out
from ltlib.networks.survivor_cnn import SurvivorCNN
from ltlib.networks.text import TextArchitecture
from ltlib.networks.text_cnn import build_model
from ltlib.protocol import Protocol
from ltlib.runs.front import load_ticket, run
from ltlib.strategies import TICKET_STRATEGIES, TicketStrategy
from ltlib.tickets import Ticket, first_ticket
from tests.support import tiny
from tests.support.data_helpers import sentences, write_folder
from tests.support.refusals import assert_refused
from tests.support.tabular import Tabular

VOCABULARY = Vocabulary.train(["good and bad stories, told well or badly"], 30, 1.0)
TICKET = first_ticket(TextArchitecture(VOCABULARY), tiny.PROTOCOL, "a", 0, 0)
PROTOCOL = replace(
    Protocol.smoke(), split=(24, 8, 8), vocabulary_size=60, rounds=2, survivors_from=2
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return load_corpus(str(write_folder(tmp_path_factory.mktemp("c") / "insects")), PROTOCOL)


@pytest.fixture(scope="module")
def store(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("s") / "store"
    run(corpus, PROTOCOL, "obtain", ["ants"], store=place, workers=1)
    return place


@pytest.mark.parametrize("strategy", TICKET_STRATEGIES)
@pytest.mark.parametrize("round_", [0, 1, 2])
def test_it_judges_test_texts_as_well_as_its_run_did(
    strategy: TicketStrategy, round_: int, corpus: Corpus, store: Path, tmp_path: Path
) -> None:
    """From its store and from its file; in round 2 survivors alone are computed with."""
    table = run(corpus, PROTOCOL, "obtain", ["ants"], store=store)
    ticket = load_ticket(corpus, PROTOCOL, "ants", round_, strategy=strategy, store=store)
    ticket.save(tmp_path / "ticket")
    texts, labels = corpus.texts["ants"]["test"], corpus.splits["ants"].test.labels.numpy()
    named = strategy if round_ else "full-model"
    (stored,) = table[(table["strategy"] == named) & (table["round"] == round_)]["test_accuracy"]
    for found in (ticket, Ticket.load(tmp_path / "ticket")):
        right = (judge(found, texts) > 0.5) == labels
        assert right.mean() == stored


def test_a_file_is_all_it_needs(corpus: Corpus, store: Path, tmp_path: Path) -> None:
    """In another process, which has no cache and opens neither corpus nor store."""
    ticket = load_ticket(corpus, PROTOCOL, "ants", 1, store=store)
    path = tmp_path / "ticket.safetensors"
    ticket.save(path)
    code = (
        "import sys, ltlib; ticket = ltlib.Ticket.load(sys.argv[1]); "
        "print(ltlib.judge(ticket, 'bade fi go'), 'ltlib.data.corpus' in sys.modules, "
        "'ltlib.store.store' in sys.modules)"
    )
    words = [sys.executable, "-c", code, str(path)]
    nowhere = {"LTLIB_CACHE": "/dev/null/none", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(words, env=nowhere, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    probability, *opened = done.stdout.split()
    assert float(probability) == judge(ticket, "bade fi go")
    assert opened == ["False", "False"]


def test_it_tells_the_probability_of_positive() -> None:
    """A network whose output is its bias: e⁵ to 1 for class 1, which is positive."""
    trained = {name: torch.zeros_like(value) for name, value in TICKET.initial.items()}
    trained["output.bias"] = torch.tensor([0.0, 5.0])
    probability = judge(replace(TICKET, trained=trained), "a story")
    assert probability == pytest.approx(1 / (1 + math.exp(-5)), rel=1e-6)


def test_before_training_it_judges_by_what_survives_of_its_first_values() -> None:
    masks = {name: torch.rand(mask.shape) < 0.5 for name, mask in TICKET.masks.items()}
    pruned = replace(TICKET, masks=masks)
    values = {name: value * masks[name] for name, value in TICKET.initial.items()}
    assert judge(pruned, "a story") == judge(replace(pruned, trained=values), "a story")
    assert judge(pruned, "a story") != judge(TICKET, "a story")


@given(st.lists(st.text(max_size=40), max_size=8), st.booleans())
def test_many_are_judged_as_each_alone(texts: list[str], sparse: bool) -> None:
    ticket = replace(TICKET, round=9) if sparse else TICKET
    together = judge(ticket, texts)
    assert together.dtype == np.float64
    assert together.shape == (len(texts),)
    alone = [judge(ticket, text) for text in texts]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-6)


def test_more_than_a_batch_keeps_its_order() -> None:
    texts = ["good", "a bad story", "told " * 30, ""] * 40
    together = judge(TICKET, texts)
    np.testing.assert_allclose(together, [judge(TICKET, text) for text in texts], atol=1e-6)
    assert len(set(together[:3].round(4))) == 3


def test_late_rounds_are_computed_with_survivors_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[type] = []

    def seen(model: Any, examples: Any) -> Any:
        kinds.append(type(model))
        return scores_of(model, examples)

    monkeypatch.setattr("ltlib.experiments.judge.scores_of", seen)
    judge(replace(TICKET, round=tiny.PROTOCOL.survivors_from), "good")
    assert kinds == [SurvivorCNN]


def test_nothing_is_read_as_one_unknown_subword() -> None:
    unknown = judge(TICKET, "\u200b")
    assert judge(TICKET, "") == unknown
    assert judge(TICKET, "   ") == unknown
    assert unknown != judge(TICKET, "good")


@pytest.mark.parametrize("longest", [5, 6, 9, 40])
def test_the_first_subwords_are_read_and_no_more(longest: int) -> None:
    """As the dense network scores just these."""
    text = "badly told stories, and good or well"
    tokens = torch.tensor(VOCABULARY.encode(text)[:longest], dtype=torch.int32)
    assert (len(tokens) == longest) == (longest < 40)
    review = Reviews(tokens, torch.tensor([0, len(tokens)]), torch.tensor([0]))
    scores = scores_of(build_model(tiny.PROTOCOL, TICKET.initial), lay_out(review, 5))
    cut = replace(TICKET, protocol=replace(tiny.PROTOCOL, max_length=longest))
    assert judge(cut, text) == pytest.approx(float(scores.softmax(1)[0, 1]), abs=1e-6)


def test_texts_come_in_whatever_holds_them() -> None:
    texts = ["good", "bad stories"]
    expected = judge(TICKET, texts)

    def one_by_one() -> Iterator[str]:
        yield from texts

    for held in (tuple(texts), one_by_one(), np.array(texts), pd.Series(texts, index=[7, 3])):
        np.testing.assert_array_equal(judge(TICKET, held), expected)
    assert isinstance(judge(TICKET, texts[0]), float)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (None, "^texts are a NoneType; give a str"),
        (3, "^texts are a int"),
        (["good", None], "^text 1 is a NoneType; give a str"),
        ([["good"]], "^text 0 is a list"),
        (b"good", "^text 0 is a int"),
        (["good", "a \ud800"], "^text 1 is not Unicode"),
        ("\ud800", "^text 0 is not Unicode"),
    ],
)
def test_what_is_no_text_is_refused(texts: Any, said: str) -> None:
    assert_refused(lambda: judge(TICKET, texts), said)


@pytest.mark.parametrize("round_", [0, 1, 2])
def test_onnx_runs_the_ticket_as_judge_does(
    round_: int, corpus: Corpus, store: Path, tmp_path: Path
) -> None:
    """On texts of any length, cut into subwords by its vocabulary; from its file the same."""
    ticket = load_ticket(corpus, PROTOCOL, "ants", round_, store=store)
    texts = [*corpus.texts["ants"]["test"], "", "ba", "bade " * 90, "\u200b"]
    assert isinstance(ticket.architecture, TextArchitecture)
    assert ticket.architecture.vocabulary is not None
    rows = [ticket.architecture.vocabulary.encode(text) for text in texts]
    assert max(map(len, rows)) > PROTOCOL.max_length
    tokens = np.full((len(rows), max(map(len, rows))), -1, np.int64)
    for row, ids in zip(tokens, rows, strict=True):
        row[: len(ids)] = ids
    path = tmp_path / "ticket.onnx"
    export_onnx(ticket, path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(["probability"], {"tokens": tokens})
    np.testing.assert_allclose(found, judge(ticket, texts), rtol=0, atol=1e-6)
    ticket.save(tmp_path / "ticket")
    export_onnx(Ticket.load(tmp_path / "ticket"), tmp_path / "again.onnx")
    assert (tmp_path / "again.onnx").read_bytes() == path.read_bytes()


def test_onnx_of_an_untrained_ticket_is_of_what_survives(tmp_path: Path) -> None:
    masks = {name: torch.rand(mask.shape) < 0.5 for name, mask in TICKET.masks.items()}
    pruned = replace(TICKET, masks=masks)
    values = {name: value * masks[name] for name, value in TICKET.initial.items()}
    export_onnx(pruned, tmp_path / "a")
    export_onnx(replace(pruned, trained=values), str(tmp_path / "b"))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_where_onnx_cannot_be_written_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(ticket: Ticket, path: Path, said: str) -> None:
        assert_refused(lambda: export_onnx(ticket, path), said)

    refused(TICKET, tmp_path / "none" / "t.onnx", "none: folder not found; make it first")
    refused(TICKET, tmp_path, r"is a folder; name a \.onnx file")
    rows = first_ticket(Tabular(), tiny.PROTOCOL, "a", 0, 0)
    refused(rows, tmp_path / "t.onnx", "a ticket of Tabular reads no texts")

    def full(path: Path, content: bytes) -> int:
        path.open("wb").close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    refused(TICKET, tmp_path / "t.onnx", r"t\.onnx: cannot be written \(No space")
    assert not list(tmp_path.iterdir())


def test_a_ticket_that_cannot_read_is_refused() -> None:
    blind = replace(TICKET, architecture=TextArchitecture())
    small, large = (
        TextArchitecture(Vocabulary.train(sentences(50, 0), size, 1.0)) for size in (28, 40)
    )
    rows = first_ticket(Tabular(), tiny.PROTOCOL, "a", 0, 0)
    for ticket, said in (
        (blind, r"has no vocabulary; .*TextArchitecture\(corpus\.vocabulary\)"),
        (replace(TICKET, architecture=small), "has 28 subwords, its network 30"),
        (replace(TICKET, architecture=large), "has 40 subwords, its network 30"),
        (rows, "a ticket of Tabular reads no texts"),
    ):
        assert_refused(partial(judge, ticket, "good"), said)
