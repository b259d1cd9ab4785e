"""Distances of domains against loops over their texts, and those that are published."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon

from ltlib import Protocol, load_corpus
from ltlib.data.corpus import Corpus
from ltlib.data.distances import TOP, distances, matrix_of
from ltlib.data.divergence import divergence_matrix
from ltlib.results.atlas import atlas_beside
from tests.support.project import ROOT


def texts_of(corpus: Corpus, domain: str) -> list[list[int]]:
    train = corpus.splits[domain].train
    ends = train.offsets.tolist()
    return [train.tokens[a:b].tolist() for a, b in pairwise(ends)]


def frequencies(texts: list[list[int]], size: int) -> list[float]:
    counts = [0] * size
    for text in texts:
        for token in text:
            counts[token] += 1
    return [count / sum(counts) for count in counts]


def test_halves_are_every_second_text_and_the_others(vader_corpus: Corpus) -> None:
    found = distances(vader_corpus).halves.set_index("domain")["nats"]
    assert list(found.index) == list(vader_corpus.domains)
    for domain in vader_corpus.domains:
        texts = texts_of(vader_corpus, domain)
        one, other = (frequencies(texts[k::2], vader_corpus.vocabulary.size) for k in (0, 1))
        assert found[domain] == pytest.approx(jensenshannon(one, other) ** 2)


def test_words_are_the_largest_terms_of_each_pair(vader_corpus: Corpus) -> None:
    found = distances(vader_corpus).words
    size, pieces = vader_corpus.vocabulary.size, vader_corpus.vocabulary.pieces
    pairs = list(combinations(vader_corpus.domains, 2))
    assert list(dict.fromkeys(zip(found["first"], found["second"], strict=True))) == pairs
    for first, second in pairs:
        rows = found[(found["first"] == first) & (found["second"] == second)]
        p, q = (frequencies(texts_of(vader_corpus, d), size) for d in (first, second))
        terms = []
        for a, b in zip(p, q, strict=True):
            middle = (a + b) / 2
            terms.append(sum(c * np.log(c / middle) / 2 for c in (a, b) if c))
        largest = sorted(terms, reverse=True)[:TOP]
        assert rows["term"].tolist() == pytest.approx(largest)
        for row in rows.to_dict("records"):
            place = pieces.index(row["piece"])
            assert (row["p"], row["q"]) == pytest.approx((p[place], q[place]))
            assert row["term"] == pytest.approx(terms[place])


def test_the_matrix_of_distances_is_that_of_divergences(vader_corpus: Corpus) -> None:
    expected = divergence_matrix(vader_corpus)
    pd.testing.assert_frame_equal(matrix_of(distances(vader_corpus).divergence), expected)
    apart = distances(vader_corpus).divergence
    fewer = matrix_of(apart[apart[["source", "target"]].isin(["tweets", "movies"]).all(axis=1)])
    pd.testing.assert_frame_equal(fewer, expected.loc[["movies", "tweets"], ["movies", "tweets"]])


def test_what_is_published_of_the_embedded_corpus_is_its_own() -> None:
    """Computed anew: the corpus is everybody's."""
    found = distances(load_corpus("vader", Protocol.named("laptop")))
    published = atlas_beside(ROOT / "results" / "vader-laptop.parquet")
    for name, computed in found._asdict().items():
        table = getattr(published, name)
        keys = [column for column in table if table[column].dtype == object and column != "again"]
        one, other = (each.sort_values(keys).reset_index(drop=True) for each in (table, computed))
        pd.testing.assert_frame_equal(one, other, rtol=1e-6)
