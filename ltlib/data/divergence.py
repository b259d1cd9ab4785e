"""How far domains lie apart: unigrams over subwords and the Jensen-Shannon divergence (§3)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltlib.errors import InputError

if TYPE_CHECKING:  # the numbers need no torch
    from ltlib.data.corpus import Corpus
    from ltlib.data.reviews import Reviews

Distribution = npt.NDArray[np.float64]


def unigram_distribution(reviews: "Reviews", size: int) -> Distribution:
    """Relative frequency of each of the `size` subwords, `[size]`, summing to 1."""
    counts = np.bincount(reviews.tokens.numpy(), minlength=size).astype(np.float64)
    return counts / counts.sum()


def kl(p: Distribution, q: Distribution) -> float:
    """Kullback-Leibler divergence of q from p in nats (Eq. 2).

    Infinite where p has a subword that q lacks; a subword that p lacks adds nothing.
    """
    present = p > 0
    if np.any(q[present] == 0):
        return float("inf")
    return float(np.sum(p[present] * np.log(p[present] / q[present])))


def jsd(p: Distribution, q: Distribution) -> float:
    """Jensen-Shannon divergence in nats (Eq. 1): symmetric, 0 for equals, at most ln 2."""
    middle = (p + q) / 2
    divergence = (kl(p, middle) + kl(q, middle)) / 2
    return min(max(divergence, 0.0), float(np.log(2)))  # rounding may step over either bound


def divergence_matrix(corpus: "Corpus") -> pd.DataFrame:
    """JSD in nats between the training splits of every two domains (Fig. 1).

    Raises:
        InputError: the corpus has one domain only, or is but the name of one.
    """
    if isinstance(corpus, str):
        raise InputError(f"corpus: '{corpus}' is a name; give ltlib.load_corpus(name, protocol)")
    if len(corpus.domains) < 2:
        raise InputError(
            f"'{corpus.name}' has one domain only, {corpus.domains[0]}; a divergence needs two"
        )
    distributions = [
        unigram_distribution(splits.train, corpus.vocabulary.size)
        for splits in corpus.splits.values()
    ]
    return pd.DataFrame(
        [[jsd(p, q) for q in distributions] for p in distributions],
        index=pd.Index(corpus.domains, name="domain"),
        columns=pd.Index(corpus.domains, name="domain"),
    )


def paper_scale(matrix: pd.DataFrame, vocabulary_size: int) -> pd.DataFrame:
    """The mean over the vocabulary's entries instead of the sum, times 1e5.

    Probably what Fig. 1 shows: the default reduction of a common KL routine is this mean.
    """
    return matrix / vocabulary_size * 1e5


def nearest_pairs(matrix: pd.DataFrame, sources: Sequence[str]) -> list[tuple[str, str]]:
    """Each source with its nearest, third nearest and farthest other domain, in this order.

    With three sources and five domains these are nine transfers. Where there are too few domains
    for three different ones, each is named once. Ties keep the order of the matrix.

    Raises:
        InputError: a source that the matrix does not hold, or a matrix of one domain.
    """
    known = [str(domain) for domain in matrix.index]
    pairs = []
    for source in sources:
        if source not in known:
            raise InputError(f"domain '{source}' is unknown; known are {', '.join(known)}")
        distances = dict(zip(known, matrix.loc[source].to_numpy(np.float64), strict=True))
        others = sorted((other for other in known if other != source), key=distances.__getitem__)
        if not others:
            raise InputError(f"'{source}' is the only domain; a transfer needs two")
        places = dict.fromkeys((0, min(2, len(others) - 1), len(others) - 1))
        pairs += [(source, others[place]) for place in places]
    return pairs


def contributions(p: Distribution, q: Distribution, pieces: tuple[str, ...]) -> pd.DataFrame:
    """What each subword adds to the Jensen-Shannon divergence of two domains (§3, Eq. 1).

    Args:
        p, q: frequencies of the subwords in either domain, `[vocabulary]`.
        pieces: the subwords.

    Returns:
        Columns `piece, p, q, term`, largest term first; the terms sum to the divergence in nats.
    """
    middle = (p + q) / 2
    terms = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    table = pd.DataFrame({"piece": pieces, "p": p, "q": q, "term": terms})
    return table.sort_values("term", ascending=False, kind="stable", ignore_index=True)


def pairs_by_distance(matrix: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Every two domains and the divergence between them, the nearest first.

    §3: Electronics and Home are nearest, CDs and Home farthest apart.

    Args:
        matrix: domains × domains, symmetric, in nats.
    """
    names = [str(name) for name in matrix.index]
    values = matrix.to_numpy(dtype=float)
    pairs = [
        (names[i], names[j], float(values[i, j]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]
    return sorted(pairs, key=lambda pair: pair[2])


def _relative_entropy(p: Distribution, q: Distribution) -> Distribution:
    """Summands of KL(p‖q) in nats; a subword that p lacks adds nothing."""
    summands = np.zeros_like(p)
    there = p > 0
    summands[there] = p[there] * np.log(p[there] / q[there])
    return summands
