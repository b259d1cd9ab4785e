"""Fixtures that all tests share."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from filelock import FileLock
from selenium import webdriver

from ltlib.data.corpus import Corpus, load_corpus
from ltlib.experiments.domains import DomainRuns
from ltlib.protocol import Protocol
from ltlib.runs.execute import execute
from ltlib.spec import RunSpec
from ltlib.store.store import Store
from tests.support import pages
from tests.support.matrix import LONG, SPECS, write_tiny_splits


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of all the processes among which the tests of one call are divided."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@contextmanager
def first_of_all(place: Path) -> Iterator[bool]:
    """Whether this process is to make what is costly; the others wait until it is made."""
    made = place.with_suffix(".made")
    with FileLock(place.with_suffix(".lock")):
        yield not made.exists()
        made.touch()


@pytest.fixture(scope="session", autouse=True)
def ctrl_c() -> Iterator[None]:
    """What a test starts hears Ctrl-C, also where a shell runs the tests in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session", autouse=True)
def own_cache(shared: Path) -> Iterator[Path]:
    """No test reads or writes the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        folder = shared / "cache"
        folder.mkdir(exist_ok=True)
        patch.setenv("LTLIB_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def own_ray() -> Iterator[None]:
    """No test joins a cluster of the user's, or of a test beside it: Ray looks for one in here."""
    with (
        pytest.MonkeyPatch.context() as patch,
        # Not in pytest's folder: the paths of Ray's sockets would be too long.
        TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder,
    ):
        patch.setenv("RAY_TMPDIR", folder)
        patch.delenv("RAY_ADDRESS", raising=False)
        yield


@pytest.fixture(scope="session")
def vader_corpus(own_cache: Path, shared: Path) -> Corpus:
    """The embedded corpus at smoke scale."""
    with first_of_all(shared / "vader"):  # to download it; the others then find it cached
        return load_corpus("vader", Protocol.smoke())


@pytest.fixture(scope="session")
def splits_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The encoded reviews of `tests.support.matrix`."""
    return write_tiny_splits(tmp_path_factory.mktemp("splits"))


def carried_out(specs: list[RunSpec], place: Path, splits_path: Path) -> Store:
    """The store of a matrix that one worker has carried out."""
    with first_of_all(place) as to_be_done:
        store = Store(place, create=True)
        if to_be_done:
            execute(specs, store, DomainRuns(splits_path), {}, workers=1)
    return store


@pytest.fixture(scope="session")
def short(splits_path: Path, shared: Path) -> Store:
    """`SPECS`, carried out by one worker; copy it before changing anything."""
    return carried_out(SPECS, shared / "short", splits_path)


@pytest.fixture(scope="session")
def undisturbed(splits_path: Path, shared: Path) -> Store:
    """`LONG`, carried out by one worker; copy it before changing anything."""
    return carried_out(LONG, shared / "undisturbed", splits_path)


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
