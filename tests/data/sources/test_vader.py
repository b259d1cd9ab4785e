import io
import os
import shutil
import subprocess
import tarfile
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from ltlib.data.cleaning import clean
from ltlib.data.corpus import Corpus
from ltlib.data.sources import vader
from ltlib.data.sources.vader import ARCHIVE, label_of_score, read_vader
from ltlib.errors import InputError


@pytest.fixture
def fetched(vader_corpus: Corpus, own_cache: Path) -> Path:
    """The archive that loading the corpus has downloaded."""
    return own_cache / "downloads" / ARCHIVE


@pytest.fixture
def bare_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no package index behind it."""
    monkeypatch.setenv("LTLIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return tmp_path / "cache"


def test_labelled_sentences_are_as_many_as_published(vader_corpus: Corpus) -> None:
    counts = {
        domain: sum(review.label is not None for review in reviews)
        for domain, reviews in read_vader().items()
    }
    assert counts == {"products": 2985, "movies": 10072, "editorials": 2970, "tweets": 3432}
    left = [review.label for review in clean(read_vader()["tweets"]).reviews]
    assert left.count(0) == 1057


def test_every_line_is_read_by_the_archives_own_account(fetched: Path) -> None:
    """Against a second reading: the tables split by hand, the lines counted by `splitlines`."""
    with tarfile.open(fetched) as outer:
        packed = outer.extractfile(vader.MEMBER)
        assert packed is not None
        with tarfile.open(fileobj=io.BytesIO(packed.read())) as inner:
            for domain, name in vader.FILES.items():
                file = inner.extractfile(f"hutto_ICWSM_2014/{name}")
                assert file is not None
                rows = [line.split(b"\t") for line in file.read().splitlines()]
                reviews = list(read_vader()[domain])
                assert [review.text.encode() for review in reviews] == [row[2] for row in rows]
                for review, (identifier, score, _) in zip(reviews, rows, strict=True):
                    clear = float(score) >= 0.5 or float(score) <= -0.5
                    assert review.label == (int(float(score) > 0) if clear else None)
                    if domain in ("products", "editorials"):
                        assert identifier.startswith(f"{review.document}_".encode())
                    else:
                        assert review.document is None


@pytest.mark.parametrize(
    ("score", "label"), [(-4, 0), (-0.5, 0), (-0.49, None), (0, None), (0.49, None), (0.5, 1)]
)
def test_label_of_score(score: float, label: int | None) -> None:
    assert label_of_score(score) == label


@pytest.mark.parametrize("domain", ["products", "editorials"])
def test_no_document_straddles_splits(vader_corpus: Corpus, domain: str) -> None:
    documents: defaultdict[str, set[str]] = defaultdict(set)
    for review in read_vader()[domain]:
        documents[review.text].add(str(review.document))
    places = defaultdict(set)
    for split, texts in vader_corpus.texts[domain].items():
        for text in texts:
            if len(documents[text]) == 1:  # else a duplicate: the text alone does not tell
                places[min(documents[text])].add(split)
    assert len(places) > 50
    assert all(len(splits) == 1 for splits in places.values())


def test_no_network_says_what_to_put_where_and_that_works(fetched: Path, bare_cache: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_vader()
    message = str(raised.value)
    assert "\n" not in message
    assert "vaderSentiment-3.3.2.tar.gz" in message
    assert str(bare_cache / "downloads") in message
    assert list((bare_cache / "downloads").iterdir()) == []

    shutil.copy(fetched, bare_cache / "downloads")
    assert next(read_vader()["tweets"]).text.startswith("Somehow I was blessed")


def test_another_archive_in_the_cache_is_refused(bare_cache: Path) -> None:
    path = bare_cache / "downloads" / ARCHIVE
    path.parent.mkdir(parents=True)
    path.write_bytes(b"something else")
    with pytest.raises(InputError, match=r"checksum mismatch.*delete it") as raised:
        read_vader()
    assert str(path) in str(raised.value)
    assert path.read_bytes() == b"something else"


def test_another_archive_from_the_index_is_refused_and_not_kept(
    bare_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pip(command: list[str], **_: object) -> SimpleNamespace:
        folder = Path(command[command.index("--dest") + 1])
        (folder / ARCHIVE).write_bytes(b"something else")
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(subprocess, "run", pip)
    with pytest.raises(InputError, match="checksum mismatch"):
        read_vader()
    assert list((bare_cache / "downloads").iterdir()) == []


def test_the_archive_within_is_verified_too(
    vader_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vader, "MEMBER_SHA256", "0" * 64)
    with pytest.raises(InputError, match=r"hutto_ICWSM_2014.*checksum mismatch"):
        read_vader()
