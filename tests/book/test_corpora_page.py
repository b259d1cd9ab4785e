"""The data card of the embedded corpus states what its files hold."""

import ast
import io
import tarfile
from pathlib import Path
from statistics import fmean

import pytest

from ltlib.data.cleaning import NEGATIVE, POSITIVE, Review
from ltlib.data.sources.vader import ARCHIVE, FILES, MEMBER, label_of_score, read_vader
from ltlib.results.table import read_table
from tests.support.project import ROOT

CARD = (ROOT / "book" / "corpora.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.usefixtures("vader_corpus")


@pytest.fixture(scope="module")
def sentences() -> dict[str, list[Review]]:
    return {domain: list(reviews) for domain, reviews in read_vader().items()}


@pytest.fixture(scope="module")
def ratings(own_cache: Path) -> dict[str, list[tuple[float, list[int]]]]:
    """By domain, each text's published mean score and its published ratings."""
    with tarfile.open(own_cache / "downloads" / ARCHIVE) as outer:
        member = outer.extractfile(MEMBER)
        assert member is not None
        inner = io.BytesIO(member.read())
    found = {}
    with tarfile.open(fileobj=inner) as tar:

        def columns(name: str) -> list[list[str]]:
            file = tar.extractfile(f"hutto_ICWSM_2014/{name}")
            assert file is not None
            lines = file.read().decode("utf-8-sig").splitlines()
            return [line.split("\t") for line in lines if line]

        for domain, name in FILES.items():
            means = {row[0]: float(row[1]) for row in columns(name)}
            raters = columns(name.replace("GroundTruth", "anonDataRatings"))
            found[domain] = [(means[row[0]], ast.literal_eval(row[3])) for row in raters]
    return found


def rows_of_the_card() -> dict[str, list[str]]:
    table = CARD.split(":name: tab-vader")[1].split("```")[0]
    rows = [row.strip().split("\n  - ") for row in table.split("\n* - ")[2:]]
    return {domain: cells for domain, *cells in rows}


def test_the_sizes_are_those_of_the_files(
    sentences: dict[str, list[Review]], ratings: dict[str, list[tuple[float, list[int]]]]
) -> None:
    for domain, reviews in sentences.items():
        labels = [review.label for review in reviews]
        documents = {review.document for review in reviews} - {None}
        raters = [len(given) for _, given in ratings[domain]]
        low, high = min(raters), max(raters)
        assert rows_of_the_card()[domain] == [
            f"{len(reviews):,}",
            f"{len(documents):,}" if documents else "–",
            f"{labels.count(POSITIVE):,}",
            f"{labels.count(NEGATIVE):,}",
            str(low) if low == high else f"{low} to {high}",
        ]


def test_the_known_problems_are_there(
    sentences: dict[str, list[Review]], ratings: dict[str, list[tuple[float, list[int]]]]
) -> None:
    texts = {domain: [r.text for r in reviews] for domain, reviews in sentences.items()}
    assert all(text == text.lower() for text in texts["products"])
    entities = {d: sum("&amp;" in t or "&quot;" in t for t in found) for d, found in texts.items()}
    assert min(entities.values()) > 0
    assert max(entities, key=lambda domain: entities[domain]) == "tweets"
    assert sum("@anonymous" in text for text in texts["tweets"]) > 2000
    neutral = [review.label for review in sentences["editorials"]].count(None)
    assert 0.4 < neutral / len(sentences["editorials"]) < 0.5
    assert sum(len(given) < 20 for _, given in ratings["movies"]) > 1000
    smallest = {
        (domain, label): sum(review.label == label for review in reviews)
        for domain, reviews in sentences.items()
        for label in (NEGATIVE, POSITIVE)
    }
    assert min(smallest, key=lambda key: smallest[key]) == ("tweets", NEGATIVE)
    published = read_table(str(ROOT / "results" / "vader-laptop.parquet"))
    full = published[published["strategy"] == "full-model"].groupby("source")["test_accuracy"]
    assert full.mean().idxmin() == "editorials"


def test_some_means_are_not_those_of_the_ratings_but_labels_are(
    ratings: dict[str, list[tuple[float, list[int]]]],
) -> None:
    other = {
        domain: sum(abs(mean - fmean(given)) > 0.051 for mean, given in rows)
        for domain, rows in ratings.items()
    }
    assert other == {"products": 0, "movies": 0, "editorials": 0, "tweets": 183}
    assert "For 183 texts" in CARD
    for mean, given in ratings["tweets"]:
        assert label_of_score(mean) == label_of_score(fmean(given))
