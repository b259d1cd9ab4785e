import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ltlib
from ltlib.data.cleaning import REASONS, key_of
from ltlib.data.corpus import Corpus, as_corpus, load_corpus, load_splits
from ltlib.data.encoding import hash_of
from ltlib.data.vocabulary import Vocabulary
from ltlib.errors import InputError
from ltlib.protocol import Protocol
from ltlib.results.table import read_table
from tests.support.data_helpers import labelled, sentences, write, write_folder
from tests.support.project import ROOT
from tests.support.refusals import assert_refused

SMALL = replace(Protocol.smoke(), split=(16, 8, 8), vocabulary_size=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "insects")


def test_no_text_is_in_two_splits(vader_corpus: Corpus) -> None:
    places = defaultdict(list)
    for domain, splits in vader_corpus.texts.items():
        for split, texts in splits.items():
            for text in texts:
                places[key_of(text)].append((domain, split))
    assert all(len(where) == 1 for where in places.values())
    assert len(places) == 4 * 400


def test_splits_have_the_asked_sizes_and_are_balanced(vader_corpus: Corpus) -> None:
    for splits in vader_corpus.splits.values():
        for (_, reviews), size in zip(splits.named().items(), (200, 100, 100), strict=True):
            assert len(reviews) == size
            assert int(reviews.labels.sum()) == size // 2


def test_texts_and_encoded_reviews_belong_together(vader_corpus: Corpus) -> None:
    for domain, splits in vader_corpus.splits.items():
        for split, reviews in splits.named().items():
            for i, text in enumerate(vader_corpus.texts[domain][split]):
                tokens = reviews.tokens[reviews.offsets[i] : reviews.offsets[i + 1]].tolist()
                assert tokens == vader_corpus.vocabulary.encode(text)[:60]


def test_labels_are_those_of_the_file(folder: Path) -> None:
    corpus = load_corpus(str(folder), SMALL)
    for domain in corpus.domains:
        given = {row["text"]: row["label"] for row in labelled(60, sum(domain.encode()))}
        for split, reviews in corpus.splits[domain].named().items():
            texts = corpus.texts[domain][split]
            assert reviews.labels.tolist() == [given[text] for text in texts]


def test_the_vocabulary_is_that_of_the_training_texts_of_all_domains(folder: Path) -> None:
    corpus = load_corpus(str(folder), SMALL)
    texts = [text for domain in corpus.domains for text in corpus.texts[domain]["train"]]
    expected = Vocabulary.train(texts, 60, SMALL.character_coverage)
    assert corpus.vocabulary.model == expected.model


def test_path_and_hash_are_of_the_encoded_splits(vader_corpus: Corpus, own_cache: Path) -> None:
    assert own_cache in vader_corpus.path.parents
    assert hash_of(load_splits(vader_corpus.path)) == vader_corpus.hash


