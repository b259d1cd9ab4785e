"""Tickets asked in the page: the script against SentencePiece and Python, and readers at work."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from ltlib.data.corpus import Corpus, load_corpus
from ltlib.data.sources.vader import read_vader
from ltlib.data.vocabulary import Vocabulary
from ltlib.experiments.judge import judge
from ltlib.protocol import Protocol
from ltlib.results.packed_tickets import read_packed, rounds_in
from tests.support.asking import (
    judged_in_script,
    moved_by_windows,
    pieces_in_script,
    published_tickets,
)
from tests.support.pages import PUBLISHED_TICKETS, open_page
from tests.support.visits import Visit, prefer, served, too_wide, violations, visit

PAGE = "book/ask"
ROUNDS = [about["round"] for about in rounds_in(PUBLISHED_TICKETS).values()]
NASTY = [
    "", " ", "\n\t ", "😀", "😀😀 fine 👩‍👩‍👧", "e\u0301 a\u0308\u0301", "\u0301",
    "ｗｏｎｄｅｒｆｕｌ　ｆｉｌｍ",
    "a\x00b\x01c\x7f", "жук и film", "映画 film", "x" * 5000, "wonderful " * 3000, "▁", "▁▁ a▁b ▁",
    "<unk>", "a<unk>b", "\u200b", "a\u200bb", "½½ cup", "ﬁlm", "\u00a0good\u00a0", "\ufffd", "´",
    "<b>good</b> & \"bad\" 'film'", "ab" * 3000, "…don’t", "\u3000", "GOOD Good good", "𝐠𝐨𝐨𝐝\u0301",
]  # fmt: skip


@pytest.fixture(scope="module")
def home(site: Path) -> Iterator[str]:
    with served(site) as address:
        yield address


@pytest.fixture(scope="module", autouse=True)
def no_preference(browser: webdriver.Chrome) -> Iterator[None]:
    """Other tests find the browser as it was."""
    yield
    prefer(browser, "")


@pytest.fixture(scope="module")
def vocabulary(vader_corpus: Corpus) -> Vocabulary:
    """That of the published tickets."""
    assert vader_corpus.domains, "fetched"
    corpus = load_corpus("vader", Protocol.laptop())
    assert {a["corpus_hash"] for a in rounds_in(PUBLISHED_TICKETS).values()} == {corpus.hash}
    return corpus.vocabulary


@pytest.fixture(scope="module")
def texts(vader_corpus: Corpus) -> list[str]:
    """Five hundred of each domain."""
    assert vader_corpus.domains, "fetched"
    found = [r.text for reviews in read_vader().values() for r in islice(reviews, 500)]
    assert len(set(found)) >= 1990
    return found


@pytest.fixture
def page(browser: webdriver.Chrome, home: str) -> "Page":
    return Page(browser, home)


class Page:
    """The page as someone opens it who was never there, and uses it."""

    def __init__(self, browser: webdriver.Chrome, home: str) -> None:
        self.browser, self.home = browser, home
        self.open("light", 1280)

    def open(self, theme: str, width: int) -> Visit:
        seen = visit(self.browser, f"{self.home}{PAGE}.html", theme, width)
        self.field, self.slider = self.one("textarea"), self.one("input")
        return seen

    def one(self, selector: str) -> WebElement:
        return self.browser.find_element("css selector", f".ltlib-ask {selector}")

    def wait(self, condition: Callable[[], Any]) -> None:
        WebDriverWait(self.browser, 20).until(lambda _: condition())

    def said(self, selector: str) -> str:
        return str(self.one(selector).get_attribute("textContent"))

    def fetched(self) -> list[str]:
        """What was asked for since the page was opened that belongs to tickets."""
        return [
            address.removeprefix(f"{self.home}_static/tickets/").partition("?")[0]
            for address in self.browser.execute_script(
                "return performance.getEntriesByType('resource').map(e => e.name)"
                ".filter(name => name.includes('/tickets/'))"
            )
        ]

    def write(self, text: str) -> None:
        """A text pasted in the place of what the field holds."""
        self.browser.execute_script("arguments[0].select()", self.field)
        self.browser.execute_cdp_cmd("Input.insertText", {"text": text or " "})
        if not text:
            self.field.send_keys(Keys.BACKSPACE)
        self.settled()

    def place(self, round_: int) -> None:
        """The slider by its keys."""
        self.slider.send_keys(Keys.HOME, *[Keys.ARROW_RIGHT] * ROUNDS.index(round_))

    def round(self) -> int:
        return ROUNDS[int(str(self.slider.get_attribute("value")))]

    def settled(self) -> None:
        """Until the verdicts are of the text and the round, and the text is marked."""
        text = self.field.get_attribute("value")
        self.wait(
            lambda: (
                self.browser.execute_script(
                    "return document.querySelector('.ltlib-ask ul').dataset.round"
                )
                == str(self.round())
                and set(self.texts().values()) == {text}
            )
        )

    def texts(self) -> dict[str, str]:
        """By domain, the text as its row shows it."""
        found: dict[str, str] = self.browser.execute_script(
            "return Object.fromEntries([...document.querySelectorAll('.ltlib-ask li')].map("
            "row => [row.dataset.domain, row.querySelector('.text').textContent]))"
        )
        return found

    def verdicts(self) -> dict[str, float]:
        found: dict[str, str] = self.browser.execute_script(
            "return Object.fromEntries([...document.querySelectorAll('.ltlib-ask li')].map("
            "row => [row.dataset.domain, row.dataset.positive]))"
        )
        return {domain: float(positive) for domain, positive in found.items()}


def test_subwords_are_those_of_sentencepiece(
    browser: webdriver.Chrome, home: str, vocabulary: Vocabulary, texts: list[str]
) -> None:
    every = texts + NASTY
    found = pieces_in_script(browser, home, every)
    assert [[number for number, _, _ in each] for each in found] == vocabulary.encode_all(every)
    pieces, checked = vocabulary.pieces, 0
    for text, subwords in zip(texts, found, strict=False):
        for number, start, end in subwords if text.isascii() else []:
            if number != vocabulary.unknown:  # ASCII is not rewritten, but for its blanks
                piece = pieces[number].replace("▁", " ")
                assert text[start:end].split() == piece.split()
                checked += 1
    assert checked > 10_000


ODD = st.text(st.sampled_from("good GOOD ,.!é\u0301\u0308½ﬁｗ　\u200b\x01▁\ufb03жᾳ𝐞👍\u0345"))
UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(ODD, UNICODE), min_size=50, max_size=50))
def test_any_text_is_cut_as_by_sentencepiece(
    browser: webdriver.Chrome, home: str, vocabulary: Vocabulary, odd: list[str]
) -> None:
    found = pieces_in_script(browser, home, odd)
    for text, subwords in zip(odd, found, strict=True):
        assert [number for number, _, _ in subwords] == vocabulary.encode(text), text
        places = [place for _, start, end in subwords for place in (start, end)]
        units = len(text.encode("utf-16-le")) // 2
        assert all(0 <= place <= units for place in places)
        assert sorted(places[1::2]) == places[1::2]


@pytest.mark.parametrize("round_", [ROUNDS[0], ROUNDS[len(ROUNDS) // 2], ROUNDS[-1]])
def test_probabilities_are_those_of_python(
    browser: webdriver.Chrome, home: str, vocabulary: Vocabulary, texts: list[str], round_: int
) -> None:
    every = texts + NASTY
    found = judged_in_script(browser, home, round_, every)
    expected = published_tickets(round_, vocabulary)
    assert list(found) == list(expected)
    for domain, ticket in expected.items():
        positive = [each["positive"] for each in found[domain]]
        np.testing.assert_allclose(positive, judge(ticket, every), atol=1e-4, rtol=0)
        assert np.std(positive) > 0.01, "it does not say the same of all texts"


def test_windows_that_won_are_those_of_loops(
    browser: webdriver.Chrome, home: str, vocabulary: Vocabulary, texts: list[str]
) -> None:
    every = [*texts[::100], "good", "not good", "", "wonderful " * 100]
    for round_ in (ROUNDS[1], ROUNDS[5]):
        found = judged_in_script(browser, home, round_, every)
        for domain, ticket in published_tickets(round_, vocabulary).items():
            for text, each in zip(every, found[domain], strict=True):
                expected = moved_by_windows(ticket, vocabulary.encode(text))
                seen = {(w["begin"], w["height"]): w["moved"] for w in each["windows"]}
                for place in expected.keys() | seen.keys():
                    assert seen.get(place, 0) == pytest.approx(expected.get(place, 0), abs=1e-6)
                sizes = [abs(window["moved"]) for window in each["windows"]]
                assert sizes == sorted(sizes, reverse=True)


def test_nothing_is_fetched_before_the_first_letter(page: Page) -> None:
    assert page.fetched() == []
    before = page.said("output")
    page.slider.send_keys(Keys.HOME)
    assert page.said("output") != before, "the slider says where it stands all the same"
    ActionChains(page.browser).click(page.field).perform()
    assert page.fetched() == [] and page.verdicts() == {}
    asked = [entry["message"] for entry in page.browser.get_log("performance")]
    assert not [line for line in asked if "requestWillBeSent" in line and "tickets" in line]
    page.field.send_keys("!")
    page.settled()
    assert sorted(page.fetched()) == [f"round-{ROUNDS[0]:02}.safetensors", "vocabulary.json"]
    page.slider.send_keys(Keys.ARROW_RIGHT)
    page.settled()
    assert page.fetched()[2:] == [f"round-{ROUNDS[1]:02}.safetensors"]
    page.slider.send_keys(Keys.ARROW_LEFT)
    page.settled()
    assert len(page.fetched()) == 3, "what was loaded is kept"
    addresses = page.browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name)"
    )
    assert all(address.startswith((page.home, "data:")) for address in addresses)


def percent(share: float) -> str:
    """As it is shown: with a digit more where both classes would otherwise have half."""
    return f"{100 * share:.{1 if abs(share - 0.5) < 0.005 else 0}f}%"


def test_verdicts_are_of_the_text_and_of_the_slider(page: Page, vocabulary: Vocabulary) -> None:
    """Typed and moved by keys; each row is of its own domain."""
    for text, round_ in (
        ("A wonderful film!", ROUNDS[0]),
        ("What a waste of money", ROUNDS[0]),
        ("What a waste of money", ROUNDS[4]),
        ("", ROUNDS[4]),
        ("I love this", ROUNDS[2]),
    ):
        page.place(round_)
        page.write(text)
        for domain, ticket in published_tickets(round_, vocabulary).items():
            assert page.verdicts()[domain] == pytest.approx(judge(ticket, text), abs=1e-4)
            row = page.one(f"li[data-domain={domain}]").text
            positive = page.verdicts()[domain]
            assert row.startswith(f"{domain}: {'positive' if positive > 0.5 else 'negative'}")
            assert f"{percent(positive)} positive" in row
    sparsity = published_tickets(ROUNDS[2], vocabulary)["movies"].sparsity
    assert f"{100 * sparsity:.1f}%" in page.said("output")
    assert f"{100 * sparsity:.1f}%" in str(page.slider.get_attribute("aria-valuetext"))


def test_letters_are_judged_as_they_are_typed(page: Page, vocabulary: Vocabulary) -> None:
    page.write("go")
    ticket = published_tickets(page.round(), vocabulary)["tweets"]
    for letter in "od!":
        page.field.send_keys(letter)
        page.settled()
        text = str(page.field.get_attribute("value"))
        assert page.verdicts()["tweets"] == pytest.approx(judge(ticket, text), abs=1e-4)
    assert text == "good!"


def test_by_pointer_and_by_touch(page: Page, vocabulary: Vocabulary) -> None:
    page.write("A wonderful film!")

    def judged_rightly() -> None:
        page.settled()
        ticket = published_tickets(page.round(), vocabulary)["products"]
        expected = judge(ticket, str(page.field.get_attribute("value")))
        assert page.verdicts()["products"] == pytest.approx(expected, abs=1e-4)

    width = page.slider.size["width"]
    actions = ActionChains(page.browser).move_to_element(page.slider).click_and_hold()
    actions.move_by_offset(width // 2 - 3, 0).release().perform()
    assert page.round() == ROUNDS[-1]
    judged_rightly()
    command = page.browser.execute_cdp_cmd
    command("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        box = page.browser.execute_script(
            "const {left, top, height} = arguments[0].getBoundingClientRect();"
            "return {left, y: top + height / 2}",
            page.slider,
        )
        where = {"x": box["left"] + 3, "y": box["y"]}
        command("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [where]})
        command("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait(lambda: page.round() == ROUNDS[0])
        judged_rightly()
        box = page.browser.execute_script(
            "const {left, top} = arguments[0].getBoundingClientRect();"
            "return {x: left + 20, y: top + 20}",
            page.field,
        )
        page.browser.execute_script("document.activeElement.blur()")
        command("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [box]})
        command("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait(lambda: page.browser.switch_to.active_element == page.field)
        command("Input.insertText", {"text": "Not "})
        judged_rightly()
    finally:
        command("Emulation.setTouchEmulationEnabled", {"enabled": False})


def marks(page: Page, domain: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.browser.execute_script(
        "return [...document.querySelectorAll(`.ltlib-ask li[data-domain=${arguments[0]}] .text "
        "span`)].map(s => ({text: s.textContent, up: +s.dataset.up, down: +s.dataset.down, "
        "lost: s.className === 'lost', above: parseFloat(getComputedStyle(s).borderTopWidth), "
        "below: parseFloat(getComputedStyle(s).borderBottomWidth), "
        "style: getComputedStyle(s).fontStyle}))",
        domain,
    )
    return found


def test_windows_and_what_is_known_are_marked(page: Page, vocabulary: Vocabulary) -> None:
    """Letter by letter, against loops; told apart by more than colour."""
    text = "The plot is thin, but the music is a wonder and I would go again."
    for round_ in (ROUNDS[2], ROUNDS[6]):
        page.place(round_)
        page.write(text)
        (subwords,) = pieces_in_script(page.browser, page.home, [text])
        for domain, ticket in published_tickets(round_, vocabulary).items():
            windows = moved_by_windows(ticket, [number for number, _, _ in subwords])
            up, down = np.zeros(len(text)), np.zeros(len(text))
            lost = np.zeros(len(text), bool)
            rows = ticket.masks["embedding.weight"].any(1)
            for place, (number, start, end) in enumerate(subwords):
                lost[start:end] = not rows[number]
                for (begin, height), by in windows.items():
                    if begin <= place < begin + height:
                        (up if by > 0 else down)[start:end] += abs(by)
            seen = marks(page, domain)
            assert "".join(mark["text"] for mark in seen) == text
            letters = [mark for mark in seen for _ in mark["text"]]
            assert [letter["lost"] for letter in letters] == lost.tolist()
            assert {m["style"] == "italic" for m in seen if m["lost"]} <= {True}
            for sums, side, width in ((up, "up", "above"), (down, "down", "below")):
                levels = np.searchsorted([0.1, 0.4, 1, 2.5], sums, side="right")
                assert [letter[side] for letter in letters] == levels.tolist()
                drawn = sorted({(letter[side], letter[width]) for letter in letters})
                thick = [pixels for _, pixels in drawn]
                assert thick == sorted(set(thick)) and (drawn[0][0] > 0 or thick[0] == 0)
            told = page.said(f"li[data-domain={domain}]")
            known = sum(bool(rows[number]) for number, _, _ in subwords)
            assert f"It still knows {known} of {len(subwords)} subwords." in told


def test_what_a_ticket_does_not_read_is_struck_out(page: Page) -> None:
    page.write("good film " * 80)
    (subwords,) = pieces_in_script(page.browser, page.home, ["good film " * 80])
    end = subwords[Protocol.laptop().max_length - 1][2]
    rest = page.one("li s")
    assert rest.get_attribute("textContent") == ("good film " * 80)[end:]
    assert "struck out it does not read" in page.said("li")
    page.write("good film")
    assert not page.browser.find_elements("css selector", ".ltlib-ask li s")


def test_what_is_typed_stays_text(page: Page) -> None:
    text = "<img src=x onerror=\"document.title='broken'\"> &amp; <b>good</b>"
    page.write(text)
    assert set(page.texts().values()) == {text}
    assert not page.browser.find_elements("css selector", ".ltlib-ask li :is(img, .text b)")
    assert "broken" not in page.browser.title


def test_tickets_that_cannot_be_loaded_are_asked_for_again(page: Page) -> None:
    command = page.browser.execute_cdp_cmd
    command("Network.setBlockedURLs", {"urls": ["*/tickets/round-*"]})
    try:
        page.field.send_keys("!")
        page.wait(lambda: "could not be loaded" in page.said(".ltlib-ask-note"))
        assert page.verdicts() == {}
    finally:
        command("Network.setBlockedURLs", {"urls": []})
    page.field.send_keys("!")
    page.settled()
    assert "could not" not in page.said(".ltlib-ask-note")


SLOWLY = """
const real = window.fetch;
window.arrived = 0;
window.fetch = async address => {
  if (!String(address).includes(arguments[0])) return real(address);
  await new Promise(release => { window.release = release; });
  return real(address).finally(() => setTimeout(() => { window.arrived += 1; }, 300));
};
"""


def test_tickets_that_come_late_judge_nothing(page: Page) -> None:
    """When they come, the slider has moved on."""
    page.browser.execute_script(SLOWLY, f"round-{ROUNDS[0]:02}")
    page.field.send_keys("!")
    page.settled()
    page.place(ROUNDS[0])
    page.slider.send_keys(Keys.ARROW_RIGHT)
    page.settled()
    before = page.verdicts()
    page.browser.execute_script("window.release()")
    page.wait(lambda: page.browser.execute_script("return window.arrived"))
    assert page.verdicts() == before
    page.slider.send_keys(Keys.ARROW_LEFT)
    page.settled()
    assert page.verdicts() != before


def test_verdicts_are_read_out_once_the_reader_pauses(page: Page) -> None:
    page.write("A wonderful film!")
    page.wait(lambda: page.said(".ltlib-ask-spoken"))
    spoken = page.said(".ltlib-ask-spoken")
    for domain, positive in page.verdicts().items():
        verdict = "positive" if positive > 0.5 else "negative"
        assert f"{domain}: {verdict}, {percent(max(positive, 1 - positive))}" in spoken
    assert page.one(".ltlib-ask-spoken").get_attribute("role") == "status"


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_verdicts_are_legible_and_in_the_window(page: Page, theme: str, width: int) -> None:
    seen = page.open(theme, width)
    assert not [*seen.console, *seen.failed, *seen.foreign]
    for round_ in (ROUNDS[0], ROUNDS[-1]):
        page.place(round_)
        page.write("A wonderful film, " * 30 + "x" * 200)
        assert not violations(page.browser) + too_wide(page.browser)


def test_controls_are_named_and_large_enough(page: Page) -> None:
    page.open("light", 360)
    for control, name in ((page.field, "A review"), (page.slider, "Sparsity")):
        assert control.accessible_name == name
        assert min(control.size["height"], control.size["width"]) >= 24


def test_from_a_disk_the_page_says_why_nothing_happens(
    browser: webdriver.Chrome, site: Path
) -> None:
    """Browsers run no modules there."""
    open_page(browser, site, PAGE, 1280)
    assert not browser.find_element("css selector", ".ltlib-ask").is_displayed()
    instead = browser.find_element("css selector", ".ltlib-ask-without")
    assert instead.is_displayed() and "make serve" in instead.text


def test_the_lines_of_python_name_a_ticket_that_is_there(
    browser: webdriver.Chrome, home: str
) -> None:
    import ltlib

    visit(browser, f"{home}{PAGE}.html", "light", 1280)
    code = browser.find_element("css selector", "article .highlight-python pre").text
    asked: list[tuple[Any, ...]] = []
    judged: list[tuple[Any, ...]] = []

    def load_ticket(*place: Any, store: str) -> str:
        asked.append(place)
        return "ticket"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ltlib, "load_ticket", load_ticket, raising=False)
        patch.setattr(ltlib, "judge", lambda *given: judged.append(given), raising=False)
        exec(code, {})
    ((corpus, protocol, source, round_),) = asked
    assert corpus == "vader" and protocol == Protocol.laptop() and judged[0][0] == "ticket"
    assert source in read_packed(PUBLISHED_TICKETS, round_)
