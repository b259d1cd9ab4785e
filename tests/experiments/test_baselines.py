"""The linear baseline: counts by hand, the strength by looking at all, what it can learn."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from ltlib.cli.commands import cli
from ltlib.data.corpus import Corpus, load_corpus
from ltlib.errors import InputError
from ltlib.experiments.baselines import STRENGTHS, counts, linear_baselines
from ltlib.protocol import Protocol
from ltlib.results.correct import from_bits, from_text
from tests.support.data_helpers import labelled, write, write_folder

pytest.importorskip("sklearn")
PROTOCOL = replace(Protocol.smoke(), split=(120, 60, "rest"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpora") / "insects"
    return load_corpus(str(write_folder(folder, ("ants", "bees"), 400)), PROTOCOL)


def test_counts_equal_a_loop(corpus: Corpus) -> None:
    reviews = corpus.splits["ants"].validation
    found = counts(reviews, corpus).toarray()
    for number in range(len(reviews)):
        begin, end = reviews.offsets[number : number + 2].tolist()
        expected = Counter(reviews.tokens[begin:end].tolist())
        assert {i: int(n) for i, n in enumerate(found[number]) if n} == expected


def test_every_domain_is_judged_by_every_other(corpus: Corpus) -> None:
    table = linear_baselines(corpus)
    assert set(zip(table["source"], table["target"], strict=True)) == {
        (a, b) for a in corpus.domains for b in corpus.domains
    }
    for row in table.to_dict("records"):
        test = corpus.splits[row["target"]].test
        assert row["test_reviews"] == len(test)
        assert from_bits(row["test_correct"], len(test)).mean() == row["test_accuracy"]
        assert row["strength"] in STRENGTHS


def test_it_is_scikit_learns_model_at_the_best_strength(corpus: Corpus) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    splits = corpus.splits["ants"].named()
    texts = {
        name: [
            " ".join(map(str, part.tokens[a:b].tolist()))
            for a, b in zip(part.offsets[:-1].tolist(), part.offsets[1:].tolist(), strict=True)
        ]
        for name, part in splits.items()
    }
    vectors = TfidfVectorizer(token_pattern=r"\S+", sublinear_tf=True).fit(texts["train"])
    inputs = {name: vectors.transform(part) for name, part in texts.items()}
    labels = {name: part.labels.numpy() for name, part in splits.items()}
    models = [
        LogisticRegression(C=c, max_iter=2_000).fit(inputs["train"], labels["train"])
        for c in STRENGTHS
    ]
    accuracies = [model.score(inputs["validation"], labels["validation"]) for model in models]
    row = linear_baselines(corpus).query("source == 'ants' and target == 'ants'").iloc[0]
    assert row["validation_accuracy"] == pytest.approx(max(accuracies))
    assert row["strength"] == STRENGTHS[int(np.argmax(accuracies))]
    expected = models[int(np.argmax(accuracies))].score(inputs["test"], labels["test"])
    assert row["test_accuracy"] == pytest.approx(expected)


def test_what_can_be_learned_is_learned_and_moved(tmp_path: Path) -> None:
    """A word of the label's own in every text of three domains; in one it means the contrary."""
    words = {"ants": ("bad", "good"), "bees": ("bad", "good"), "wasps": ("good", "bad")}
    for seed, (domain, own) in enumerate(words.items()):
        rows = [row | {"text": f"{row['text']} {own[row['label']]}"} for row in labelled(400, seed)]
        write(tmp_path / "c" / f"{domain}.jsonl", rows)
    table = linear_baselines(load_corpus(str(tmp_path / "c"), PROTOCOL))
    accuracies = table.set_index(["source", "target"])["test_accuracy"]
    assert min(accuracies["ants", "ants"], accuracies["ants", "bees"]) > 0.95
    assert accuracies["ants", "wasps"] < 0.05


def test_what_is_counted_stays_as_it_was(corpus: Corpus) -> None:
    reviews = corpus.splits["ants"].train
    before = reviews.tokens.clone()
    counts(reviews, corpus)
    assert reviews.tokens.equal(before)


def test_the_command_writes_what_the_function_gives(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "c", ("ants", "bees"), 400)
    words = ["baselines", "--corpus", str(folder), "--split", "120/60/rest"]
    done = CliRunner().invoke(cli, [*words, "--out", str(tmp_path / "b.csv")])
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "b.csv")
    corpus = load_corpus(str(folder), PROTOCOL)
    expected = linear_baselines(corpus)
    assert table["test_accuracy"].tolist() == pytest.approx(expected["test_accuracy"].tolist())
    assert [from_text(text) for text in table["test_correct"]] == list(expected["test_correct"])
    assert set(table["corpus_hash"]) == {corpus.hash}
    assert "ants" in done.output and "bees" in done.output
    refused = CliRunner().invoke(cli, [*words, "--out", str(tmp_path / "b.xls")])
    assert isinstance(refused.exception, InputError)
