"""Whoever judges the site finds what is wrong with a page, and nothing where nothing is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from tests.support.markup import Markup, broken_links, missing_sources, read_markup
from tests.support.visits import Visit, prefer, serving, too_wide, violations, visit

PAGE = """<!DOCTYPE html><html lang="en"><head><title>A page</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"></head>
<body><main><h1>A page</h1><p>With a line.</p>{}</main></body></html>"""
FAULTS = {
    "an error": ("console", "<script>console.error('no')</script>", "no"),
    "an exception": ("console", "<script>null.length</script>", "TypeError"),
    "a missing picture": ("failed", '<img src="gone.png" alt="gone">', "gone.png: 404"),
    "a missing host": ("failed", '<script src="https://example.org/a.js"></script>', "example.org"),
    "another host": ("foreign", '<script src="https://example.org/a.js"></script>', "example.org"),
    "a late request": (
        "foreign",
        "<script>setTimeout(() => fetch('http://localhost/a').catch(() => 0), 50)</script>",
        "localhost",
    ),
    "a wide box": ("wide", '<div style="width: 2000px">wide</div>', "2000px"),
    "a wide box, cut off": (
        "wide",
        '<style>body {overflow-x: hidden}</style><div style="width: 2000px">wide</div>',
        "2000px",
    ),
    "pale text": ("violations", '<p style="color: #bbb">pale</p>', "color-contrast"),
    "pale text, folded": (
        "violations",
        '<details><summary>More</summary><p style="color: #bbb">pale</p></details>',
        "color-contrast",
    ),
    "no description": ("violations", '<img src="data:,">', "image-alt"),
    "a tiny button": (
        "violations",
        "<style>button {font-size: 6px; padding: 0}</style><button>a</button><button>b</button>",
        "target-size",
    ),
    "a heading left out": ("violations", "<h4>deep</h4>", "heading-order"),
}
ONLY_IN_DARK = "<style>@media (prefers-color-scheme: dark) {p {color: #ddd}}</style>"


@pytest.fixture(scope="module", autouse=True)
def no_preference(browser: webdriver.Chrome) -> Iterator[None]:
    """Other tests find the browser as it was."""
    yield
    prefer(browser, "")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address that serves it."""
    with serving(tmp_path) as address:
        yield tmp_path, address


def findings(browser: webdriver.Chrome, place: tuple[Path, str], body: str) -> dict[str, list[str]]:
    (place[0] / "page.html").write_text(PAGE.format(body))
    opened: Visit = visit(browser, f"{place[1]}page.html", "light", 360)
    seen = {kind: getattr(opened, kind) for kind in ("console", "failed", "foreign")}
    return {**seen, "wide": too_wide(browser), "violations": violations(browser)}


def test_nothing_is_found_on_a_good_page(
    browser: webdriver.Chrome, folder: tuple[Path, str]
) -> None:
    scrolling = '<div style="overflow-x: auto" tabindex="0"><p style="width: 2000px">wide</p></div>'
    assert not any(findings(browser, folder, scrolling).values())


@pytest.mark.parametrize("kind,body,expected", FAULTS.values(), ids=FAULTS)
def test_faults_are_found(
    browser: webdriver.Chrome, folder: tuple[Path, str], kind: str, body: str, expected: str
) -> None:
    assert expected in "".join(findings(browser, folder, body)[kind])


def test_both_themes_are_judged(browser: webdriver.Chrome, folder: tuple[Path, str]) -> None:
    assert not findings(browser, folder, ONLY_IN_DARK)["violations"]
    prefer(browser, "dark")
    assert "color-contrast" in "".join(violations(browser))


def test_weight_is_all_that_was_sent(browser: webdriver.Chrome, folder: tuple[Path, str]) -> None:
    (folder[0] / "heavy.css").write_text("/*" + 200_000 * "x" + "*/")
    (folder[0] / "page.html").write_text(PAGE.format('<link rel="stylesheet" href="heavy.css">'))
    for _ in range(2):  # the second time it would come from the cache
        weight = visit(browser, f"{folder[1]}page.html", "light", 360).weight
        assert 200_000 < weight < 201_500


