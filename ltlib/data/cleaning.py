"""From reviews as published to the texts that may be learned from.

Sources (`vader`, `amazon`, `folder`) yield `Review`s; `clean` drops what is neutral, empty or a
duplicate and counts it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

NEGATIVE, POSITIVE = 0, 1

# Why a review is left out, in the order in which it is asked.
REASONS = ("empty", "neutral", "other domain", "duplicate", "conflicting")


class Review(NamedTuple):
    """One review of a source."""

    text: str
    label: int | None  # 0 negative, 1 positive, None neutral
    document: str | None = None  # those of one document share a split; None: one of its own


@dataclass(frozen=True)
class Cleaned:
    """What is left of a domain, in the order of its source."""

    reviews: tuple[Review, ...]
    keys: frozenset[str]
    read: int  # reviews taken from the source
    dropped: dict[str, int]  # by the names in REASONS


def key_of(text: str) -> str:
    """What makes two texts one: they agree but for case and white space."""
    return " ".join(text.casefold().split())


def label_of_rating(rating: float) -> int | None:
    """§3: one and two stars are negative, four and five positive; what lies between is neutral."""
    if rating <= 2:
        return NEGATIVE
    return POSITIVE if rating >= 4 else None


def clean(
    reviews: Iterable[Review], elsewhere: frozenset[str] = frozenset(), enough: int | None = None
) -> Cleaned:
    """Drop and count what cannot be learned from.

    The first of several copies is kept. Copies whose labels disagree are all dropped.

    Args:
        reviews: read in order, and no further than needed.
        elsewhere: keys that another domain already holds; a text lies in one domain only, or it
            could be trained on in one and tested on in the other.
        enough: stop once each class has this many; None: read to the end.
    """
    kept: dict[str, Review | None] = {}  # None: dropped for its conflicting labels
    dropped = dict.fromkeys(REASONS, 0)
    counts = [0, 0]
    read = 0
    for review in reviews:
        read += 1
        key = key_of(review.text)
        first = kept.get(key)
        if not key:
            dropped["empty"] += 1
        elif review.label is None:
            dropped["neutral"] += 1
        elif key in elsewhere:
            dropped["other domain"] += 1
        elif first is not None and first.label == review.label:
            dropped["duplicate"] += 1
        elif first is not None and first.label is not None:
            dropped["conflicting"] += 2
            counts[first.label] -= 1
            kept[key] = None
        elif key in kept:
            dropped["conflicting"] += 1
        else:
            kept[key] = review
            counts[review.label] += 1
            if enough is not None and min(counts) >= enough:
                break
    left = {key: review for key, review in kept.items() if review is not None}
    return Cleaned(tuple(left.values()), frozenset(left), read, dropped)
