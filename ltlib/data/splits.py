"""Train, validation and test: balanced, disjoint, a function of the reviews and one seed."""

from dataclasses import dataclass

import numpy as np

from ltlib.data.cleaning import NEGATIVE, POSITIVE, Cleaned, Review
from ltlib.errors import InputError
from ltlib.protocol import Split
from ltlib.streams import stream

SPLITS = ("train", "validation", "test")
PROPORTIONS = (2, 1, 1)  # of the paper's 20,000/10,000/10,000

Sizes = tuple[int, int, int]
Chosen = dict[str, tuple[Review, ...]]  # split -> its reviews, in the order of their source


def split_reviews(domains: dict[str, Cleaned], split: Split | None, seed: int) -> dict[str, Chosen]:
    """The reviews of each split, for every domain.

    Each split holds as many negative as positive reviews, and a document lies in one split.

    Args:
        domains: the cleaned reviews by the domain's name.
        split: reviews of train, validation and test, both classes together; a test of "rest" is
            all that a domain has left; None: the largest 2:1:1 that every domain can give.
        seed: the corpus seed. A domain's draw depends on it, on the domain's name and its reviews.

    Raises:
        InputError: a size that cannot be halved; a domain with too few reviews of a class.
    """
    pools = {domain: _pool(domain, cleaned, seed) for domain, cleaned in domains.items()}
    if split is None:
        split = _largest_common(pools)
    if any(size != "rest" and (size < 2 or size % 2) for size in split):
        raise InputError(f"split {_slashed(split)}: each must be an even number of 2 or more")
    chosen: dict[str, Chosen] = {}
    for domain, pool in pools.items():
        sizes = _sizes(pool, split)
        rows = _draw(pool, sizes)
        if rows is None:
            raise InputError(_too_few(pool, sizes))
        reviews = domains[domain].reviews
        chosen[domain] = {name: tuple(reviews[row] for row in part) for name, part in rows.items()}
    return chosen


@dataclass(frozen=True)
class _Pool:
    """The documents of a domain in the order in which they are dealt out."""

    domain: str
    seed: int  # the corpus seed
    labels: list[int]
    documents: list[list[int]]  # rows (places in `Cleaned.reviews`) of each

    @property
    def scarcer(self) -> int:
        return min(self.labels.count(NEGATIVE), self.labels.count(POSITIVE))


def _pool(domain: str, cleaned: Cleaned, seed: int) -> _Pool:
    documents: dict[str | int, list[int]] = {}
    for row, review in enumerate(cleaned.reviews):
        documents.setdefault(row if review.document is None else review.document, []).append(row)
    order = stream(seed, "deal", domain).permutation(len(documents))
    listed = list(documents.values())
    labels = [int(review.label == POSITIVE) for review in cleaned.reviews]
    return _Pool(domain, seed, labels, [listed[i] for i in order])


def _draw(pool: _Pool, sizes: Sizes) -> dict[str, list[int]] | None:
    """Deal the documents to the splits, then thin each class to half the split; None: too few.

    Rows by split, ascending.
    """
    wanted = [size // 2 for size in sizes]
    dealt = _deal(pool, wanted)
    generator = stream(pool.seed, "thin", pool.domain)
    rows = {}
    for split, half, (negative, positive) in zip(SPLITS, wanted, dealt, strict=True):
        if min(len(negative), len(positive)) < half:
            return None
        kept = [generator.permutation(members)[:half] for members in (negative, positive)]
        rows[split] = sorted(np.concatenate(kept).tolist())
    return rows


def _deal(pool: _Pool, wanted: list[int]) -> list[tuple[list[int], list[int]]]:
    """Each document, whole, to the split in which most of its reviews are still wanted.

    Where several splits want as many, the one that is furthest from full gets it.
    """
    dealt: list[tuple[list[int], list[int]]] = [([], []) for _ in wanted]
    missing = [[half, half] for half in wanted]
    for document in pool.documents:
        positive = sum(pool.labels[row] for row in document)
        counts = (len(document) - positive, positive)
        best, gain = 0, (0, 0.0)
        for split, (negatives, positives) in enumerate(missing):
            useful = min(counts[0], negatives) + min(counts[1], positives)
            offer = (useful, (negatives + positives) / wanted[split])
            if offer > gain:
                best, gain = split, offer
        if gain[0]:
            for row in document:
                dealt[best][pool.labels[row]].append(row)
            missing[best] = [max(0, m - n) for m, n in zip(missing[best], counts, strict=True)]
    return dealt


def _sizes(pool: _Pool, split: Split) -> Sizes:
    """Of a test of "rest" the largest size that leaves the other two theirs, or the smallest."""
    train, validation, test = split
    if test != "rest":
        return train, validation, test
    left = pool.scarcer - (train + validation) // 2
    for half in range(left, 1, -1):
        if _draw(pool, (train, validation, 2 * half)) is not None:
            return train, validation, 2 * half
    return train, validation, 2


def _largest_common(pools: dict[str, _Pool]) -> Sizes:
    """The largest exact 2:1:1 that every domain can give."""
    scarcest = min(pools, key=lambda domain: pools[domain].scarcer)
    for quarter in range(pools[scarcest].scarcer // sum(PROPORTIONS), 0, -1):
        train, validation, test = (2 * part * quarter for part in PROPORTIONS)
        if all(_draw(pool, (train, validation, test)) is not None for pool in pools.values()):
            return train, validation, test
    raise InputError(_too_few(pools[scarcest], (4, 2, 2)))


def _largest(pool: _Pool, proportions: Sizes) -> Sizes | None:
    """The largest split that this domain can give in about these proportions; None: none."""
    for a_class in range(min(pool.scarcer, sum(proportions) // 2), 0, -1):
        train, validation, test = (2 * (part * a_class // sum(proportions)) for part in proportions)
        sizes = (train, validation, test)
        if min(sizes) and _draw(pool, sizes) is not None:
            return sizes
    return None


def _too_few(pool: _Pool, sizes: Sizes) -> str:
    largest = _largest(pool, sizes)
    whole = ", documents kept whole" if len(pool.documents) < len(pool.labels) else ""
    possible = _slashed(largest) if largest else "none in these proportions"
    return (
        f"domain '{pool.domain}' has {pool.labels.count(NEGATIVE)} negative and "
        f"{pool.labels.count(POSITIVE)} positive reviews, too few for the split {_slashed(sizes)} "
        f"({sum(sizes) // 2} of each class{whole}); the largest split possible is {possible}"
    )


def _slashed(sizes: Split) -> str:
    return "/".join(map(str, sizes))
