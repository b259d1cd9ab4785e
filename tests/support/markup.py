"""What is written in the built pages, read without a browser: links, anchors, what they lack."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from book.tools.repository import Repository

POINTING = ("href", "src", "data", "poster", "action")
NOT_FOUND = "404.html"


@dataclass
class Markup:
    """What a page holds.

    Attributes:
        ids: how often each name of a place is given.
        links: addresses of what it points at or loads.
        undescribed: images without a text in place of them.
        uncaptioned: tables that do not say what they show.
        sends_on: it only leads to another page.
    """

    ids: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    undescribed: list[str] = field(default_factory=list)
    uncaptioned: list[str] = field(default_factory=list)
    sends_on: bool = False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.markup = Markup()
        self.open_tables: list[str] = []  # each as it was opened; empty once it has its caption

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        written = self.get_starttag_text() or tag
        if "id" in given:
            self.markup.ids[given["id"]] += 1
        self.markup.links += [given[name] for name in POINTING if name in given]
        self.markup.links += re.findall(r"(?<=url=)\S+", given.get("content", ""))
        if given.get("http-equiv", "").lower() == "refresh":
            self.markup.sends_on = True
        if tag == "img" and not given.get("alt", "").strip():
            self.markup.undescribed.append(written)
        elif tag == "table":
            self.open_tables.append("" if given.get("role") == "presentation" else written)
        elif tag == "caption":
            self.open_tables[-1] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and (lacking := self.open_tables.pop()):
            self.markup.uncaptioned.append(lacking)


def read_markup(text: str) -> Markup:
    """What the HTML `text` holds."""
    reader = _Reader()
    reader.feed(text)
    return reader.markup


def home_of(site: Path) -> str:
    """The address where the built site says it lies, with a slash at the end."""
    text = (site / "search.html").read_text(encoding="utf-8")
    stated = re.search(r'rel="canonical" href="(\S+/)search.html"', text)
    return stated[1] if stated else "http://127.0.0.1/"


def read_site(site: Path) -> dict[str, Markup]:
    """What every page of the built site holds, by path."""
    paths = [path.relative_to(site) for path in sorted(site.rglob("*.html"))]
    return {
        str(path): read_markup((site / path).read_text(encoding="utf-8"))
        for path in paths
        if path.parts[0] != "_static"
    }


def broken_links(pages: dict[str, Markup], site: Path) -> list[str]:
    """Links into the site that end nowhere, each with its page."""
    home = home_of(site)
    found = []
    for page, markup in pages.items():
        # The page for what is not there shows at any address.
        here = urljoin(home, f"no/such/{page}" if page == NOT_FOUND else page)
        for link in markup.links:
            url = urljoin(here, link)
            address, _, anchor = url.partition("#")
            if not link.startswith("#") and not _same_host(url, home):
                continue
            target = page if link.startswith("#") else _file(address, home)
            if target is None or not (site / target).is_file():
                found.append(f"{page}: {link}: no such page")
            elif anchor and pages[target].ids[unquote(anchor)] != 1:
                times = pages[target].ids[unquote(anchor)]
                found.append(f"{page}: {link}: {times} such places on that page")
    return found


def missing_sources(pages: dict[str, Markup], root: Path) -> list[str]:
    """Links to files of the repository at `root` that it does not hold, each with its page."""
    repository = Repository.of(root)
    name = urlsplit(repository.url).path
    named = re.compile(rf"/(?:blob|tree|edit|raw)/{repository.branch}/([^?#]+)|/tree/([^?#&]+)$")
    found = []
    for page, markup in pages.items():
        for link in markup.links:
            match = named.search(unquote(link)) if name in unquote(link) else None
            if match and not (root / (match[1] or match[2])).exists():
                found.append(f"{page}: {link}: not in the repository")
    return found


def _same_host(url: str, home: str) -> bool:
    return urlsplit(url)[:2] == urlsplit(home)[:2]


def _file(address: str, home: str) -> str | None:
    """The path in the site of what `address` names; None for what lies outside it."""
    if not address.startswith(home):
        return None
    path = unquote(urlsplit(address).path.removeprefix(urlsplit(home).path))
    return f"{path}index.html" if path.endswith("/") or not path else path
