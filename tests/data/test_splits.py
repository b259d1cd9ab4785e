import re
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltlib.data.cleaning import REASONS, Cleaned, Review
from ltlib.data.splits import Chosen, split_reviews
from ltlib.errors import InputError


def cleaned(reviews: list[Review]) -> Cleaned:
    return Cleaned(tuple(reviews), frozenset(), len(reviews), dict.fromkeys(REASONS, 0))


def single(negative: int, positive: int) -> Cleaned:
    """Every review a document of its own."""
    labels = [0] * negative + [1] * positive
    return cleaned([Review(f"text {i}", label) for i, label in enumerate(labels)])


DOMAIN = st.lists(
    st.tuples(st.sampled_from([0, 1]), st.sampled_from([None, *"abcdefgh"])), max_size=60
).map(lambda rows: cleaned([Review(str(i), label, doc) for i, (label, doc) in enumerate(rows)]))
SIZES = st.tuples(*[st.integers(1, 5).map(lambda half: 2 * half)] * 3)


def check(domain: Cleaned, chosen: Chosen, sizes: tuple[int, int, int]) -> None:
    """Balanced, disjoint, documents whole, in the order of the source: stated slowly.

    Every text is there once, so that a review is found by it.
    """
    assert list(chosen) == ["train", "validation", "test"]
    everything = [review for part in chosen.values() for review in part]
    assert len(everything) == len({review.text for review in everything})
    where = defaultdict(set)
    for (split, part), size in zip(chosen.items(), sizes, strict=True):
        labels = [review.label for review in part]
        assert labels.count(0) == labels.count(1) == size // 2
        places = [domain.reviews.index(review) for review in part]
        assert places == sorted(places)
        for review in part:
            where[review.document or f"alone: {review.text}"].add(split)
    assert all(len(splits) == 1 for splits in where.values())


@settings(deadline=None)
@given(DOMAIN, SIZES, st.integers(0, 3))
def test_splits_hold_what_they_promise_or_name_a_split_that_does(
    domain: Cleaned, sizes: tuple[int, int, int], seed: int
) -> None:
    try:
        chosen = split_reviews({"ants": domain}, sizes, seed)["ants"]
    except InputError as error:
        possible = re.search(r"possible is (\d+)/(\d+)/(\d+)$", str(error))
        if possible is None:
            assert str(error).endswith("none in these proportions")
            return
        smaller = (int(possible[1]), int(possible[2]), int(possible[3]))
        assert sum(smaller) < sum(sizes)
        check(domain, split_reviews({"ants": domain}, smaller, seed)["ants"], smaller)
    else:
        check(domain, chosen, sizes)


@given(st.integers(0, 30), st.integers(0, 30), SIZES)
def test_single_sentences_suffice_exactly_when_each_class_does(
    negative: int, positive: int, sizes: tuple[int, int, int]
) -> None:
    if min(negative, positive) >= sum(sizes) // 2:
        split_reviews({"ants": single(negative, positive)}, sizes, 0)
    else:
        with pytest.raises(InputError, match=f"has {negative} negative and {positive} positive"):
            split_reviews({"ants": single(negative, positive)}, sizes, 0)


def test_too_few_names_the_largest_split() -> None:
    with pytest.raises(InputError) as raised:
        split_reviews({"bees": single(100, 1000)}, (200, 100, 100), 0)
    assert str(raised.value) == (
        "domain 'bees' has 100 negative and 1000 positive reviews, too few for the split "
        "200/100/100 (200 of each class); the largest split possible is 100/50/50"
    )


@pytest.mark.parametrize(
    ("scarcer", "expected"), [(4, (4, 2, 2)), (7, (4, 2, 2)), (8, (8, 4, 4)), (99, (96, 48, 48))]
)
def test_without_sizes_the_scarcest_domain_sets_a_two_one_one(
    scarcer: int, expected: tuple[int, int, int]
) -> None:
    domains = {"ants": single(500, 300), "bees": single(scarcer, 200)}
    for domain, chosen in split_reviews(domains, None, 0).items():
        check(domains[domain], chosen, expected)


def test_the_rest_is_each_domains_own() -> None:
    domains = {"ants": single(50, 70), "bees": single(16, 40), "wasps": single(90, 17)}
    expected = {"ants": (20, 10, 70), "bees": (20, 10, 2), "wasps": (20, 10, 4)}
    for domain, chosen in split_reviews(domains, (20, 10, "rest"), 0).items():
        check(domains[domain], chosen, expected[domain])


@given(DOMAIN, st.integers(0, 3))
def test_of_documents_no_larger_rest_can_be_dealt(domain: Cleaned, seed: int) -> None:
    try:
        chosen = split_reviews({"ants": domain}, (4, 2, "rest"), seed)["ants"]
    except InputError as error:
        assert "too few for the split 4/2/2" in str(error)
        return
    rest = len(chosen["test"])
    check(domain, chosen, (4, 2, rest))
    with pytest.raises(InputError, match="too few"):
        split_reviews({"ants": domain}, (4, 2, rest + 2), seed)


def test_where_nothing_is_left_the_smallest_test_is_missed() -> None:
    with pytest.raises(InputError, match=r"too few for the split 20/10/2 \(16 of each class\)"):
        split_reviews({"ants": single(15, 90)}, (20, 10, "rest"), 0)


def test_without_sizes_nothing_to_split_is_an_error() -> None:
    with pytest.raises(InputError, match=r"'bees' has 3 negative and 9 positive.*none"):
        split_reviews({"ants": single(9, 9), "bees": single(3, 9)}, None, 0)


@pytest.mark.parametrize("sizes", [(3, 2, 2), (4, 0, 2), (4, 2, -2)])
def test_sizes_that_cannot_be_halved(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(InputError, match="even number of 2 or more"):
        split_reviews({"ants": single(50, 50)}, sizes, 0)


def test_the_draw_depends_on_seed_and_name_but_not_on_other_domains() -> None:
    pool, sizes = single(50, 50), (40, 20, 20)
    alone = split_reviews({"ants": pool}, sizes, 0)["ants"]
    assert split_reviews({"bees": single(80, 80), "ants": pool}, sizes, 0)["ants"] == alone
    assert split_reviews({"ants": pool}, sizes, 1)["ants"] != alone
    assert split_reviews({"bees": pool}, sizes, 0)["bees"] != alone


def test_what_is_kept_of_a_document_depends_on_the_seed_too() -> None:
    """Three documents, one a split, and more in each than is wanted of it."""
    pool = cleaned([Review(str(i), i % 2, "abc"[i % 3]) for i in range(60)])
    kept = {split_reviews({"ants": pool}, (4, 4, 4), seed)["ants"]["train"] for seed in range(30)}
    documents = {part[0].document for part in kept}
    assert len(kept) > len(documents) == 3


def test_each_review_may_come_into_each_split() -> None:
    pool = single(8, 8)
    seen: dict[str, set[Review]] = defaultdict(set)
    for seed in range(60):
        for split, part in split_reviews({"ants": pool}, (8, 4, 4), seed)["ants"].items():
            seen[split].update(part)
    assert all(seen[split] == set(pool.reviews) for split in ("train", "validation", "test"))
