"""The book, built from the stored notebooks and opened in a browser as a reader would."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from ltlib.book import SOURCES, render
from ltlib.display import WIDGET

ROOT = Path(__file__).parents[1]
PAGES = [
    "book/intro",
    "notebooks/01_data",
    "notebooks/02_jsd",
    "notebooks/03_obtaining_tickets",
    "notebooks/04_transferring_tickets",
    "notebooks/05_discussion",
    "notebooks/06_training",
    "book/protocol",
    "book/corpora",
    "book/cluster",
    "book/glossary",
    "book/bibliography",
]
CHAPTERS = [page for page in PAGES if page.startswith("notebooks/")]
WIDTHS = (1280, 400)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages; warnings are errors. Controls are stored as a live notebook stores them."""
    source = tmp_path_factory.mktemp("book") / "source"
    source.mkdir()
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    for path in (source / "notebooks").glob("*.ipynb"):
        path.write_text(json.dumps(with_widgets(json.loads(path.read_text()))))
    return render(source).parent


def with_widgets(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with a widget beside the picture of every cell that explores."""
    for cell in notebook["cells"]:
        if cell["id"] == "explore":
            view = {"version_major": 2, "version_minor": 0, "model_id": "0" * 32}
            cell["outputs"][0]["data"][WIDGET] = view
    return notebook


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium."""
    driver = shutil.which("chromedriver")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if driver is None or program is None:
        message = "NO PAGE OF THE BOOK WAS OPENED: chromium and chromedriver are not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    options = webdriver.ChromeOptions()
    options.binary_location = program
    profile = tmp_path_factory.mktemp("profile")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    opened = webdriver.Chrome(options=options, service=Service(driver))
    yield opened
    opened.quit()


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> int:
    """Of the browser's window, in pixels: a screen and a phone."""
    value: int = request.param
    return value


def open_page(browser: webdriver.Chrome, site: Path, page: str, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    browser.get((site / f"{page}.html").as_uri())


def text_of(site: Path, page: str) -> str:
    return (site / f"{page}.html").read_text(encoding="utf-8")


def test_every_page_of_the_contents_is_built(site: Path) -> None:
    contents = (ROOT / "_toc.yml").read_text()
    assert re.findall(r"(?:root|file): (\S+)", contents) == PAGES
    assert all((site / f"{page}.html").exists() for page in PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_wider_than_the_window(
    browser: webdriver.Chrome, site: Path, page: str, width: int
) -> None:
    open_page(browser, site, page, width)
    measured = browser.execute_script("return document.documentElement.scrollWidth")
    assert measured <= width
    left, right = browser.execute_script(
        "const box = document.querySelector('article').getBoundingClientRect();"
        "return [box.left, box.right]"
    )
    assert 0 <= left < right <= width


@pytest.mark.parametrize("page", CHAPTERS)
def test_figures_are_loaded_described_and_keep_their_shape(
    browser: webdriver.Chrome, site: Path, page: str, width: int
) -> None:
    open_page(browser, site, page, width)
    images = browser.execute_script(
        "return [...document.querySelectorAll('figure img')].map(image => [image.alt, "
        "image.naturalWidth / image.naturalHeight, image.clientWidth / image.clientHeight, "
        "image.clientWidth])"
    )
    assert len(images) >= 2
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
