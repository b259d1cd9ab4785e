"""How sure a divergence is: the reviews of each domain drawn again (bootstrap)."""

import itertools

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import entr

from ltlib.data.corpus import Corpus
from ltlib.data.divergence import divergence_matrix
from ltlib.data.reviews import Reviews

DRAWS = 299
DIGITS = 6  # of nats that are kept of a draw: its error is a thousandth of what a draw changes


def resampled_divergence(corpus: Corpus, draws: int = DRAWS, seed: int = 0) -> pd.DataFrame:
    """The divergence of every two domains, and of as many reviews drawn from theirs (§3).

    Reviews are drawn with replacement from a domain's training split, domain by domain, and every
    pair of domains is compared on the same draws: differences between pairs can be taken.

    Returns:
        A row for every ordered pair, columns `source, target, nats` and `again`, a list of `draws`
        divergences. Those lie a little higher, since each drawing adds noise of its own; their
        spread is what is asked.

    Raises:
        InputError: as `divergence_matrix`.
    """
    matrix = divergence_matrix(corpus)
    random = np.random.default_rng(seed)
    drawn = {
        domain: _drawn(splits.train, corpus.vocabulary.size, draws, random)
        for domain, splits in corpus.splits.items()
    }
    again = {
        frozenset(pair): _jsd(drawn[pair[0]], drawn[pair[1]]).round(DIGITS).tolist()
        for pair in itertools.combinations(drawn, 2)
    }
    nats = matrix.to_dict()  # symmetric
    rows = [
        (one, other, nats[one][other], again[frozenset((one, other))])
        for one, other in itertools.permutations(drawn, 2)
    ]
    return pd.DataFrame(rows, columns=["source", "target", "nats", "again"])


def _drawn(
    reviews: Reviews, size: int, draws: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Frequencies of subwords in drawn reviews, `[draws, size]`."""
    tokens, offsets = reviews.tokens.numpy(), reviews.offsets.numpy()
    counts = csr_array((np.ones(len(tokens)), tokens, offsets), shape=(len(reviews), size))
    often = random.multinomial(len(reviews), np.full(len(reviews), 1 / len(reviews)), draws)
    frequencies = (counts.T @ often.T).T
    return np.asarray(frequencies / frequencies.sum(axis=1, keepdims=True))


def _jsd(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Row by row, in nats: the entropy of the mean less the mean entropy (Lin 1991)."""
    each: NDArray[np.float64] = (entr(p).sum(axis=1) + entr(q).sum(axis=1)) / 2
    return entr((p + q) / 2).sum(axis=1) - each
