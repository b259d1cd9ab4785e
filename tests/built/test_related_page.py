"""The page of related works in a browser: what its graph does, compared with the table."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.book.test_related import rows
from tests.support.pages import open_page

PAGE = "book/related_work"
SECONDS = 10  # to wait for what must come
DOTS = """
const chart = document.querySelector('figure.ltlib-related').chart, found = {};
function walk(mark, across, down) {
  for (const item of mark.items) {
    const x = across + (item.x ?? 0), y = down + (item.y ?? 0);
    if (mark.name === 'dots') found[item.datum.title] = [x, y];
    (item.items ?? []).forEach(inner => walk(inner, x, y));
  }
}
const [x, y] = chart.origin(), edge = chart.padding();
walk(chart.scenegraph().root, x + edge.left, y + edge.top);
return found;
"""
NAMES = """
const chart = document.querySelector('figure.ltlib-related').chart, found = [];
function walk(mark) {
  for (const item of mark.items) {
    const b = item.bounds;
    if (item.datum?.name && mark.marktype === 'text' && item.opacity !== 0)
      found.push([item.datum.name, b.x1, b.y1, b.x2, b.y2]);
    (item.items ?? []).forEach(walk);
  }
}
walk(chart.scenegraph().root);
return found;
"""


class Graph:
    """The graph on the opened page, used as a reader uses it."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser
        self.canvas = browser.find_element(By.CSS_SELECTOR, "figure.ltlib-related canvas")
        self.wait(lambda: browser.find_elements(By.CLASS_NAME, "ltlib-details"))
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", self.canvas)

    def wait(self, condition: Callable[[], Any]) -> None:
        WebDriverWait(self.browser, SECONDS).until(lambda _: condition())

    def shown(self) -> set[str]:
        """Titles of the works that the filters leave, which are the works that are drawn."""
        script = (
            "return document.querySelector('figure.ltlib-related').chart.data('shown')"
            ".map(work => work.title)"
        )
        titles = self.browser.execute_script(script)
        assert sorted(titles) == sorted(self.dots())
        return set(titles)

    def dots(self) -> dict[str, tuple[float, float]]:
        """Where the works are drawn: pixels from the canvas's left upper corner."""
        return {title: tuple(place) for title, place in self.browser.execute_script(DOTS).items()}

    def control(self, label: str) -> WebElement:
        path = f"//*[contains(@class, 'vega-bind')]//label[contains(., '{label}')]//*[@name]"
        return self.browser.find_element(By.XPATH, path)

    def pointer(self, place: tuple[float, float]) -> ActionChains:
        """The pointer moved to a place on the canvas."""
        return ActionChains(self.browser, duration=50).move_to_element_with_offset(
            self.canvas, *self.from_middle(place)
        )

    def from_middle(self, place: tuple[float, float]) -> tuple[int, int]:
        size = self.canvas.size
        return round(place[0] - size["width"] / 2), round(place[1] - size["height"] / 2)


@pytest.fixture(params=[1280, 360])
def graph(request: pytest.FixtureRequest, browser: webdriver.Chrome, site: Path) -> Iterator[Graph]:
    """On a desk, and on a telephone, where the same page is drawn narrower."""
    open_page(browser, site, PAGE, request.param)
    WebDriverWait(browser, SECONDS).until(lambda page: page.find_elements(By.TAG_NAME, "canvas"))
    browser.get_log("browser")
    yield Graph(browser)
    for entry in browser.get_log("browser"):  # nothing a reader does may fail
        assert entry["level"] not in ("SEVERE", "WARNING"), entry


def titles(keep: Callable[[dict[str, str]], bool] = lambda row: True) -> set[str]:
    """Of the rows of the table that are to be kept."""
    return {row["title"] for row in rows() if keep(row)}


def test_the_graph_begins_with_every_work(graph: Graph) -> None:
    assert graph.shown() == titles()


