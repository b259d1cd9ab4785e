"""The book, built from the stored notebooks and opened in a browser as a reader would."""

import re
from pathlib import Path

import pytest
from selenium import webdriver

from ltlib.figures.explorable import WIDGET
from tests.support.pages import CHAPTERS, PAGES, ROOT, open_page, text_of

WIDTHS = (1280, 360)


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> int:
    """Of the browser's window, in pixels: a screen and a phone."""
    value: int = request.param
    return value


def test_every_page_of_the_contents_is_built(site: Path) -> None:
    contents = (ROOT / "_toc.yml").read_text()
    assert re.findall(r"(?:root|file): (\S+)", contents) == PAGES
    assert all((site / f"{page}.html").exists() for page in PAGES)


@pytest.mark.parametrize("page", CHAPTERS)
def test_figures_are_loaded_described_and_keep_their_shape(
    browser: webdriver.Chrome, site: Path, page: str, width: int
) -> None:
    open_page(browser, site, page, width)
    images = browser.execute_script(
        "return [...document.querySelectorAll('figure img')].filter(i => !i.closest('[hidden]'))"
        ".map(image => [image.alt, "
        "image.naturalWidth / image.naturalHeight, image.clientWidth / image.clientHeight, "
        "image.clientWidth])"
    )
    charts = browser.execute_script("return document.querySelectorAll('figure canvas').length")
    assert len(images) + charts >= 2
    for alt, natural, shown, pixels in images:
        assert len(alt) > 20
        assert shown == pytest.approx(natural, rel=0.02)
        assert pixels >= 500  # of 700: labels stay legible; on a phone the figure scrolls
    captions = browser.execute_script(
        "return [...document.querySelectorAll('figure')].map(f => f.querySelector('figcaption'))"
    )
    assert all(captions)


@pytest.mark.parametrize("page", PAGES)
def test_every_table_has_a_caption(browser: webdriver.Chrome, site: Path, page: str) -> None:
    open_page(browser, site, page, 1280)
    captions = browser.execute_script(
        "return [...document.querySelectorAll('article table')].map("
        "table => table.caption ? table.caption.textContent.trim() : '')"
    )
    assert all(captions)
    assert captions or page not in CHAPTERS


@pytest.mark.parametrize("page", PAGES)
def test_a_reader_sees_no_raw_markup(browser: webdriver.Chrome, site: Path, page: str) -> None:
    open_page(browser, site, page, 1280)
    seen = browser.execute_script(  # what is shown as code may hold anything
        "const article = document.querySelector('article').cloneNode(true);"
        "article.querySelectorAll('pre').forEach(p => p.closest('.cell_output') || p.remove());"
        "document.body.append(article); const text = article.innerText; article.remove();"
        "return text"
    )
    for raw in ("Traceback", "{glue", "{cite", "```", "\\(", "$", "LTLIB_SOURCE"):
        assert raw not in seen
    assert len(seen) > 500


@pytest.mark.parametrize("page", PAGES)
def test_pages_need_nothing_from_other_hosts(site: Path, page: str) -> None:
    text = text_of(site, page)
    loaded = re.findall(r'<(?:script|img|iframe)[^>]*src="([^"]+)"', text)
    loaded += re.findall(r'<link[^>]*rel="(?:stylesheet|preload)"[^>]*href="([^"]+)"', text)
    assert loaded
    assert not [address for address in loaded if re.match("(https?:)?//", address)]


@pytest.mark.parametrize("page", CHAPTERS)
def test_controls_are_shown_as_pictures(site: Path, page: str) -> None:
    assert WIDGET not in text_of(site, page)


@pytest.mark.parametrize("page", CHAPTERS)
def test_chapters_open_on_binder_and_colab(site: Path, page: str) -> None:
    text = text_of(site, page)
    assert re.search(rf'href="https://mybinder\.org/[^"]*{page}\.ipynb"', text)
    assert re.search(rf'href="https://colab\.research\.google\.com/[^"]*{page}\.ipynb"', text)


def test_every_reference_is_cited(site: Path) -> None:
    entries = re.findall(r"@\w+\{(\w+),", (ROOT / "book" / "references.bib").read_text())
    chapters = [path.read_text() for path in (ROOT / "notebooks").glob("*.ipynb")]
    pages = [path.read_text() for path in (ROOT / "book").glob("*.md")]
    cited = set(re.findall(r"\{cite:[pt]\}`(\w+)`", "".join([*chapters, *pages])))
    assert cited == set(entries)
    assert text_of(site, "book/bibliography").count('class="citation"') == len(entries)