def test_a_busy_page_is_not_yet_interactive(
    browser: webdriver.Chrome, folder: tuple[Path, str]
) -> None:
    busy = "<script>setTimeout(() => {{const end = performance.now() + {}; {}}}, 0)</script>"
    body = busy.format(400, "while (performance.now() < end);")
    (folder[0] / "page.html").write_text(PAGE.format(body))
    assert visit(browser, f"{folder[1]}page.html", "light", 360, quiet=600).interactive > 400


SITE = {
    "search.html": '<link rel="canonical" href="https://pages.example/book/search.html">',
    "a.html": '<h1 id="top"></h1><h2 id="twice"></h2><h3 id="twice"></h3><a href="#top">',
    "sub/b.html": '<a href="../a.html#top"><a href="https://else.example/x#y"><a href="mailto:x">'
    '<img src="../p%20q.png"><a href="https://pages.example/book/a.html"><a href="/book/a.html">',
    "404.html": '<a href="/book/a.html"><a href="#here" id="here">',
}
BROKEN = {
    "no page": ("sub/b.html", '<a href="c.html">', "c.html: no such page"),
    "no anchor": ("sub/b.html", '<a href="../a.html#bottom">', "#bottom: 0 such places"),
    "no anchor here": ("a.html", '<a href="#bottom">', "#bottom: 0 such places"),
    "two anchors": ("sub/b.html", '<a href="../a.html#twice">', "#twice: 2 such places"),
    "no picture": ("a.html", '<img src="gone.png">', "gone.png: no such page"),
    "outside": ("a.html", '<a href="/a.html">', "/a.html: no such page"),
    "of its host": ("a.html", '<a href="https://pages.example/book/x">', "book/x: no such page"),
    "sent on": ("a.html", '<meta http-equiv="Refresh" content="0; url=x.html">', "x.html"),
    "relative from nowhere": ("404.html", '<a href="a.html">', "a.html: no such page"),
}


def build(folder: Path, site: dict[str, str]) -> dict[str, Markup]:
    for name, text in {**site, "p q.png": ""}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return {name: read_markup(text) for name, text in site.items()}


def test_links_that_lead_somewhere_are_left_alone(tmp_path: Path) -> None:
    assert broken_links(build(tmp_path, SITE), tmp_path) == []


@pytest.mark.parametrize("page,link,expected", BROKEN.values(), ids=BROKEN)
def test_broken_links_are_found(tmp_path: Path, page: str, link: str, expected: str) -> None:
    pages = build(tmp_path, {**SITE, page: SITE[page] + link})
    (found,) = broken_links(pages, tmp_path)
    assert found.startswith(f"{page}: ")
    assert expected in found


def test_files_of_the_repository_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text("repository: {url: https://github.com/us/it}")
    (tmp_path / "here.ipynb").touch()
    links = [
        "https://github.com/us/it/{}/main/{}.ipynb",
        "https://colab.research.google.com/github/us/it/{}/main/{}.ipynb",
        "https://mybinder.org/v2/gh/us/it/main?urlpath=lab/{}/{}.ipynb",
    ]
    for kind, link in zip(("blob", "blob", "tree"), links, strict=True):
        good = {"a.html": Markup(links=[link.format(kind, "here")])}
        assert missing_sources(good, tmp_path) == []
        assert len(missing_sources({"a.html": Markup(links=[link.format(kind, "x")])}, tmp_path))


def test_images_and_tables_without_words_are_found() -> None:
    good = '<img alt="x"><table><caption>c</caption></table><table role="presentation"></table>'
    assert read_markup(good) == Markup(links=[])
    bad = read_markup('<img><img alt=" "><table><tr></tr></table><table><caption>c</caption>')
    assert bad.undescribed == ["<img>", '<img alt=" ">']
    assert bad.uncaptioned == ["<table>"]
