"""How far apart the domains of a corpus are, how sure that is, and which subwords make it so."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from ltlib.data.corpus import Corpus
from ltlib.data.divergence import Distribution, contributions, jsd, unigram_distribution
from ltlib.data.resampled import resampled_divergence
from ltlib.data.reviews import Reviews

TOP = 20  # subwords kept of two domains


class Distances(NamedTuple):
    """Three tables, of all domains or of those that an atlas holds.

    Attributes:
        divergence: as `ltlib.data.resampled.resampled_divergence` gives it.
        halves: columns `domain, nats`: the divergence of every second training text of a domain
            from the others, which is what chance gives.
        words: columns `first, second, piece, p, q, term`: of each two domains the subwords that
            contribute most to their divergence (nats), largest first, and their frequencies.
    """

    divergence: pd.DataFrame
    halves: pd.DataFrame
    words: pd.DataFrame


def distances(corpus: Corpus) -> Distances:
    """How far apart the domains of `corpus` are (§3), all from its training splits.

    Raises:
        InputError: as `ltlib.data.divergence.divergence_matrix`.
    """
    divergence = resampled_divergence(corpus)
    size, pieces = corpus.vocabulary.size, corpus.vocabulary.pieces
    texts = {domain: splits.train for domain, splits in corpus.splits.items()}
    frequencies = {domain: unigram_distribution(each, size) for domain, each in texts.items()}
    halves = {domain: jsd(*_halves(each, size)) for domain, each in texts.items()}
    return Distances(
        divergence,
        pd.DataFrame(halves.items(), columns=["domain", "nats"]),
        pd.concat(
            contributions(frequencies[one], frequencies[other], pieces)
            .head(TOP)
            .assign(first=one, second=other)[["first", "second", "piece", "p", "q", "term"]]
            for one, other in combinations(frequencies, 2)
        ).reset_index(drop=True),
    )


def matrix_of(divergence: pd.DataFrame) -> pd.DataFrame:
    """The divergences of `Distances.divergence` as a matrix: domains × domains, in nats."""
    names = list(dict.fromkeys(divergence["source"]))
    wide = divergence.pivot(index="source", columns="target", values="nats").loc[names, names]
    return wide.fillna(0.0).rename_axis(index="domain", columns="domain")


def _halves(reviews: Reviews, size: int) -> tuple[Distribution, Distribution]:
    """The unigram distributions of every second text, and of the others."""
    texts = np.split(reviews.tokens.numpy(), reviews.offsets[1:-1].numpy())
    first, second = (np.concatenate(texts[start::2]) for start in (0, 1))
    counts = (np.bincount(half, minlength=size) / len(half) for half in (first, second))
    one, other = counts
    return one, other
