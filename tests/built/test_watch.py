"""A reader watches a ticket being found: by pointer, touch and keyboard, in any theme and width."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from book._ext.watch import SCRIPTS, STYLE
from tests.support.pages import PAGES, open_page, text_of
from tests.support.visits import too_wide, violations
from tests.support.watched import histories
from tests.support.watched_piece import (
    AFTER_ONE,
    AFTER_TWO,
    PAGE,
    STILL,
    WEIGHTS,
    Piece,
    opened_piece,
    prefer,
)

# Notes every state that the first network is in.
NOTE_STATES = """
window.states = [];
const place = document.querySelector(".watch-state");
new MutationObserver(() => window.states.push(place.textContent)).observe(place, {childList: true});
"""
# Presses Play, and once more when training has begun to show.
PLAY_AND_PAUSE = """
const [done] = arguments, play = document.querySelector("[data-does=play]");
play.click();
requestAnimationFrame(function again() {
  if (!document.querySelector(".watch-state").textContent.startsWith("step")) {
    return requestAnimationFrame(again);
  }
  play.click();
  done();
});
"""


@pytest.fixture
def piece(browser: webdriver.Chrome, site: Path) -> Iterator[Piece]:
    with opened_piece(browser, site) as opened:
        yield opened


@pytest.fixture(scope="module")
def expected(browser: webdriver.Chrome) -> dict[int, list[list[str]]]:
    """The rows of seeds, as the script by itself computes them (ltlib agrees with it)."""
    found = {}
    for seed in (0, 5):
        both = histories(browser, seed)
        found[seed] = [
            [str(r["round"]), *(f"{share:.1%}" for share in (r["sparsity"], r["test"], o["test"]))]
            for r, o in zip(both["reset"], both["random"], strict=True)
        ]
    return found


def test_step_by_step_with_a_pointer(piece: Piece, expected: dict[int, list[list[str]]]) -> None:
    assert piece.states() == [f"not trained\n{WEIGHTS} of {WEIGHTS} weights"] * 2
    piece.do("train")
    assert piece.rows() == expected[0][:1]
    assert "Round 0, 0.0% sparse, trained." in piece.said()
    assert piece.said().endswith(f"reset {expected[0][0][2]}, random {expected[0][0][3]}.")
    piece.do("prune")
    assert piece.states() == [f"pruned\n{AFTER_ONE} of {WEIGHTS} weights"] * 2
    assert f"{AFTER_ONE} of {WEIGHTS} weights stay" in piece.said()
    piece.do("rewind")
    assert piece.states() == [f"not trained\n{AFTER_ONE} of {WEIGHTS} weights"] * 2
    assert piece.said().startswith("Round 1: reset has its initial values again")
    piece.do("train")
    assert piece.rows() == expected[0][:2]
    assert [state.split("\n")[0] for state in piece.states()] == [
        f"{share} right" for share in expected[0][1][2:]
    ]


def test_step_by_step_with_a_keyboard(piece: Piece, expected: dict[int, list[list[str]]]) -> None:
    keys = ActionChains(piece.browser)

    def focused() -> str | None:
        return piece.browser.switch_to.active_element.get_attribute("data-does")

    piece.browser.execute_script("document.querySelector('[data-does=train]').focus()")
    for name, key in (("train", Keys.ENTER), ("prune", Keys.SPACE), ("rewind", Keys.ENTER)):
        assert focused() == name
        keys.send_keys(key).perform()
        piece.wait_for_next(name)
        assert focused() == name, "what was pressed keeps the focus"
        keys.send_keys(Keys.TAB).perform()
    assert piece.rows() == expected[0][:1]
    assert focused() == "play"
    keys.send_keys(Keys.TAB).perform()
    assert focused() == "restart"
    keys.send_keys(Keys.TAB).perform()
    assert piece.browser.switch_to.active_element.tag_name == "input"
    keys.send_keys(Keys.ARROW_UP).perform()
    piece.wait(lambda: piece.said().startswith("Seed 1:"))
    assert piece.rows() == []


def test_played_by_touch_to_the_end(piece: Piece, expected: dict[int, list[list[str]]]) -> None:
    command = piece.browser.execute_cdp_cmd
    command("Emulation.setTouchEmulationEnabled", {"enabled": True})
    place = piece.browser.execute_script(
        "const button = arguments[0]; button.scrollIntoView({block: 'center'});"
        "const box = button.getBoundingClientRect(); return {x: box.x + 9, y: box.y + 9}",
        piece.button("play"),
    )
    command("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
    command("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    command("Emulation.setTouchEmulationEnabled", {"enabled": False})
    piece.wait(lambda: piece.button("play").text == "Pause")
    assert not any(map(piece.allowed, ("train", "prune", "rewind")))
    piece.wait(lambda: "last round" in piece.said())
    assert piece.rows() == expected[0]
    assert piece.button("play").text == "Play"
    assert not any(map(piece.allowed, ("train", "prune", "rewind", "play")))
    curve = piece.label(".watch-curve")
    assert all(
        f"at {sparsity} sparsity reset {reset}, random {random}" in curve
        for _, sparsity, reset, random in expected[0]
    )


def test_another_seed_and_the_same_again(
    piece: Piece, expected: dict[int, list[list[str]]]
) -> None:
    piece.type_seed("5")
    for _ in range(2):
        assert piece.said().startswith("Seed 5:")
        assert piece.rows() == []
        for action in ("train", "prune", "rewind", "train"):
            piece.do(action)
        assert piece.rows() == expected[5][:2] != expected[0][:2]
        piece.press("restart")


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "e", "1000000"])
def test_what_is_no_seed_changes_nothing(piece: Piece, typed: str) -> None:
    piece.do("train")
    piece.type_seed(typed)
    assert piece.find(".ltlib-watch input").get_attribute("value") == "0"
    assert len(piece.rows()) == 1


def test_pressing_twice_or_out_of_turn_changes_nothing(
    piece: Piece, expected: dict[int, list[list[str]]]
) -> None:
    for name in ("prune", "rewind"):
        piece.press(name)
        assert piece.states() == [f"not trained\n{WEIGHTS} of {WEIGHTS} weights"] * 2
    for action in ("train", "prune", "rewind", "train", "prune"):
        ActionChains(piece.browser).double_click(piece.button(action)).perform()
        piece.wait(lambda: any(map(piece.allowed, ("train", "prune", "rewind"))))
    assert piece.rows() == expected[0][:2]
    assert piece.states() == [f"pruned\n{AFTER_TWO} of {WEIGHTS} weights"] * 2
    for _ in range(3):
        ActionChains(piece.browser).double_click(piece.button("play")).perform()
        ActionChains(piece.browser).double_click(piece.button("restart")).perform()
    piece.press("play")
    piece.wait(lambda: len(piece.rows()) == 3)
    assert piece.rows() == expected[0][:3]


def test_a_pause_is_one_and_the_play_goes_on(
    piece: Piece, expected: dict[int, list[list[str]]]
) -> None:
    prefer(piece.browser)  # with motion, a training takes its time
    piece.browser.execute_async_script(PLAY_AND_PAUSE)
    before = piece.states()
    assert "step" in before[0] and piece.button("play").text == "Play"
    piece.browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert piece.states() == before
    assert piece.allowed("train")
    piece.do("train")
    assert piece.rows() == expected[0][:1]
    prefer(piece.browser, STILL)
    piece.press("play")
    piece.wait(lambda: len(piece.rows()) == 2)
    piece.press("play")
    assert piece.rows() == expected[0][:2]
    assert piece.button("play").text == "Play"


def test_training_is_seen_but_not_by_who_wants_no_motion(piece: Piece) -> None:
    piece.browser.execute_script(NOTE_STATES)
    piece.do("train")
    assert len(set(piece.browser.execute_script("return window.states"))) == 1
    piece.press("restart")
    prefer(piece.browser)
    piece.do("train")
    steps = {s for s in piece.browser.execute_script("return window.states") if "step" in s}
    assert len(steps) > 5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_accessible_and_inside_the_window(
    browser: webdriver.Chrome, site: Path, theme: str, width: int
) -> None:
    prefer(browser, STILL, {"name": "prefers-color-scheme", "value": theme})
    open_page(browser, site, PAGE, width)
    piece = Piece(browser)
    assert browser.execute_script("return document.documentElement.dataset.theme") == theme
    for action in ("train", "prune", "rewind", "train"):
        piece.do(action)
        assert not violations(browser) + too_wide(browser)
    small = browser.execute_script(
        "return [...document.querySelectorAll('.ltlib-watch :is(button, input)')].map("
        "e => e.getBoundingClientRect()).filter(box => box.width < 24 || box.height < 24)"
    )
    assert not small
    prefer(browser)


def test_what_a_page_without_scripts_says(browser: webdriver.Chrome, site: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        open_page(browser, site, PAGE, 1280)
        assert not browser.find_element("css selector", ".ltlib-watch").is_displayed()
        still = browser.find_element("css selector", ".ltlib-watch-still")
        assert still.is_displayed() and "Table" in still.text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_on_screen_or_on_paper_not_both(piece: Piece) -> None:
    still = piece.find(".ltlib-watch-still")
    assert piece.box.is_displayed() and not still.is_displayed()
    piece.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert still.is_displayed() and not piece.box.is_displayed()
    piece.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("page", PAGES)
def test_its_files_come_with_its_page_alone(site: Path, page: str) -> None:
    for name in (*SCRIPTS, STYLE):
        assert (f"_static/{name}" in text_of(site, page)) == (page == PAGE)
