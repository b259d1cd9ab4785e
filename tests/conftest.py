"""Fixtures that all tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from ltlib.data.corpus import Corpus, load_corpus
from ltlib.experiments.domains import DomainRuns
from ltlib.protocol import Protocol
from ltlib.runs.execute import execute
from ltlib.store.store import Store
from tests.support import pages
from tests.support.matrix import LONG, SPECS, write_tiny_splits


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


@pytest.fixture(scope="session")
def splits_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The encoded reviews of `tests.support.matrix`."""
    return write_tiny_splits(tmp_path_factory.mktemp("splits"))


@pytest.fixture(scope="session")
def short(splits_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """`SPECS`, carried out by one worker; copy it before changing anything."""
    store = Store(tmp_path_factory.mktemp("short"), create=True)
    execute(SPECS, store, DomainRuns(splits_path), {}, workers=1)
    return store


@pytest.fixture(scope="session")
def undisturbed(splits_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """`LONG`, carried out by one worker; copy it before changing anything."""
    store = Store(tmp_path_factory.mktemp("undisturbed"), create=True)
    execute(LONG, store, DomainRuns(splits_path), {}, workers=1)
    return store


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built pages."""
    return pages.build(tmp_path_factory.mktemp("book") / "source")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium that all tests share: open the page you need, at the width you need."""
    opened = pages.open_browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.quit()
