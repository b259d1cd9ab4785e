"""The paper's corpus: five categories of McAuley's Amazon reviews, streamed with `datasets`.

The files are opened with `datasets` and read here line by line. (Its JSON loader would load the
whole of a file of up to 20 GB at a broken line, and fails where a field is first filled far down.)
So a stream ends where enough has been read, and an error names its line.
"""

import gzip
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, cast

from ltlib.data.cleaning import Review
from ltlib.data.sources.fields import rating_field, shortened, text_field
from ltlib.data.sources.lines import read_objects
from ltlib.errors import InputError

CATEGORIES = {
    "books": "Books",
    "electronics": "Electronics",
    "movies": "Movies_and_TV",
    "cds": "CDs_and_Vinyl",
    "home": "Home_and_Kitchen",
}
HUB = "hf://datasets/McAuley-Lab/Amazon-Reviews-2023/raw/review_categories"
# As published in 2023 and in 2014.
NAMES = ("{}.jsonl", "{}.jsonl.gz", "reviews_{}_5.json.gz", "reviews_{}_5.json")
SCHEMAS = (("text", "rating"), ("reviewText", "overall"))
TIMEOUT = 60  # seconds without a sign of life
OFFLINE = "check address and network, or download the file and give its folder as amazon:FOLDER"


def read_amazon(location: str = HUB) -> dict[str, Generator[Review]]:
    """The reviews of the five categories, by domain, in the order of their files.

    Args:
        location: a folder, or a URL (http, https or hf) to which a file's name is appended.

    Raises:
        InputError: no such folder or file, no network, a missing package; while reading, whatever
            is wrong with a line.
    """
    if "://" not in location:
        folder = Path(location).expanduser()
        if not folder.is_dir():
            raise InputError(f"folder {folder} not found; after 'amazon:' give a folder or a URL")
        return {domain: _local(folder, category) for domain, category in CATEGORIES.items()}
    scheme = location.split("://")[0]
    if scheme not in ("http", "https", "hf"):
        raise InputError(f"{location}: cannot be read; give a folder or an http, https or hf URL")
    prefix = location.rstrip("/")
    remote = _from_hub if scheme == "hf" else _from_server
    return {domain: remote(prefix, category) for domain, category in CATEGORIES.items()}


def _local(folder: Path, category: str) -> Generator[Review]:
    found = [path for path in (folder / name for name in _names(category)) if path.exists()]
    if len(found) > 1:
        raise InputError(f"{found[0]} and {found[1]} are both of category {category}; keep one")
    if not found:
        raise InputError(f"{folder} holds none of {', '.join(_names(category))}; put one there")
    yield from _reviews(str(found[0]), partial(found[0].open, "rb"))


def _from_hub(prefix: str, category: str) -> Generator[Review]:
    place = f"{prefix}/{category}.jsonl"
    streamed = _streaming(place)

    def opened() -> Any:
        # Asked first, for without a network the opener below would try for minutes.
        import huggingface_hub

        huggingface_hub.HfFileSystem().info(place)
        return streamed()

    yield from _reviews(place, opened)


def _from_server(prefix: str, category: str) -> Generator[Review]:
    for name in _names(category):
        url = f"{prefix}/{name}"
        ranges = _serves_ranges(url)
        if ranges is not None:
            yield from _reviews(url, _streaming(url) if ranges else _in_one_go(url))
            return
    raise InputError(f"{prefix} has none of {', '.join(_names(category))}; give their address")


def _names(category: str) -> list[str]:
    return [name.format(category) for name in NAMES]


def _serves_ranges(url: str) -> bool | None:
    """Whether the server gives parts of this file; None: there is no such file."""
    request = urllib.request.Request(url, headers={"Range": "bytes=0-0"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return bool(response.status == 206)
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            return None
        if error.code == 416:  # an empty file has no first byte
            return False
        raise InputError(f"{url}: the server answers {error.code} {error.reason}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise InputError(f"{url}: no answer ({reason}); {OFFLINE}") from None


def _streaming(place: str) -> Callable[[], Any]:
    """An opener that asks for one part after the other, and again where the network drops one."""
    try:
        import aiohttp  # noqa: F401
        from datasets.utils.file_utils import xopen
    except ImportError as error:
        raise InputError(_missing(place, error)) from None
    return lambda: xopen(place, "rb")


def _in_one_go(url: str) -> Callable[[], Any]:
    """An opener for servers that give a file only as a whole; it is still read bit by bit."""
    try:
        import aiohttp
        import fsspec
    except ImportError as error:
        raise InputError(_missing(url, error)) from None
    # By default a request ends after five minutes, however well it goes.
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=TIMEOUT, sock_read=TIMEOUT)
    client = {"timeout": timeout, "trust_env": True}
    return lambda: fsspec.open(url, "rb", block_size=0, client_kwargs=client).open()


def _missing(place: str, error: ImportError) -> str:
    package = str(error.name).split(".")[0]
    return f"{place}: reading it needs {package}; pip install datasets aiohttp"


def _reviews(place: str, opener: Callable[[], Any]) -> Generator[Review]:
    with closing(_Guarded(place, opener)) as raw:
        file = gzip.GzipFile(fileobj=cast(Any, raw)) if place.endswith(".gz") else raw
        for here, record in read_objects(file, place):
            yield _review(record, here)


class _Guarded:
    """An open file that fails with one line, whichever client carries it."""

    def __init__(self, place: str, opener: Callable[[], Any]) -> None:
        self._place = place
        self._file = self._attempt(opener)

    def read(self, size: int = -1) -> bytes:
        """The next bytes, `size` at most; none at the end."""
        return cast(bytes, self._attempt(lambda: self._file.read(size)))

    def close(self) -> None:
        self._file.close()

    def _attempt(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        # Sockets, aiohttp, httpx and the Hub's client each fail in a way of their own.
        except Exception as error:
            reason = shortened(f"{type(error).__name__}: {error}", 200)
            remedy = OFFLINE if "://" in self._place else "check that it is a file you may read"
            raise InputError(f"{self._place}: cannot be read ({reason}); {remedy}") from None


def _review(record: dict[str, Any], here: str) -> Review:
    for text, rating in SCHEMAS:
        if text in record and rating in record:
            return Review(text_field(record, text, here), rating_field(record, rating, here))
    raise InputError(
        f"{here}: neither {' nor '.join(' with '.join(names) for names in SCHEMAS)} "
        f"(found {shortened(', '.join(record)) or 'nothing'}); give a file as published"
    )
