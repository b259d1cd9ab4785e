"""The whole book on paper: nothing is missing, and its links lead somewhere."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from book.tools.pdf import PROGRAMS, one_page, print_book
from ltlib.errors import InputError
from tests.support.pages import PAGES, text_of


@pytest.fixture(scope="module")
def source(site: Path) -> Path:
    return site.parents[1]


@pytest.fixture(scope="module")
def page(source: Path) -> str:
    """All chapters in one page."""
    return one_page(source).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pdf(source: Path) -> bytes:
    if not any(map(shutil.which, PROGRAMS)):
        pytest.skip("THE BOOK WAS NOT PRINTED: chromium is not installed")
    return print_book(source.parent).read_bytes()


def count(pattern: str, text: str) -> int:
    return len(re.findall(pattern, text))


@pytest.mark.parametrize(
    "part",
    [
        "<figure ",
        '<img alt="[^"]{20,}"',
        "<table",
        "<math ",
        'class="eqno"',
        "<pre",
        'class="caption-number"',
    ],
)
def test_one_page_holds_what_the_pages_hold(page: str, site: Path, part: str) -> None:
    there = sum(count(part, text_of(site, name)) for name in PAGES)
    assert count(part, page) == there > 0


def test_every_link_within_the_page_has_one_target(page: str) -> None:
    identities = Counter(re.findall(r'\sid="([^"]+)"', page))
    linked = set(re.findall(r'class="[^"]*internal[^"]*" href="#([^"]+)"', page))
    assert len(linked) >= 30
    assert {name for name in linked if identities[name] != 1} == set()


def test_every_file_of_the_page_is_there(page: str, source: Path) -> None:
    pictures = re.findall(r'<img[^>]*\ssrc="([^"?#]+)', page)
    assert len(pictures) == count("<img", page) > 0
    files = re.findall(r'(?:src|href)="((?:_static|_downloads)/[^"?#]+)', page)
    assert files
    built = source / "_build" / "singlehtml"
    assert [name for name in (*pictures, *files) if not (built / name).exists()] == []


def literal(text: str) -> bytes:
    """As a PDF states a string of plain letters."""
    return re.sub(r"([()\\])", r"\\\1", text).encode()


def test_every_chapter_is_in_the_outline_once(pdf: bytes, site: Path) -> None:
    for name in PAGES:
        heading = re.search(r"<h1>([^<]+)<", text_of(site, name))
        assert heading, name
        assert pdf.count(b"/Title (" + literal(heading[1]) + b")") == 1, name


def test_every_figure_is_in_the_pdf_with_its_description(pdf: bytes, page: str) -> None:
    figures = re.findall(r'<img alt="([^"]+)"', page)
    assert len(figures) >= 13
    for alt in figures:
        plain = alt.replace("&#39;", "'").replace("’", "'")
        assert plain.isascii()
        assert b"/Alt (" + literal(plain) + b")" in pdf


def test_the_pdf_has_as_many_tables_as_the_pages(pdf: bytes, page: str) -> None:
    """But for the data of figures with controls, one table each: they stay on the screen."""
    assert pdf.count(b"/S /Table") == count("<table", page) - count("ltlib-explorable", page)


def test_without_chromium_it_says_what_to_install(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="chromium"):
        print_book(source.parent)


def test_without_a_book_it_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make book"):
        print_book(tmp_path)
