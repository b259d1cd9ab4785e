"""Tickets packed from a store are those of the store, and judge as they do."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ltlib.data.corpus import Corpus, load_corpus
from ltlib.data.portable import portable
from ltlib.errors import InputError
from ltlib.experiments.chains import Chains
from ltlib.experiments.judge import judge
from ltlib.experiments.packed_tickets import packed_tickets
from ltlib.packed import about_packed, unpacked
from ltlib.protocol import Protocol
from ltlib.results.packed_tickets import ROUND, VOCABULARY
from ltlib.runs.front import load_ticket, run
from ltlib.store.store import Store
from tests.support.data_helpers import write_folder

PROTOCOL = replace(
    Protocol.smoke(), split=(24, 8, 8), vocabulary_size=60, rounds=2, survivors_from=2
)
DOMAINS = ("bees", "ants")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return load_corpus(str(write_folder(tmp_path_factory.mktemp("c") / "insects")), PROTOCOL)


@pytest.fixture(scope="module")
def place(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("s") / "store"
    for seed in (0, 3):
        run(corpus, PROTOCOL, "obtain", DOMAINS, store=place, workers=1, seed=seed)
    return place


@pytest.fixture(scope="module")
def chains(corpus: Corpus, place: Path) -> Chains:
    return Chains(corpus, PROTOCOL, DOMAINS, 3, [Store(place)])


def test_they_are_the_tickets_of_the_store(chains: Chains, corpus: Corpus, place: Path) -> None:
    files = packed_tickets(chains, [0, 2])
    assert list(files) == [VOCABULARY, ROUND.format(0), ROUND.format(2)]
    table = run(corpus, PROTOCOL, "obtain", DOMAINS, store=place, seed=3)
    texts = [*corpus.texts["ants"]["test"], "", "ant " * 100]
    for round_ in (0, 2):
        content = files[ROUND.format(round_)]
        about, tickets = about_packed(content), unpacked(content)
        assert (about["round"], about["seed"], about["replicate"]) == (round_, 3, 0)
        assert about["heights"] == [3, 4, 5] and about["max_length"] == PROTOCOL.max_length
        assert Protocol.from_differences(about["protocol"]).differences() == PROTOCOL.differences()
        assert list(tickets) == sorted(DOMAINS)
        strategy = "ticket-reset" if round_ else "full-model"
        rows = table[(table["round"] == round_) & (table["strategy"] == strategy)]
        for domain, (masks, values) in tickets.items():
            found = load_ticket(corpus, PROTOCOL, domain, round_, seed=3, store=place)
            assert list(masks) == list(found.masks)
            for name, mask in found.masks.items():
                np.testing.assert_array_equal(masks[name], mask.numpy())
            trained = {name: torch.from_numpy(value) for name, value in values.items()}
            off = np.abs(judge(replace(found, trained=trained), texts) - judge(found, texts))
            assert off.max() < 1e-4
            (accuracy,) = rows.loc[rows["source"] == domain, "test_accuracy"]
            assert about["domains"][domain]["test_accuracy"] == accuracy
            assert about["domains"][domain]["sparsity"] == found.sparsity


def test_they_name_the_vocabulary_they_were_trained_with(chains: Chains) -> None:
    files = packed_tickets(chains, [1])
    written = files[VOCABULARY]
    assert written.decode() == portable(chains.corpus.vocabulary)
    assert json.loads(written)["pieces"] == list(chains.corpus.vocabulary.pieces)
    said = about_packed(files[ROUND.format(1)])["vocabulary"]
    assert said == hashlib.sha256(written).hexdigest()


def test_rounds_and_tickets_that_are_not_there(chains: Chains) -> None:
    with pytest.raises(InputError, match=r"round 3.*rounds 0 to 2"):
        packed_tickets(chains, [2, 3])
    with pytest.raises(InputError, match="holds no"):
        packed_tickets(replace(chains, seed=1), [2])
