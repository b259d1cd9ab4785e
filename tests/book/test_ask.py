"""A book that is built without tickets promises none, and says how to come by some."""

import re
from html import unescape
from pathlib import Path

import pytest

import ltlib
from book._ext.ask import start_of, tickets_of
from book.tools.build import _copy_tickets, _pack_tickets, copy_sources
from book.tools.pages import TICKETS, render
from ltlib.data.corpus import Corpus
from ltlib.protocol import Protocol
from ltlib.runs.front import run
from tests.support.project import ROOT


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page in a book of its own, without any warning."""
    source = tmp_path_factory.mktemp("book") / "source"
    source.mkdir()
    copy_sources(ROOT, source)
    contents = "format: jb-book\nroot: book/ask\nchapters:\n  - file: book/checklist_\n"
    (source / "book" / "checklist_.md").write_text("# Another page\n\nWith nothing on it.\n")
    (source / "_toc.yml").write_text(contents)
    return (render(source).parent / "book" / "ask.html").read_text(encoding="utf-8")


def test_nothing_is_promised(page: str) -> None:
    article = page[page.index("<article") : page.index("</article>")]
    assert "ltlib export" in article and "--tickets" in article
    for promised in ("What to look for", "Type a review, and", "<textarea", "ask.js", "ltlib-ask"):
        assert promised not in article


@pytest.fixture(scope="module")
def runs(vader_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the tickets that a book at smoke scale finds."""
    place = tmp_path_factory.mktemp("found") / "runs"
    run(vader_corpus, Protocol.smoke(), "obtain", store=place, workers=1)
    return place


def test_its_lines_of_python_judge(page: str, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = re.findall(r"highlight-python.*?<pre>(.*?)</pre>", page, re.DOTALL)
    code = unescape(re.sub(r"<[^>]+>", "", block))
    monkeypatch.chdir(runs.parent)
    *_, last = code.strip().splitlines()
    names: dict[str, object] = {}
    exec(code.replace(last, f"judged = {last}"), names)
    assert isinstance(names["judged"], float) and 0 < names["judged"] < 1
    assert names["ltlib"] is ltlib


def test_a_book_that_finds_its_tickets_has_them_asked(
    runs: Path, vader_corpus: Corpus, tmp_path: Path
) -> None:
    (tmp_path / "book" / "_static").mkdir(parents=True)
    _pack_tickets(vader_corpus, Protocol.smoke(), 0, runs, tmp_path)
    found = list(tickets_of(tmp_path).values())
    assert [about["round"] for about in found] == [1, 2, 3]
    assert all(list(about["domains"]) == ["movies", "products"] for about in found)


def test_published_tickets_go_with_their_table(tmp_path: Path) -> None:
    (tmp_path / "book" / "_static").mkdir(parents=True)
    _copy_tickets(str(tmp_path / "none.parquet"), tmp_path)
    assert tickets_of(tmp_path) == {}
    _copy_tickets(str(ROOT / "results" / "vader-laptop.parquet"), tmp_path)
    copied = {path.name: path.read_bytes() for path in (tmp_path / TICKETS).iterdir()}
    published = ROOT / "results" / "vader-laptop.tickets"
    assert copied == {path.name: path.read_bytes() for path in published.iterdir()}


def test_the_slider_begins_where_tickets_are_sparsest_and_still_right() -> None:
    def at(*accuracies: float) -> int:
        return start_of([{"domains": {"d": {"test_accuracy": a}}} for a in accuracies])

    assert at(0.8, 0.81, 0.79, 0.7, 0.6) == 2
    assert at(0.8, 0.7, 0.79, 0.5) == 2
    assert at(0.5) == 0
