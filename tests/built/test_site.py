"""Every page of the built site, hosted without a network: quiet, light, unbroken, accessible."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.support.markup import Markup, broken_links, missing_sources, read_site
from tests.support.pages import HEAVIEST, ROOT
from tests.support.visits import (
    Visit,
    prefer,
    served,
    shown_theme,
    too_wide,
    violations,
    visit,
)

THEMES = {"light": "dark", "dark": "light"}  # and the one that a reader changes to
OPENED = {1280: "light", 360: "dark"}  # widths of the window, and the theme a page opens in


@dataclass(frozen=True)
class Sight:
    """A page in one width, in the theme it opened in and then in the other."""

    visit: Visit
    wide: list[str]
    shown: list[str]
    violations: list[str]


@pytest.fixture(scope="module", autouse=True)
def no_preference(browser: webdriver.Chrome) -> Iterator[None]:
    """Other tests find the browser as it was."""
    yield
    prefer(browser, "")


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Markup]:
    """What every page holds."""
    return read_site(site)


@pytest.fixture(scope="module")
def sights(
    browser: webdriver.Chrome, site: Path, pages: dict[str, Markup]
) -> dict[tuple[str, int], Sight]:
    """Every page in both widths."""
    with served(site) as home:
        return {
            (page, width): see(browser, f"{home}{page}", theme, width)
            for page, markup in pages.items()
            for width, theme in OPENED.items()
            if not markup.sends_on
        }


def see(browser: webdriver.Chrome, address: str, theme: str, width: int) -> Sight:
    """Open a page, change its theme, and note what is wrong."""
    opened = visit(browser, address, theme, width)
    wide = too_wide(browser)
    shown, broken = [], []
    for chosen in (theme, THEMES[theme]):
        prefer(browser, chosen)
        shown.append(shown_theme(browser))
        broken += [f"{chosen}: {line}" for line in violations(browser)]
    return Sight(opened, wide, shown, broken)


def lines(found: dict[tuple[str, int], list[str]]) -> str:
    """One line for each thing found, with where it was found first."""
    first = {line: place for place, each in reversed(found.items()) for line in each}
    return "\n".join(f"{place}: {line}" for line, place in first.items())


def test_every_page_is_seen_in_both_themes(
    sights: dict[tuple[str, int], Sight], pages: dict[str, Markup]
) -> None:
    assert {page for page, markup in pages.items() if markup.sends_on} == {"index.html"}
    assert {page for page, _ in sights} == {*pages} - {"index.html"}
    assert all(sorted(sight.shown) == ["dark", "light"] for sight in sights.values())


def test_no_rule_of_accessibility_is_broken(sights: dict[tuple[str, int], Sight]) -> None:
    found = lines({place: sight.violations for place, sight in sights.items()})
    assert not found, found


@pytest.mark.parametrize("kind", ["console", "failed", "foreign"])
def test_pages_open_quietly(sights: dict[tuple[str, int], Sight], kind: str) -> None:
    found = lines({place: getattr(sight.visit, kind) for place, sight in sights.items()})
    assert not found, found


MENUS = {  # of a phone: the button that opens each, and what it then shows
    ".primary-toggle": ("#pst-primary-sidebar-modal", "Bibliography"),
    ".secondary-toggle": ("#pst-secondary-sidebar-modal", "Contents"),
    ".search-button__button": ("#pst-search-dialog", "Ctrl"),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("button,menu", MENUS.items(), ids=MENUS)
def test_menus_open_on_a_phone(
    browser: webdriver.Chrome, site: Path, button: str, menu: tuple[str, str], theme: str
) -> None:
    dialog, words = menu
    with served(site) as home:
        visit(browser, f"{home}notebooks/03_obtaining_tickets.html", theme, 360)
        (shown,) = (b for b in browser.find_elements("css selector", button) if b.is_displayed())
        shown.click()
        opened = browser.find_element("css selector", dialog)
        assert opened.is_displayed()
        assert words in str(opened.get_attribute("textContent"))
        assert not violations(browser) + too_wide(browser)
        ActionChains(browser).send_keys(Keys.ESCAPE).perform()
        assert not opened.is_displayed()


def test_nothing_is_wider_than_the_window(sights: dict[tuple[str, int], Sight]) -> None:
    found = lines({place: sight.wide for place, sight in sights.items()})
    assert not found, found


def test_pages_are_light(sights: dict[tuple[str, int], Sight]) -> None:
    weights = {place: sight.visit.weight for place, sight in sights.items()}
    assert min(weights.values()) > 100_000  # scripts and styles were counted
    assert not {place: weight for place, weight in weights.items() if weight >= HEAVIEST}


def test_links_and_anchors_lead_somewhere(pages: dict[str, Markup], site: Path) -> None:
    assert min(len(markup.links) for markup in pages.values()) > 0
    found = broken_links(pages, site) + missing_sources(pages, ROOT)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lack", ["undescribed", "uncaptioned"])
def test_images_are_described_and_tables_captioned(pages: dict[str, Markup], lack: str) -> None:
    found = {page: getattr(markup, lack) for page, markup in pages.items()}
    assert not {page: each for page, each in found.items() if each}