@pytest.mark.parametrize("direction", ["cited by", "cites", "all"])
def test_the_direction_is_a_filter(graph: Graph, direction: str) -> None:
    Select(graph.control("Show")).select_by_value(direction)
    expected = titles(lambda row: direction in (row["relation"], "all"))
    assert 0 < len(expected) <= len(titles())
    graph.wait(lambda: graph.shown() == expected)


def test_years_are_filters(graph: Graph) -> None:
    first, last = graph.control("From year"), graph.control("To year")
    assert (first.get_attribute("value"), last.get_attribute("value")) == ("2010", "2024")
    first.send_keys(Keys.ARROW_RIGHT * 7)
    graph.wait(lambda: graph.shown() == titles(lambda row: int(row["year"]) >= 2017))
    last.send_keys(Keys.ARROW_LEFT * 3)
    graph.wait(lambda: graph.shown() == titles(lambda row: 2017 <= int(row["year"]) <= 2021))
    Select(graph.control("Show")).select_by_value("cites")
    expected = titles(lambda row: int(row["year"]) <= 2021 and row["relation"] == "cites")
    graph.wait(lambda: graph.shown() == expected)


@pytest.mark.parametrize(
    ("typed", "column"),
    [("konecny", "authors"), ("KONEČNÝ", "authors"), ("federated learn", "theme"), ("(", "title")],
)
def test_a_word_is_found(graph: Graph, typed: str, column: str) -> None:
    plain = typed.lower().replace("č", "c").replace("ý", "y")

    def found(row: dict[str, str]) -> bool:
        text = " ".join(row[name] for name in ("title", "earlier_title", "authors", "theme"))
        text += f" {row['venue']}"
        return plain in text.lower().replace("č", "c").replace("ý", "y")

    expected = titles(found)
    assert expected and any(plain in row[column].lower() or "č" in row[column] for row in rows())
    graph.control("Find").send_keys(typed)
    graph.wait(lambda: graph.shown() == expected)


@pytest.mark.parametrize("number", [0, 40, 71])
def test_pointing_and_clicking_tell_of_a_work(graph: Graph, number: int) -> None:
    row = rows()[number]
    place = graph.dots()[row["title"]]
    graph.pointer(place).perform()

    def hint() -> str:
        return graph.browser.find_element(By.ID, "vg-tooltip-element").text

    graph.wait(lambda: row["title"] in hint())
    assert row["authors"][:60] in hint()
    assert row["year"] in hint()
    assert {"cites": "cites the paper", "cited by": "cited by the paper"}[row["relation"]] in hint()
    graph.pointer(place).click().perform()
    details = graph.browser.find_element(By.CLASS_NAME, "ltlib-details")
    graph.wait(lambda: row["title"] in details.text)
    link = details.find_element(By.TAG_NAME, "a")
    assert (link.text, link.get_attribute("href")) == (row["title"], row["link"])
    for told in (row["authors"], row["year"], row["venue"], row["theme"], row["earlier_title"]):
        assert told in details.text


def test_a_work_is_dragged_and_the_others_make_room(graph: Graph) -> None:
    before = graph.dots()
    moved, target = rows()[0]["title"], rows()[1]["title"]
    start, end = before[moved], (before[target][0] + 3, before[target][1] + 3)
    across, down = round(end[0] - start[0]), round(end[1] - start[1])
    graph.pointer(start).click_and_hold().move_by_offset(across, down).release().perform()
    after = graph.dots()
    assert after[moved] == pytest.approx(end, abs=2)
    assert abs(after[target][0] - end[0]) + abs(after[target][1] - end[1]) > 15
    assert graph.shown() == titles()


