import gzip
import json
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from ltlib.data.corpus import load_corpus
from ltlib.data.sources import amazon
from ltlib.data.sources.amazon import CATEGORIES, read_amazon
from ltlib.errors import InputError
from ltlib.protocol import Protocol
from tests.support.data_helpers import json_lines, sentences, write

STARS = (5.0, 1.0, 3.0, 4.0, 2.0)
SMALL = replace(Protocol.smoke(), split=(16, 8, 8), vocabulary_size=60)


def of_2023(number: int, seed: int) -> list[dict[str, Any]]:
    """As published: other fields beside, of which some are first filled far down."""
    return [
        {
            "rating": STARS[i % 5],
            "title": "t",
            "text": text,
            "images": [{"small_image_url": "u"}] if i > number // 2 else [],
            "note": "n" if i > number // 2 else None,
        }
        for i, text in enumerate(sentences(number, seed))
    ]


def of_2014(number: int, seed: int) -> list[dict[str, Any]]:
    return [
        {"reviewerID": "A", "helpful": [0, 0], "reviewText": row["text"], "overall": row["rating"]}
        for row in of_2023(number, seed)
    ]


def published(folder: Path, year: int, number: int = 60) -> Path:
    """Five generated categories, named and filled as in that year."""
    for seed, category in enumerate(CATEGORIES.values()):
        if year == 2014:
            write(folder / f"reviews_{category}_5.json.gz", of_2014(number, seed))
        else:
            write(folder / f"{category}.jsonl", of_2023(number, seed))
    return folder


@dataclass
class Server:
    """An HTTP server of a folder, and the bytes that it got rid of."""

    url: str
    sent: dict[str, int] = field(default_factory=dict)

    def count(self, path: str, number: int) -> None:
        self.sent[path] = self.sent.get(path, 0) + number


class Handler(SimpleHTTPRequestHandler):
    """Python's own handler, quiet and counting. It knows whole files only."""

    def __init__(self, *arguments: Any, counter: Server, **options: Any) -> None:
        self.counter = counter
        super().__init__(*arguments, **options)

    def log_message(self, *_: object) -> None:
        pass

    def copyfile(self, source: Any, outputfile: Any) -> None:
        try:
            while block := source.read(1 << 16):
                outputfile.write(block)
                self.counter.count(self.path, len(block))
        except OSError:  # the reader has had enough
            self.close_connection = True


class RangeHandler(Handler):
    """Gives parts of files, as larger servers do."""

    def send_head(self) -> BinaryIO | None:
        path = Path(self.translate_path(self.path))
        asked = self.headers.get("Range")
        if asked is None or not path.is_file():
            return super().send_head()
        size = path.stat().st_size
        first, _, last = asked.removeprefix("bytes=").partition("-")
        begin, end = int(first), min(int(last or size), size - 1)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {begin}-{end}/{size}")
        self.send_header("Content-Length", str(end - begin + 1))
        self.end_headers()
        self.copyfile(_Part(path.read_bytes()[begin : end + 1]), self.wfile)
        return None


class _Part:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, size: int) -> bytes:
        part, self.content = self.content[:size], self.content[size:]
        return part


def serve(folder: Path, handler: type[Handler]) -> Iterator[Server]:
    counter = Server("")
    made = partial(handler, directory=str(folder), counter=counter)
    with ThreadingHTTPServer(("127.0.0.1", 0), made) as server:
        counter.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield counter
        server.shutdown()
        thread.join()