def test_the_same_call_gives_the_same_corpus_from_bare_caches(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_corpus(str(folder), SMALL)
    cached = load_corpus(str(folder), SMALL)
    monkeypatch.setenv("LTLIB_CACHE", str(tmp_path / "other"))
    again = load_corpus(str(folder), SMALL)
    assert first.hash == cached.hash == again.hash
    assert first.path == cached.path != again.path
    assert first.vocabulary.model == again.vocabulary.model


def test_published_results_are_of_the_corpus_that_is_made_today() -> None:
    """Its texts, draw, vocabulary and cut are what they were then."""
    table = read_table(ROOT / "results" / "vader-laptop.parquet")
    corpus = load_corpus("vader", Protocol.laptop())
    assert set(table["corpus_hash"]) == {corpus.hash}


def test_what_decides_the_splits(folder: Path) -> None:
    """The corpus seed does; whatever belongs to the runs does not."""
    corpus = load_corpus(str(folder), SMALL)
    runs = replace(SMALL, rounds=9, replicates=4, domains=None, epochs=1, batch_size=7)
    assert load_corpus(str(folder), runs).hash == corpus.hash
    other = load_corpus(str(folder), replace(SMALL, corpus_seed=1))
    assert other.hash != corpus.hash
    assert other.texts != corpus.texts
    longer = load_corpus(str(folder), replace(SMALL, max_length=SMALL.max_length + 1))
    assert longer.texts == corpus.texts


def test_a_domain_is_split_alike_in_whatever_company(folder: Path) -> None:
    in_company = load_corpus(str(folder), SMALL)
    (folder / "bees.jsonl").unlink()
    alone = load_corpus(str(folder), SMALL)
    assert alone.domains == ("ants",)
    assert alone.texts["ants"] == in_company.texts["ants"]


def test_a_text_of_two_domains_stays_in_the_first(folder: Path) -> None:
    rows = labelled(60, seed=3)
    write(folder / "ants.jsonl", rows)
    shouted = [{"text": f" {row['text'].upper()}\n", "label": row["label"]} for row in rows]
    write(folder / "bees.jsonl", [*shouted[:10], *labelled(60, seed=4)])
    corpus = load_corpus(str(folder), SMALL)
    assert corpus.summary["dropped: other domain"].tolist() == [0, 10]
    taken = {key_of(text) for texts in corpus.texts["bees"].values() for text in texts}
    assert not taken & {row["text"] for row in rows}


def test_the_summary_accounts_for_every_review(folder: Path) -> None:
    first, second, third = sentences(3, seed=5)
    extra = [
        {"text": first, "rating": 3},
        {"text": " \n", "rating": 5},
        {"text": second, "rating": 5},
        {"text": second.upper(), "rating": 4},
        {"text": third, "rating": 1},
        {"text": third, "rating": 5},
    ]
    write(folder / "ants.jsonl", [*labelled(60, seed=6), *extra])
    corpus = load_corpus(str(folder), SMALL)
    row = corpus.summary.loc["ants"]
    assert (row["read"], row["reviews"], row["positive"], row["negative"]) == (66, 32, 16, 16)
    assert (row["train"], row["validation"], row["test"]) == (16, 8, 8)
    dropped = {"empty": 1, "neutral": 1, "other domain": 0, "duplicate": 1, "conflicting": 2}
    assert {reason: row[f"dropped: {reason}"] for reason in REASONS} == dropped
    # Sixty sentences and the one that was there twice, less those in the splits.
    assert row["dropped: surplus"] == 61 - 32
    lengths = [
        len(corpus.vocabulary.encode(text)[:60])
        for texts in corpus.texts["ants"].values()
        for text in texts
    ]
    assert row["mean length"] == pytest.approx(sum(lengths) / 32)


def test_too_few_reviews(folder: Path) -> None:
    with pytest.raises(InputError, match=r"'ants' has 30 negative and 30 positive.* 30/14/14$"):
        load_corpus(str(folder), replace(SMALL, split=(200, 100, 100)))


def test_a_vocabulary_larger_than_the_texts_allow(folder: Path) -> None:
    with pytest.raises(InputError, match=r"^vocabulary_size 99999 is larger.*\d+ is the largest$"):
        load_corpus(str(folder), replace(SMALL, vocabulary_size=99_999))


def test_all_that_is_there(folder: Path) -> None:
    corpus = load_corpus(str(folder), replace(SMALL, split=None))
    assert corpus.summary[["train", "validation", "test"]].to_numpy().tolist() == [[28, 14, 14]] * 2


def test_a_text_of_a_million_characters_and_one_with_script(folder: Path) -> None:
    rows = labelled(16, seed=8)  # all of them are needed
    rows[0]["text"] = "so " * 333_334  # no subword can hold more than one word
    rows[1]["text"] = "<script>alert(1)</script>"
    write(folder / "ants.jsonl", rows)
    corpus = load_corpus(str(folder), replace(SMALL, split=None, vocabulary_size=40))
    texts = {text for part in corpus.texts["ants"].values() for text in part}
    assert texts == {row["text"] for row in rows}
    lengths = [part.offsets.diff() for part in corpus.splits["ants"].named().values()]
    assert max(int(some.max()) for some in lengths) == SMALL.max_length


def test_remarks_say_what_was_skipped_and_how_files_were_understood(folder: Path) -> None:
    assert load_corpus(str(folder), SMALL).remarks == ()
    (folder / "bees.xlsx").touch()
    rows = [{"text": row["text"], "label": bool(row["label"])} for row in labelled(60, seed=9)]
    write(folder / "wasps.jsonl", rows)
    assert load_corpus(str(folder), SMALL).remarks == (
        "skipped: bees.xlsx; to have them read: export as .csv",
        "wasps.jsonl: label 'true' read as 1, 'false' read as 0",
    )


def test_unknown_corpora_and_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'vadr' is unknown.*choose vader, amazon, amazon:URL"):
        load_corpus("vadr", SMALL)
    with pytest.raises(InputError, match=r"folder \S*nowhere not found"):
        load_corpus(str(tmp_path / "nowhere"), SMALL)
    with pytest.raises(InputError, match=r"folder \S*nowhere not found"):
        load_corpus("./nowhere", SMALL)
    with pytest.raises(InputError, match=r"folder \S*nowhere not found"):
        load_corpus(f"amazon:{tmp_path}/nowhere", SMALL)
    for source in ("", "amazon:"):
        with pytest.raises(InputError):
            load_corpus(source, SMALL)
    for source in ("x" * 5000, "~nobody-of-this-name/books"):
        with pytest.raises(InputError, match=r"cannot be looked for \(.*choose vader, amazon"):
            load_corpus(source, SMALL)


def test_a_bad_file_leaves_nothing_in_the_cache(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LTLIB_CACHE", str(tmp_path / "other"))
    with (folder / "bees.jsonl").open("a") as file:
        file.write("{")
    with pytest.raises(InputError, match=r"bees\.jsonl, line 61: broken JSON"):
        load_corpus(str(folder), SMALL)
    assert not [path for path in (tmp_path / "other").rglob("*") if path.is_file()]


def test_names_hold_no_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_corpus(str(folder), SMALL).name == "insects"
    assert load_corpus(f"{folder}/", SMALL).name == "insects"
    monkeypatch.chdir(folder)
    assert load_corpus(".", SMALL).name == "insects"
    monkeypatch.chdir(folder.parent)
    assert load_corpus("insects", SMALL).name == "insects"


def test_check_domains(vader_corpus: Corpus) -> None:
    assert vader_corpus.name == "vader"
    assert vader_corpus.domains == ("products", "movies", "editorials", "tweets")
    vader_corpus.check_domains(["tweets", "movies"])
    with pytest.raises(InputError, match=r"'books' is unknown.*products, movies, editorials"):
        vader_corpus.check_domains(["tweets", "books"])


def test_a_corpus_is_shown_in_a_line_and_in_notebooks_as_its_summary(vader_corpus: Corpus) -> None:
    shown = repr(vader_corpus)
    assert len(shown) < 200 and "\n" not in shown
    assert shown.startswith("Corpus('vader': reviews of products 400, movies 400, ")
    assert vader_corpus.hash[:7] in shown
    cells = re.findall(r"<t[hd]>(.*?)</t[hd]>", vader_corpus._repr_html_())
    for domain, row in vader_corpus.summary.iterrows():
        place = cells.index(domain)
        assert cells[place + 1 : place + 3] == [f"{row[name]:.0f}" for name in ("read", "reviews")]


def test_a_corpus_is_taken_by_name_too(vader_corpus: Corpus, tmp_path: Path) -> None:
    """Wherever a protocol says how to make it."""
    smoke = Protocol.smoke()
    assert as_corpus(vader_corpus, smoke) is vader_corpus
    assert as_corpus("vader", smoke).hash == vader_corpus.hash
    protocol = replace(smoke, rounds=0)
    taken: tuple[Corpus | str, ...] = (vader_corpus, "vader")
    made, named = (
        ltlib.run(corpus, protocol, "obtain", store=tmp_path / str(number), workers=1)
        for number, corpus in enumerate(taken)
    )
    pd.testing.assert_frame_equal(made.drop(columns="seconds"), named.drop(columns="seconds"))
    for corpus in taken:
        ticket = ltlib.load_ticket(corpus, protocol, "movies", 0, store=tmp_path / "0")
        assert ticket.source == "movies"
        atlas = ltlib.make_atlas(corpus, protocol, ["movies", "products"], store=tmp_path / "1")
        assert atlas.domains == ["movies", "products"]
        assert ticket.trained is not None
        weight, bias = ticket.trained["output.weight"], ticket.trained["output.bias"]
        shown = atlas.output[atlas.output["domain"] == "movies"]["difference"]
        assert shown.tolist() == [*(weight[1] - weight[0]).tolist(), float(bias[1] - bias[0])]


@pytest.mark.parametrize("corpus", [None, 3, ["vader"], pd.DataFrame()])
def test_what_is_no_corpus_is_refused(corpus: Any) -> None:
    message = f"corpus: a {type(corpus).__name__} is none; give what ltlib.load_corpus gives"
    for act in (
        lambda: ltlib.run(corpus, Protocol.smoke()),
        lambda: ltlib.load_ticket(corpus, Protocol.smoke(), "movies", 0),
        lambda: ltlib.make_atlas(corpus, Protocol.smoke(), ["movies"]),
    ):
        assert_refused(act, message)


def test_what_is_no_protocol_is_refused(vader_corpus: Corpus) -> None:
    for protocol in ("smoke", None):
        act = lambda: ltlib.run(vader_corpus, protocol)  # type: ignore[arg-type]  # noqa: B023, E731
        assert_refused(act, r"protocol: .* is none; give ltlib\.Protocol\.smoke\(\)")
    assert_refused(lambda: load_corpus("vader", "smoke"), "protocol: 'smoke' is none")  # type: ignore[arg-type]
    assert_refused(lambda: ltlib.run("no-such", Protocol.smoke()), "'no-such' is unknown")
    assert_refused(lambda: ltlib.divergence_matrix("vader"), "'vader' is a name")  # type: ignore[arg-type]
