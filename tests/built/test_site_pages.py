"""Finding one's way: numbers and references, metadata, 404 page, sitemap, search, paper."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from selenium import webdriver
from selenium.webdriver.support.wait import WebDriverWait

from book.tools.repository import Repository, pages_address
from tests.support.pages import CHAPTERS, PAGES, ROOT, open_page, text_of
from tests.support.visits import served

REPOSITORY = Repository.of(ROOT)
ADDRESS = pages_address(REPOSITORY.url) or ""
KINDS = {  # what is numbered, and where its number stands
    "figure": ("figure[id]", ".caption-number", r"Fig\. (\d+)"),
    "table": (
        "[id]:has(> table > caption), table[id]:has(> caption)",
        ".caption-number",
        r"Table (\d+)",
    ),
    "equation": (".equation[id]", ".eqno", r"\((\d+)\)"),
}


@pytest.fixture(scope="module")
def home(site: Path) -> Iterator[str]:
    """The book as Pages serve it; its address on this machine."""
    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def numbers(browser: webdriver.Chrome, site: Path) -> dict[str, dict[str, int]]:
    """By kind, the number of every target `page#id`, in the order of the book."""
    found: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    for page in PAGES:
        open_page(browser, site, page, 1280)
        for kind, (targets, place, pattern) in KINDS.items():
            shown = browser.execute_script(
                "return [...document.querySelectorAll('article ' + arguments[0])].map("
                "e => [e.id, e.querySelector(arguments[1])?.textContent ?? ''])",
                targets.replace(", ", ", article "),
                place,
            )
            for identity, text in shown:
                number = re.search(pattern, text)
                assert number, f"{page}: {kind} {identity} has no number"
                found[kind][f"{page}#{identity}"] = int(number[1])
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_run_through_the_book(numbers: dict[str, dict[str, int]], kind: str) -> None:
    assert list(numbers[kind].values()) == list(range(1, len(numbers[kind]) + 1))
    assert len(numbers[kind]) >= {"figure": 13, "table": 22, "equation": 6}[kind]


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_figure_and_every_table_of_a_chapter_is_numbered(
    browser: webdriver.Chrome, site: Path, numbers: dict[str, dict[str, int]], page: str
) -> None:
    open_page(browser, site, page, 1280)
    for kind, tag in (("figure", "figure"), ("table", "table")):
        there = browser.execute_script(  # but the data beneath a figure have the figure's number
            "return [...document.querySelectorAll('article ' + arguments[0])]"
            ".filter(e => !e.closest('.ltlib-explorable')).length",
            tag,
        )
        assert there == sum(target.startswith(f"{page}#") for target in numbers[kind])


def test_references_say_the_number_of_what_they_lead_to(
    browser: webdriver.Chrome, site: Path, numbers: dict[str, dict[str, int]]
) -> None:
    known = {target: number for kind in numbers.values() for target, number in kind.items()}
    checked = 0
    for page in PAGES:
        open_page(browser, site, page, 1280)
        references = browser.execute_script(
            "return [...document.querySelectorAll('article a.internal[href*=\"#\"]')].map("
            "a => [a.href, a.textContent])"
        )
        for address, text in references:
            if said := re.fullmatch(r"(?:Fig\.|Table|equation) \(?(\d+)\)?", text):
                place = urlsplit(address)
                target = Path(unquote(place.path)).relative_to(site).with_suffix("").as_posix()
                assert known[f"{target}#{place.fragment}"] == int(said[1])
                checked += 1
    assert checked >= 15


def test_the_next_page_leads_through_the_whole_book(site: Path) -> None:
    for name, order in (("right-next", PAGES), ("left-prev", PAGES[::-1])):
        page = order[0]
        for expected in order[1:]:
            link = re.search(rf'class="{name}"\s+href="([^"]+)"', text_of(site, page))
            assert link, f"{page}: no {name}"
            reached = (site / page).parent / link[1]
            page = reached.resolve().relative_to(site.resolve()).with_suffix("").as_posix()
            assert page == expected
        assert name not in text_of(site, page)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_edited_and_its_faults_reported(site: Path, page: str) -> None:
    text = text_of(site, page)
    edit = re.search(rf'href="{REPOSITORY.url}/edit/{REPOSITORY.branch}/([^"]+)"', text)
    assert edit, "no link to edit the page"
    assert (ROOT / edit[1]).exists()
    assert f'href="{REPOSITORY.url}/issues/new?' in text


def metadata(text: str) -> dict[str, str]:
    """By name or property, what a page says of itself to whoever links to it."""
    found = {}
    for tag in re.findall(r"<meta [^>]*>", text):
        attributes = dict(re.findall(r'([\w:-]+)="([^"]*)"', tag))
        name = attributes.get("name") or attributes.get("property")
        if name and re.match("og:|twitter:|description", name):
            assert name not in found, f"{name} is stated twice"
            found[name] = attributes.get("content", "")
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_shared_link_says_what_it_leads_to(site: Path, page: str) -> None:
    said = metadata(text_of(site, page))
    assert said["og:url"] == f"{ADDRESS}{page}.html"
    assert said["og:description"] == said["description"]
    assert said["og:site_name"] == "Lottery tickets under distributional shifts"
    assert said["twitter:card"] == "summary_large_image"
    card = said["og:image"]
    assert card.startswith(ADDRESS)
    width, height = png_size(site / card.removeprefix(ADDRESS))
    assert (width, height) == (1200, 630)


def test_every_page_describes_itself(site: Path) -> None:
    descriptions = {page: metadata(text_of(site, page))["description"] for page in PAGES}
    assert len(set(descriptions.values())) == len(PAGES)
    for page, text in descriptions.items():
        assert 40 <= len(text) <= 160, f"{page}: state myst.html_meta.description in its metadata"
        assert text.endswith((".", "?"))  # a sentence, not the beginning of the text


def png_size(path: Path) -> tuple[int, int]:
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    return width, height


@pytest.mark.parametrize("page", PAGES)
def test_a_tab_has_an_icon(site: Path, page: str) -> None:
    icon = re.search(r'<link rel="icon" href="([^"]+)"', text_of(site, page))
    assert icon
    path = (site / page).parent / icon[1]
    assert png_size(path) == (64, 64)
    assert path.stat().st_size < 2000


def test_the_sitemap_lists_the_pages_and_no_others(site: Path) -> None:
    tree = ElementTree.parse(site / "sitemap.xml")
    listed = [element.text for element in tree.iter() if element.tag.endswith("loc")]
    assert sorted(str(address) for address in listed) == sorted(
        f"{ADDRESS}{page}.html" for page in PAGES
    )


def test_the_page_for_what_is_not_there_works_at_any_depth(
    browser: webdriver.Chrome, home: str
) -> None:
    browser.get(f"{home}notebooks/no/such/page.html")
    assert "Page not found" in browser.title
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => [e.name, e.responseStatus])"
    )
    assert len(loaded) > 10
    assert all(address.startswith(home) and status == 200 for address, status in loaded)
    links = browser.execute_script(
        "return [...new Set([...document.querySelectorAll('a[href]')].map(a => a.href))]"
    )
    inside = {link.partition("#")[0] for link in links if link.startswith("http://127.0.0.1")}
    inside.discard(browser.current_url)
    assert {f"{home}{page}.html" for page in PAGES} <= inside
    statuses = browser.execute_async_script(
        "const done = arguments[1];"
        "Promise.all(arguments[0].map(a => fetch(a).then(r => [a, r.status]))).then(done)",
        sorted(inside),
    )
    assert not [address for address, status in statuses if status != 200]


def test_search_finds_the_chapter_of_a_word(browser: webdriver.Chrome, home: str) -> None:
    browser.get(f"{home}search.html?q=divergence")
    WebDriverWait(browser, 20).until(
        lambda b: (
            b.find_elements("css selector", "#search-results .search-summary")
            and b.find_elements("css selector", "#search-results li a")
        )
    )
    results = browser.execute_script(
        "return [...document.querySelectorAll('#search-results li a')].map(a => a.href)"
    )
    assert any("notebooks/02_jsd.html" in address for address in results)


@pytest.fixture
def on_paper(browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The browser, showing pages as it prints them."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    yield browser
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("page", PAGES)
def test_paper_shows_the_text_alone(on_paper: webdriver.Chrome, site: Path, page: str) -> None:
    open_page(on_paper, site, page, 794)  # A4 at 96 dots an inch
    shown = on_paper.execute_script(
        "return [...document.querySelectorAll('.bd-sidebar, button, footer, .headerlink, summary,"
        " .bd-header-article, .copybtn')].filter(e => e.getClientRects().length).map("
        "e => e.className || e.tagName)"
    )
    assert shown == []
    scrolling = on_paper.execute_script(
        "return [...document.querySelectorAll('article pre, article figure, article .ltlib-table')]"
        ".filter(e => getComputedStyle(e).overflowX !== 'visible').length"
    )
    assert scrolling == 0


@pytest.mark.parametrize("page", CHAPTERS)
def test_paper_shows_what_is_folded_and_cuts_no_figure(
    on_paper: webdriver.Chrome, site: Path, page: str
) -> None:
    open_page(on_paper, site, page, 794)
    hidden = on_paper.execute_script(
        "return [...document.querySelectorAll('article details:not([open]) > :not(summary)')]"
        ".filter(e => !e.checkVisibility() && !e.closest('.ltlib-explorable')).length"
    )
    assert hidden == 0
    assert on_paper.execute_script(  # data of figures with controls would fill many sheets
        "return [...document.querySelectorAll('.ltlib-explorable, .vega-bindings')]"
        ".every(e => !e.checkVisibility())"
    )
    breaks = on_paper.execute_script(
        "return [...document.querySelectorAll('article figure')].map("
        "e => getComputedStyle(e).breakInside)"
    )
    assert set(breaks) == {"avoid"}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of a colour as a browser states it; see-through is white."""
    red, green, blue, alpha = [*map(float, re.findall(r"[\d.]+", colour)), 1.0][:4]
    parts = [1 - alpha * (1 - value / 255) for value in (red, green, blue)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_paper_is_white_and_what_stands_on_it_legible(
    on_paper: webdriver.Chrome, site: Path, theme: str
) -> None:
    for page in PAGES:
        open_page(on_paper, site, page, 794)
        on_paper.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
        grounds, texts = on_paper.execute_script(
            "const style = e => getComputedStyle(e);"
            "const all = [...document.querySelectorAll('article *')]"
            ".filter(e => e.checkVisibility());"
            "const written = all.filter(e => [...e.childNodes].some("
            "n => n.nodeType === 3 && n.textContent.trim()));"
            "return [[style(document.body), ...all.map(style)].map(s => s.backgroundColor),"
            "written.map(e => style(e).color)].map(list => [...new Set(list)])"
        )
        lightest_text = max(map(luminance, texts))
        darkest_ground = min(map(luminance, grounds))
        assert (1.05) / (lightest_text + 0.05) >= 4.5, f"{page}: {texts}"
        assert darkest_ground > 0.8, f"{page}: {grounds}"