@pytest.fixture(params=[Handler, RangeHandler], ids=["whole", "ranges"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server of `tmp_path`."""
    yield from serve(tmp_path, request.param)


@pytest.mark.parametrize("year", [2014, 2023])
def test_server_and_folder_give_the_reviews_that_were_written(
    tmp_path: Path, server: Server, year: int
) -> None:
    published(tmp_path, year)
    for location in (str(tmp_path), server.url, f"{server.url}/"):
        domains = {domain: list(reviews) for domain, reviews in read_amazon(location).items()}
        assert list(domains) == ["books", "electronics", "movies", "cds", "home"]
        for seed, reviews in enumerate(domains.values()):
            assert [review.text for review in reviews] == sentences(60, seed)
            assert [review.label for review in reviews] == [1, 0, None, 1, 0] * 12


def test_packed_2023_and_plain_2014_files_are_known_too(tmp_path: Path) -> None:
    for seed, category in enumerate(CATEGORIES.values()):
        write(tmp_path / f"{category}.jsonl.gz", of_2023(5, seed))
    assert len(list(read_amazon(str(tmp_path))["home"])) == 5
    for category in CATEGORIES.values():
        (tmp_path / f"{category}.jsonl.gz").unlink()
        write(tmp_path / f"reviews_{category}_5.json", of_2014(6, 0))
    assert len(list(read_amazon(str(tmp_path))["home"])) == 6


def test_corpus_from_a_server_equals_that_from_the_folder(tmp_path: Path, server: Server) -> None:
    published(tmp_path, 2014)
    served = load_corpus(f"amazon:{server.url}", SMALL)
    local = load_corpus(f"amazon:{tmp_path}", SMALL)
    assert served.hash == local.hash
    assert served.texts == local.texts
    assert (served.summary["reviews"] == 32).all()
    assert (served.summary["positive"] == served.summary["negative"]).all()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_stream_ends_where_enough_is_found(tmp_path: Path, server: Server, packed: bool) -> None:
    """Far beyond what is needed the file is broken; nobody gets there."""
    published(tmp_path, 2023)
    text = "".join(sentences(300, 9))  # hard enough to pack that both files are long
    rows = [{"rating": 3.0, "text": f"{i}{text[i % 99 :]}"} for i in range(8_000)]
    content = json_lines(of_2023(60, 7)) + json_lines(rows) + b'{"broken'
    name = "Books.jsonl.gz" if packed else "Books.jsonl"
    (tmp_path / "Books.jsonl").unlink()
    (tmp_path / name).write_bytes(gzip.compress(content, 0) if packed else content)
    assert len(content) > 60_000_000

    for location in (str(tmp_path), server.url):
        corpus = load_corpus(f"amazon:{location}", SMALL)
        # Of five rows two are of either class, so sixteen of each are found in the first forty.
        assert corpus.summary.loc["books", "read"] == 40
        with pytest.raises(InputError, match=r"Books.*line 8061: broken JSON"):
            load_corpus(f"amazon:{location}", replace(SMALL, split=None))
        if location == str(tmp_path):
            continue
        # The second reading took it all; the first, next to nothing.
        assert len(content) < server.sent[f"/{name}"] < 1.4 * len(content)


def test_without_sizes_everything_is_read(tmp_path: Path) -> None:
    published(tmp_path, 2023)
    corpus = load_corpus(f"amazon:{tmp_path}", replace(SMALL, split=None))
    assert (corpus.summary["read"] == 60).all()
    assert (corpus.summary["reviews"] == 48).all()
    assert (corpus.summary["dropped: neutral"] == 12).all()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b'{"rating": 5.0, "text": "open', "broken JSON"),
        (b'{"rating": 5.0, "text": "caf\xe9"}', "not UTF-8"),
        (b'{"rating": 5.0, "title": "t"}', "neither text with rating nor reviewText with overall"),
        (b'{"rating": 6.0, "text": "t"}', "'rating' is 6.0; it must be from 1 to 5"),
        (b'{"overall": 0.0, "reviewText": "t"}', "'overall' is 0.0; it must be from 1 to 5"),
        (b'{"rating": 5.0, "text": null}', "'text' is empty (null), not text"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, server: Server, line: bytes, complaint: str) -> None:
    content = json_lines(of_2023(3, 0)) + line + b"\n"
    (tmp_path / "Books.jsonl").write_bytes(content)
    for location in (str(tmp_path), server.url):
        with pytest.raises(InputError) as raised:
            list(read_amazon(location)["books"])
        assert str(raised.value).startswith(f"{location}/Books.jsonl, line 4: {complaint}")
        assert "\n" not in str(raised.value)


def test_truncated_gzip(tmp_path: Path, server: Server) -> None:
    path = write(tmp_path / "Books.jsonl.gz", of_2023(100, 0))
    path.write_bytes(path.read_bytes()[:-100])
    for location in (str(tmp_path), server.url):
        with pytest.raises(InputError, match=r"Books\.jsonl\.gz, line \d+: the gzip data are cut"):
            list(read_amazon(location)["books"])


def test_empty_file(tmp_path: Path, server: Server) -> None:
    (tmp_path / "Books.jsonl").write_bytes(b"")
    assert list(read_amazon(server.url)["books"]) == []


def test_files_that_are_not_there_or_there_twice(tmp_path: Path, server: Server) -> None:
    names = r"Books\.jsonl, Books\.jsonl\.gz, reviews_Books_5\.json\.gz, reviews_Books_5\.json;"
    for location in (str(tmp_path), server.url):
        with pytest.raises(InputError, match=names):
            list(read_amazon(location)["books"])
    for name in ("Books.jsonl", "reviews_Books_5.json.gz"):
        write(tmp_path / name, [])
    with pytest.raises(InputError, match="both of category Books; keep one"):
        list(read_amazon(str(tmp_path))["books"])


def test_locations_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere not found"):
        read_amazon(str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="folder or an http, https or hf URL"):
        read_amazon("ftp://example.org/reviews")


def test_nobody_answers() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(InputError, match=r"no answer \(.*refused\); check address and network"):
            list(read_amazon(url)["books"])


def test_the_server_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    monkeypatch.setattr(
        Handler, "do_GET", lambda self: self.send_error(503, "Closed for the night")
    )
    with pytest.raises(InputError, match=r"Books\.jsonl: the server answers 503 Closed for"):
        list(read_amazon(server.url)["books"])


def test_the_line_breaks_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json_lines(of_2023(60, 0))

    def cut_short(self: Handler) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(2 * len(content)))
        self.end_headers()
        self.wfile.write(content)

    monkeypatch.setattr(Handler, "do_GET", cut_short)
    for server in serve(tmp_path, Handler):
        with pytest.raises(InputError, match=r"Books\.jsonl: cannot be read \(ClientPayloadError"):
            list(read_amazon(server.url)["books"])


@pytest.mark.parametrize("package", ["aiohttp", "datasets"])
def test_a_package_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    write(tmp_path / "Books.jsonl", of_2023(3, 0))
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    for server in serve(tmp_path, RangeHandler):
        with pytest.raises(InputError, match=f"reading it needs {package}; pip install"):
            list(read_amazon(server.url)["books"])


def test_the_hub_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of the Hub, and what becomes of its failure."""
    asked = []

    def unreachable(self: object, path: str) -> None:
        asked.append(path)
        raise ConnectionError("Name or service\nnot known")

    monkeypatch.setattr("huggingface_hub.HfFileSystem.info", unreachable)
    for domain, reviews in read_amazon().items():
        with pytest.raises(InputError) as raised:
            next(reviews)
        assert str(raised.value) == (
            f"{asked[-1]}: cannot be read (ConnectionError: Name or service not known); "
            f"{amazon.OFFLINE}"
        )
        assert asked[-1] == (
            "hf://datasets/McAuley-Lab/Amazon-Reviews-2023/raw/review_categories/"
            f"{CATEGORIES[domain]}.jsonl"
        )


def test_a_line_as_long_as_a_book(tmp_path: Path, server: Server) -> None:
    row = {"rating": 1.0, "text": "long " * 200_000}
    (tmp_path / "Books.jsonl").write_text(json.dumps(row))
    for location in (str(tmp_path), server.url):
        (review,) = read_amazon(location)["books"]
        assert review.text == row["text"]
