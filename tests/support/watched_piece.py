"""The piece of the page on tickets in which one is found, used as a reader uses it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.pages import open_page

PAGE = "book/ticket"
PATIENCE = 60  # seconds; a play without motion takes some fifteen
WEIGHTS, AFTER_ONE, AFTER_TWO = 354, 233, 155
STILL = {"name": "prefers-reduced-motion", "value": "reduce"}


class Piece:
    """The piece on the opened page, used as a reader uses it."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser
        self.box = self.find(".ltlib-watch")
        self.wait(self.box.is_displayed)

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element("css selector", selector)

    def wait(self, condition: Callable[[], Any]) -> None:
        WebDriverWait(self.browser, PATIENCE, poll_frequency=0.05).until(lambda _: condition())

    def button(self, name: str) -> WebElement:
        return self.find(f".ltlib-watch button[data-does={name}]")

    def press(self, name: str) -> None:
        self.button(name).click()

    def allowed(self, name: str) -> bool:
        return self.button(name).get_attribute("aria-disabled") != "true"

    def do(self, action: str) -> None:
        """Press for an action, and wait until the next may follow."""
        self.press(action)
        self.wait_for_next(action)

    def wait_for_next(self, action: str) -> None:
        following = {"train": "prune", "prune": "rewind", "rewind": "train"}[action]
        self.wait(lambda: self.allowed(following))

    def said(self) -> str:
        return self.find(".ltlib-watch [role=status]").text

    def states(self) -> list[str]:
        return [e.text for e in self.browser.find_elements("css selector", ".watch-numbers")]

    def rows(self) -> list[list[str]]:
        """Of the table beneath the curve: round, sparsity, reset, random."""
        found: list[list[str]] = self.browser.execute_script(
            "return [...document.querySelectorAll('.ltlib-watch tbody tr')].map("
            "row => [...row.cells].map(cell => cell.textContent))"
        )
        return found

    def label(self, selector: str) -> str:
        return str(self.find(selector).get_attribute("aria-label"))

    def type_seed(self, text: str) -> None:
        field = self.find(".ltlib-watch input")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(Keys.BACKSPACE + text + Keys.ENTER)


def prefer(browser: webdriver.Chrome, *features: dict[str, str]) -> None:
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": list(features)})


@contextmanager
def opened_piece(browser: webdriver.Chrome, site: Path) -> Iterator[Piece]:
    """For a reader who wants no motion: a training takes a moment then. Nothing may be logged."""
    prefer(browser, STILL)
    open_page(browser, site, PAGE, 1280)
    browser.get_log("browser")
    yield Piece(browser)
    prefer(browser)
    assert not [e for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")]