def test_the_wheel_zooms_at_the_pointer(graph: Graph) -> None:
    before = graph.dots()
    held, *_, other = before
    offset = graph.from_middle(before[held])
    origin = ScrollOrigin.from_element(graph.canvas, *offset)
    scrolled = graph.browser.execute_script("return window.scrollY")
    ActionChains(graph.browser).scroll_from_origin(origin, 0, -400).perform()
    zoom = graph.control("Zoom")
    graph.wait(lambda: float(zoom.get_attribute("value") or 0) > 1)
    after = graph.dots()
    assert after[held] == pytest.approx(before[held], abs=3)
    ratio = (after[other][0] - after[held][0]) / (before[other][0] - before[held][0])
    assert ratio == pytest.approx(float(zoom.get_attribute("value") or 0), abs=0.06)
    assert graph.browser.execute_script("return window.scrollY") == scrolled


def test_the_ground_is_pulled_and_a_double_click_shows_all_again(graph: Graph) -> None:
    before = graph.dots()
    graph.control("Zoom").send_keys(Keys.ARROW_RIGHT * 5)
    graph.wait(lambda: graph.dots() != before)
    zoomed = graph.dots()
    middle = [graph.canvas.size["width"] / 2, graph.canvas.size["height"] / 2]
    empty = (middle[0], middle[1] + 230)  # below the paper no work stands
    graph.pointer(empty).click_and_hold().move_by_offset(40, -30).release().perform()
    for title, (x, y) in graph.dots().items():
        assert (x - zoomed[title][0], y - zoomed[title][1]) == pytest.approx((40, -30), abs=2)
    graph.pointer((empty[0], empty[1] - 30)).double_click().perform()
    graph.wait(lambda: graph.dots() == before)


def test_names_do_not_cover_each_other(graph: Graph) -> None:
    """Where there is no room for them they wait for the reader to zoom."""
    if graph.canvas.size["width"] < 600:
        assert graph.browser.execute_script(NAMES) == []
        graph.control("Zoom").send_keys(Keys.ARROW_RIGHT * 8)
        graph.wait(lambda: graph.browser.execute_script(NAMES))
    names = graph.browser.execute_script(NAMES)
    assert len(names) == len(rows())
    covered = [
        (one[0], other[0])
        for i, one in enumerate(names)
        for other in names[:i]
        if min(one[3], other[3]) - max(one[1], other[1]) > 4
        and min(one[4], other[4]) - max(one[2], other[2]) > 2
    ]
    assert covered == []


def test_every_work_stands_on_its_side_and_inside(graph: Graph) -> None:
    width, height = graph.canvas.size["width"], graph.canvas.size["height"]
    dots = graph.dots()
    for row in rows():
        x, y = dots[row["title"]]
        assert 0 < x < width and 0 < y < height
        assert (x < width / 2) == (row["relation"] == "cited by")


def test_nothing_is_hidden_to_the_right(graph: Graph) -> None:
    box = graph.browser.execute_script(
        "return arguments[0].closest('.ltlib-chart').getBoundingClientRect()", graph.canvas
    )
    drawn = graph.canvas.rect
    assert box["left"] - 1 <= drawn["x"] and drawn["x"] + drawn["width"] <= box["right"] + 1
    assert drawn["width"] > 0.9 * min(box["width"], 658)


def test_lists_name_every_work_with_its_link(browser: webdriver.Chrome, site: Path) -> None:
    open_page(browser, site, PAGE, 360)
    items = browser.find_elements(By.CSS_SELECTOR, ".ltlib-related-list li")
    told = {item.find_element(By.TAG_NAME, "a").get_attribute("href"): item for item in items}
    assert len(items) == len(rows())
    for row in rows():
        text = told[row["link"]].text
        for part in (row["title"], row["authors"], row["year"], row["venue"]):
            assert part in text


def test_without_scripts_the_picture_is_there(site: Path) -> None:
    text = (site / f"{PAGE}.html").read_text(encoding="utf-8")
    figure = text[text.index("<figure") : text.index("</figure>")]
    assert 'alt="A graph with the paper in the middle' in figure
    assert "Fig." in figure
    assert (site / "_images" / "related-work.png").stat().st_size > 50_000
