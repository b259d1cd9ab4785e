"""Domains mixed from two: which reviews they hold, and that nothing else changes."""

import itertools
from pathlib import Path

import numpy as np
import pytest

import ltlib
from ltlib.data.corpus import Corpus
from ltlib.data.divergence import divergence_matrix
from ltlib.data.encoding import load_splits
from ltlib.data.mixture import Mixture, mixture_of
from ltlib.data.mixtures import with_mixtures
from ltlib.data.reviews import Reviews
from ltlib.data.splits import SPLITS
from tests.support.refusals import assert_refused

SHARES = (0, 25, 50, 100)
NAMES = [f"movies+{percent}%tweets" for percent in SHARES]


@pytest.fixture(scope="module")
def mixed(vader_corpus: Corpus) -> Corpus:
    return with_mixtures(vader_corpus, ["products", *NAMES])


def each(reviews: Reviews) -> list[tuple[tuple[int, ...], int]]:
    """Every review's tokens and label."""
    tokens = reviews.tokens.tolist()
    spans = itertools.pairwise(reviews.offsets.tolist())
    labels = reviews.labels.tolist()
    return [(tuple(tokens[a:b]), label) for (a, b), label in zip(spans, labels, strict=True)]


def test_names_are_read() -> None:
    assert mixture_of("books+25%home") == Mixture("books", 25, "home")
    assert mixture_of("a+b+5%c") == Mixture("a+b", 5, "c")
    for plain in ("books", "c+", "50%off", "+5%c"):
        assert mixture_of(plain) is None
    assert_refused(lambda: mixture_of("books+101%home"), "101% is no share")


def test_nothing_else_changes(vader_corpus: Corpus, mixed: Corpus) -> None:
    assert with_mixtures(vader_corpus, vader_corpus.domains) is vader_corpus
    assert mixed.domains == (*vader_corpus.domains, *NAMES)
    assert (mixed.hash, mixed.vocabulary) == (vader_corpus.hash, vader_corpus.vocabulary)
    for domain in vader_corpus.domains:
        for split in SPLITS:
            own, before = (c.splits[domain].named()[split] for c in (mixed, vader_corpus))
            assert each(own) == each(before)
    loaded = load_splits(Path(mixed.path))
    assert each(loaded[NAMES[1]].train) == each(mixed.splits[NAMES[1]].train)


@pytest.mark.parametrize("split", SPLITS)
def test_a_split_holds_so_many_of_either_split(mixed: Corpus, split: str) -> None:
    movies, tweets = (each(mixed.splits[d].named()[split]) for d in ("movies", "tweets"))
    for percent, name in zip(SHARES, NAMES, strict=True):
        found = each(mixed.splits[name].named()[split])
        size = min(len(movies), len(tweets))
        assert len(found) == size // 2 * 2
        assert sum(label for _, label in found) == len(found) // 2, "balanced"
        others = size // 2 * percent // 100 * 2
        own = len(found) - others
        assert set(found[:own]) <= set(movies) and set(found[own:]) <= set(tweets)
        texts = mixed.texts[name][split]
        assert [tuple(mixed.vocabulary.encode(text)[:60]) for text in texts] == [
            t for t, _ in found
        ]


def test_a_larger_share_holds_the_smaller_one(mixed: Corpus) -> None:
    """Of the target's reviews more and more, of the source's fewer and fewer."""
    for fewer, more in itertools.pairwise(NAMES):
        one, other = (set(mixed.texts[name]["train"]) for name in (fewer, more))
        tweets, movies = (set(mixed.texts[d]["train"]) for d in ("tweets", "movies"))
        assert one & tweets - movies <= other & tweets
        assert other & movies - tweets <= one & movies
    whole = mixed.splits[NAMES[-1]].train
    assert set(each(whole)) <= set(each(mixed.splits["tweets"].train))


def test_the_divergence_from_the_target_falls(mixed: Corpus) -> None:
    nats = divergence_matrix(mixed)
    dial = [float(nats.loc[name].to_numpy()[mixed.domains.index("tweets")]) for name in NAMES]
    assert dial == sorted(dial, reverse=True) and dial[0] > 2 * dial[-1]


def test_a_mixture_is_a_source_like_any_other(vader_corpus: Corpus, tmp_path: Path) -> None:
    name = "movies+50%tweets"
    table = ltlib.run(
        vader_corpus, vader_corpus.protocol.__class__.smoke(), "transfer", pairs=[(name, "tweets")],
        domains=["tweets"], store=tmp_path / "s",
    )  # fmt: skip
    moved = table[table["experiment"] == "transfer"]
    assert set(moved["source"]) == {name} and set(moved["target"]) == {"tweets"}
    assert set(table["corpus_hash"]) == {vader_corpus.hash}
    assert np.isfinite(moved["test_accuracy"]).all()


def test_what_cannot_be_mixed_is_refused(vader_corpus: Corpus) -> None:
    for name, said in {
        "movies+5%books": "domain 'books' is unknown",
        "books+5%movies": "domain 'books' is unknown",
        "movies+5%movies": "mixes one domain with itself",
        "movies+500%tweets": "500% is no share",
    }.items():
        assert_refused(lambda name=name: with_mixtures(vader_corpus, [name]), said)  # type: ignore[misc]
