import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from ltlib.data.corpus import Corpus
from ltlib.data.divergence import (
    Distribution,
    contributions,
    divergence_matrix,
    jsd,
    kl,
    nearest_pairs,
    pairs_by_distance,
    paper_scale,
    unigram_distribution,
)
from ltlib.data.reviews import Reviews
from ltlib.errors import InputError

# Counts, some of them zero, as subwords have.
COUNTS = arrays(np.int64, 7, elements=st.integers(0, 50)).filter(lambda counts: counts.sum() > 0)
DISTRIBUTIONS = COUNTS.map(lambda counts: counts / counts.sum())


@given(DISTRIBUTIONS, DISTRIBUTIONS)
def test_kl_equals_scipys(p: Distribution, q: Distribution) -> None:
    assert kl(p, q) == pytest.approx(entropy(p, q), abs=1e-12)


@given(DISTRIBUTIONS, DISTRIBUTIONS)
def test_jsd_equals_scipys_and_keeps_its_bounds(p: Distribution, q: Distribution) -> None:
    assert jsd(p, q) == pytest.approx(jensenshannon(p, q) ** 2, abs=1e-12)
    assert jsd(p, q) == jsd(q, p)
    assert 0 <= jsd(p, q) <= math.log(2)
    assert jsd(p, p) == 0


def test_jsd_of_distributions_with_nothing_in_common() -> None:
    assert jsd(np.array([1.0, 0, 0]), np.array([0, 0.5, 0.5])) == pytest.approx(math.log(2))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_unigram_distribution_is_counting(tokens: list[int]) -> None:
    ids = torch.tensor(tokens, dtype=torch.int32)
    reviews = Reviews(ids, torch.tensor([0, len(tokens)]), torch.tensor([1]))
    expected = [tokens.count(i) / len(tokens) for i in range(8)]
    assert unigram_distribution(reviews, 8).tolist() == pytest.approx(expected)


def test_matrix_compares_training_texts(vader_corpus: Corpus) -> None:
    matrix = divergence_matrix(vader_corpus)
    assert list(matrix.index) == list(matrix.columns) == list(vader_corpus.domains)
    counts = {}
    for domain, texts in vader_corpus.texts.items():
        counts[domain] = np.zeros(vader_corpus.vocabulary.size)
        for text in texts["train"]:
            for token in vader_corpus.vocabulary.encode(text)[:60]:
                counts[domain][token] += 1
    for a in vader_corpus.domains:
        for b in vader_corpus.domains:
            expected = jensenshannon(counts[a], counts[b]) ** 2
            assert matrix.loc[a, b] == pytest.approx(expected, abs=1e-12)


def test_paper_scale_is_a_mean_over_the_vocabulary() -> None:
    matrix = pd.DataFrame([[0.0, 0.08], [0.08, 0.0]])
    assert paper_scale(matrix, 8000).iloc[0, 1] == pytest.approx(1.0)


def test_one_domain_has_no_divergence(vader_corpus: Corpus) -> None:
    alone = replace(vader_corpus, name="alone", splits={"tweets": vader_corpus.splits["tweets"]})
    with pytest.raises(InputError, match=r"'alone' has one domain only, tweets.*two"):
        divergence_matrix(alone)


def distances(*from_a: float) -> pd.DataFrame:
    names = list("abcdefg"[: len(from_a)])
    return pd.DataFrame([list(from_a)] * len(from_a), index=names, columns=names)


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        (distances(0, 0.4, 0.1, 0.3, 0.2), "cdb"),  # nearest, third nearest, farthest of four
        (distances(0, 0.5, 0.4, 0.1, 0.3, 0.2), "deb"),
        (distances(0, 0.4, 0.1, 0.3), "cb"),  # the third nearest of three is the farthest
        (distances(0, 0.4, 0.1), "cb"),
        (distances(0, 0.4), "b"),
        (distances(0, 0.2, 0.2, 0.2, 0.2), "bde"),  # ties keep the order
    ],
)
def test_nearest_pairs(matrix: pd.DataFrame, expected: str) -> None:
    assert nearest_pairs(matrix, ["a"]) == [("a", target) for target in expected]


def test_three_sources_of_five_domains_make_the_nine_tasks() -> None:
    generator = np.random.default_rng(0)
    names = ["books", "electronics", "movies", "cds", "home"]
    half = generator.random((5, 5))
    matrix = pd.DataFrame(half + half.T, index=names, columns=names)
    pairs = nearest_pairs(matrix, ["books", "electronics", "cds"])
    assert len(pairs) == len(set(pairs)) == 9
    assert all(source != target for source, target in pairs)


def test_nearest_pairs_of_what_is_not_there() -> None:
    with pytest.raises(InputError, match="'x' is unknown; known are a, b"):
        nearest_pairs(distances(0, 1), ["x"])
    with pytest.raises(InputError, match="'a' is the only domain"):
        nearest_pairs(distances(0), ["a"])


@given(st.integers(2, 40))
def test_contributions_sum_to_scipys_divergence(size: int) -> None:
    numbers = np.random.default_rng(size)
    p, q = numbers.dirichlet([0.2] * size), numbers.dirichlet([0.2] * size)
    p[0], q[-1] = 0.0, 0.0
    p, q = p / p.sum(), q / q.sum()
    terms = contributions(p, q, tuple(map(str, range(size))))
    assert terms["term"].sum() == pytest.approx(jensenshannon(p, q) ** 2)
    assert (terms["term"] >= 0).all()
    assert terms["term"].is_monotonic_decreasing
    assert set(terms["piece"]) == set(map(str, range(size)))


def test_pairs_by_distance() -> None:
    names = ["a", "b", "c"]
    matrix = pd.DataFrame([[0, 3, 1], [3, 0, 2], [1, 2, 0]], index=names, columns=names)
    assert pairs_by_distance(matrix) == [
        ("a", "c", 1.0),
        ("b", "c", 2.0),
        ("a", "b", 3.0),
    ]
