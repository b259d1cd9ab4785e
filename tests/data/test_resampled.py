"""Divergences of drawn reviews: against a loop, and against fresh reviews of a known source."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ltlib.data.corpus import Corpus
from ltlib.data.divergence import divergence_matrix, jsd, unigram_distribution
from ltlib.data.resampled import resampled_divergence
from ltlib.data.reviews import Reviews, Splits
from ltlib.data.vocabulary import Vocabulary


def reviews_of(texts: list[list[int]]) -> Reviews:
    ends = np.cumsum([0, *map(len, texts)])
    tokens = torch.tensor([t for text in texts for t in text], dtype=torch.int32)
    return Reviews(tokens, torch.tensor(ends), torch.zeros(len(texts), dtype=torch.int64))


def corpus_of(corpus: Corpus, **texts: list[list[int]]) -> Corpus:
    splits = {name: Splits(*[reviews_of(own)] * 3) for name, own in texts.items()}
    return replace(corpus, splits=splits)


def test_every_pair_and_its_divergence(vader_corpus: Corpus) -> None:
    found = resampled_divergence(vader_corpus, draws=3).set_index(["source", "target"])
    matrix = divergence_matrix(vader_corpus)
    assert len(found) == len(matrix) * (len(matrix) - 1)
    for one, other in found.index:
        assert found.loc[(one, other), "nats"] == matrix.loc[one, other]
        assert found.loc[(one, other), "again"] == found.loc[(other, one), "again"]
        assert len(found.loc[(one, other), "again"]) == 3


def test_a_draw_is_as_many_reviews_drawn_again(vader_corpus: Corpus) -> None:
    """Of two reviews each there are nine pairs of draws: each divergence is one of these."""
    one, other = [[1, 1, 2], [3]], [[2, 3, 3, 3], [4, 1]]
    again = resampled_divergence(corpus_of(vader_corpus, one=one, other=other), draws=200)
    drawn = [(0, 0), (0, 1), (1, 1)]
    size = vader_corpus.vocabulary.size

    def frequencies(texts: list[list[int]], draw: tuple[int, int]) -> np.ndarray:
        return unigram_distribution(reviews_of([texts[k] for k in draw]), size)

    possible = [jsd(frequencies(one, a), frequencies(other, b)) for a in drawn for b in drawn]
    found = again["again"].iloc[0]
    nearest = [min(range(9), key=lambda k: abs(possible[k] - value)) for value in found]
    assert max(abs(possible[k] - v) for k, v in zip(nearest, found, strict=True)) < 1e-6
    often = np.bincount(nearest, minlength=9) / 200
    assert often[4] == pytest.approx(1 / 4, abs=0.1), "the mixed draw of either, half and half"


def test_the_spread_is_that_of_fresh_reviews(vader_corpus: Corpus) -> None:
    """The bootstrap's standard deviation is that over new samples from the same source."""
    random = np.random.default_rng(1)
    likely = {name: random.dirichlet(np.ones(30)) for name in ("one", "other")}

    def sample() -> dict[str, list[list[int]]]:
        return {
            name: [random.choice(30, 20, p=p).tolist() for _ in range(100)]
            for name, p in likely.items()
        }

    fresh = []
    for _ in range(150):
        texts = sample()
        p, q = (unigram_distribution(reviews_of(own), 30) for own in texts.values())
        fresh.append(jsd(p, q))
    row = resampled_divergence(corpus_of(vader_corpus, **sample()), draws=150).iloc[0]
    assert np.std(row["again"]) == pytest.approx(np.std(fresh), rel=0.3)
    assert np.mean(row["again"]) > row["nats"], "drawing adds noise, and noise adds divergence"


def test_the_same_seed_draws_the_same(vader_corpus: Corpus) -> None:
    one, other = (resampled_divergence(vader_corpus, draws=5, seed=seed) for seed in (0, 0))
    assert one.equals(other)
    assert not one.equals(resampled_divergence(vader_corpus, draws=5, seed=1))


def test_vocabulary_is_taken_whole(vader_corpus: Corpus) -> None:
    assert isinstance(vader_corpus.vocabulary, Vocabulary)
    last = vader_corpus.vocabulary.size - 1
    found = resampled_divergence(corpus_of(vader_corpus, a=[[0]], b=[[last]]), draws=2)
    assert found["again"].iloc[0] == pytest.approx([np.log(2)] * 2, abs=1e-6)
