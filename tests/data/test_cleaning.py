from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltlib.data.cleaning import REASONS, Review, clean, key_of, label_of_rating

WORDS = st.lists(st.sampled_from(["Good", "good", "GOOD", "bad", "Straße", "STRASSE"]), max_size=2)
TEXTS = st.builds(lambda words, gap: gap.join(words), WORDS, st.sampled_from([" ", "\n\t", "  "]))
REVIEWS = st.lists(st.builds(Review, TEXTS, st.sampled_from([0, 1, None])), max_size=30)


@given(REVIEWS)
def test_what_is_left_equals_a_slow_grouping(reviews: list[Review]) -> None:
    by_key = defaultdict(list)
    for review in reviews:
        if review.text.split() and review.label is not None:
            by_key[" ".join(review.text.casefold().split())].append(review)
    agreeing = [same for same in by_key.values() if len({review.label for review in same}) == 1]

    cleaned = clean(reviews)

    assert list(cleaned.reviews) == [same[0] for same in agreeing]
    assert cleaned.dropped["empty"] == sum(not review.text.split() for review in reviews)
    assert cleaned.dropped["neutral"] == sum(
        bool(review.text.split()) and review.label is None for review in reviews
    )
    assert cleaned.read == len(reviews) == len(cleaned.reviews) + sum(cleaned.dropped.values())


def test_each_reason_is_counted() -> None:
    reviews = [
        Review("fine", 1),
        Review(" FINE\n", 1),
        Review("so so", 1),
        Review("So so", 0),
        Review("so  so", 1),
        Review("three stars", None),
        Review(" \t\u3000", 1),
        Review("Held Elsewhere", 0),
        Review("poor", 0),
    ]
    cleaned = clean(reviews, frozenset({"held elsewhere"}))
    assert [review.text for review in cleaned.reviews] == ["fine", "poor"]
    assert cleaned.keys == {"fine", "poor"}
    expected = {"empty": 1, "neutral": 1, "other domain": 1, "duplicate": 1, "conflicting": 3}
    assert cleaned.dropped == expected
    assert tuple(expected) == REASONS


@given(REVIEWS, st.integers(1, 4))
def test_reading_ends_with_the_review_that_makes_it_enough(
    reviews: list[Review], enough: int
) -> None:
    read = clean(reviews, enough=enough).read
    balanced = []
    for end in range(len(reviews) + 1):
        labels = [review.label for review in clean(reviews[:end]).reviews]
        balanced.append(min(labels.count(0), labels.count(1)) >= enough)
    assert read == (balanced.index(True) if any(balanced) else len(reviews))


def test_case_and_white_space_alone_make_no_other_text() -> None:
    assert key_of("  A\u00a0Straße\n") == key_of("a strasse") != key_of("a street")


@pytest.mark.parametrize(
    ("rating", "label"), [(1, 0), (2, 0), (2.5, None), (3, None), (3.5, None), (4, 1), (5, 1)]
)
def test_label_of_rating(rating: float, label: int | None) -> None:
    assert label_of_rating(rating) == label
