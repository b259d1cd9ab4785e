"""Fixtures that all tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ltlib.corpus import Corpus, load_corpus
from ltlib.protocol import Protocol


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test reads or writes the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("LTLIB_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def vader_corpus(own_cache: Path) -> Corpus:
    """The embedded corpus at smoke scale."""
    return load_corpus("vader", Protocol.smoke())
