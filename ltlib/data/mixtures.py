"""Domains mixed from two: a dial for how far a source lies from its target.

`books+25%electronics` is books with a quarter of its reviews taken from electronics, split by
split, so that no text that is tested on is trained on. Nothing else of the corpus changes, neither
its vocabulary nor its hash: a run on a mixture is known by the mixture's name.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ltlib.data.corpus import Corpus, Texts
from ltlib.data.encoding import saved_splits
from ltlib.data.mixture import Mixture, mixture_of
from ltlib.data.reviews import Reviews, Splits
from ltlib.data.splits import SPLITS
from ltlib.errors import InputError
from ltlib.streams import stream

Rows = NDArray[np.int64]


class Part(NamedTuple):
    """Which reviews of a split of either domain make that of their mixture, in order."""

    of_source: Rows
    of_target: Rows


def with_mixtures(corpus: Corpus, names: Iterable[str]) -> Corpus:
    """The corpus with the mixtures among `names` as further domains; else as it is.

    Every split of a mixture is as large as the smaller of its domains' and balanced. A larger share
    of the target holds the reviews of a smaller one.

    Raises:
        InputError: a mixture of an unknown domain, or of one with itself; more than 100%.
    """
    asked = {name: mixture_of(name) for name in dict.fromkeys(names) if name not in corpus.splits}
    mixtures = {name: mixture for name, mixture in asked.items() if mixture is not None}
    if not mixtures:
        return corpus
    splits, texts = dict(corpus.splits), dict(corpus.texts)
    for name, mixture in mixtures.items():
        corpus.check_domains([mixture.source, mixture.target])
        if mixture.source == mixture.target:
            raise InputError(f"domain '{name}' mixes one domain with itself; name two")
        parts = {split: _part(corpus, mixture, split) for split in SPLITS}
        splits[name] = Splits(*(_reviews(corpus, mixture, split, parts[split]) for split in SPLITS))
        texts[name] = {s: _texts(corpus.texts, mixture, s, parts[s]) for s in SPLITS}
    key = hashlib.sha256(json.dumps([corpus.hash, list(splits)]).encode()).hexdigest()
    path, loaded = saved_splits(key, lambda: splits)
    return replace(corpus, splits=loaded, texts=texts, path=path)


def _part(corpus: Corpus, mixture: Mixture, split: str) -> Part:
    labels = [
        corpus.splits[domain].named()[split].labels.numpy()
        for domain in (mixture.source, mixture.target)
    ]
    size = min(map(len, labels))
    chosen: tuple[list[Rows], list[Rows]] = ([], [])
    for label in (0, 1):
        each = size // 2
        taken = each * mixture.percent // 100
        counts, domains = (each - taken, taken), (mixture.source, mixture.target)
        for rows, own, count, domain in zip(chosen, labels, counts, domains, strict=True):
            order = stream(corpus.protocol.corpus_seed, "mixture", domain, split, label)
            rows.append(order.permutation(np.flatnonzero(own == label))[:count])
    return Part(*(np.sort(np.concatenate(rows)) for rows in chosen))


def _reviews(corpus: Corpus, mixture: Mixture, split: str, part: Part) -> Reviews:
    found = [
        _taken(corpus.splits[domain].named()[split], rows)
        for domain, rows in ((mixture.source, part.of_source), (mixture.target, part.of_target))
    ]
    lengths = torch.cat([reviews.offsets.diff() for reviews in found])
    return Reviews(
        tokens=torch.cat([reviews.tokens for reviews in found]),
        offsets=torch.cat([torch.zeros(1, dtype=torch.int64), lengths.cumsum(0)]),
        labels=torch.cat([reviews.labels for reviews in found]),
    )


def _taken(reviews: Reviews, rows: Rows) -> Reviews:
    """Some of the reviews, in order."""
    lengths = reviews.offsets.diff()[rows]
    tokens = [reviews.tokens[reviews.offsets[row] : reviews.offsets[row + 1]] for row in rows]
    return Reviews(
        tokens=torch.cat([reviews.tokens[:0], *tokens]),
        offsets=torch.cat([torch.zeros(1, dtype=torch.int64), lengths.cumsum(0)]),
        labels=reviews.labels[rows],
    )


def _texts(texts: Texts, mixture: Mixture, split: str, part: Part) -> tuple[str, ...]:
    own, others = texts[mixture.source][split], texts[mixture.target][split]
    return (*(own[row] for row in part.of_source), *(others[row] for row in part.of_target))
