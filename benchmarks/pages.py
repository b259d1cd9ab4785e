"""How heavy the pages of the built book are, and how soon a reader can use them.

    python -m benchmarks.pages [--site _build/source/_build/html] [--repeats 3]

Every page is opened in a headless Chromium with nothing in its cache, as often as asked; the
median is told. A page can be used once it has loaded and no task has kept it busy for 50 ms or
more in the second after. On the page where readers ask tickets, letters are typed on a processor
slowed down by a factor of four: how long from a key to the frame that shows the verdicts, at every
place of the slider, after a short text and after one that is longer than a ticket reads. Exit
status 1 when a limit is not kept.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.markup import read_site
from tests.support.pages import open_browser
from tests.support.visits import served, visit

ASKING = "book/ask.html"
FIELD = ".ltlib-ask textarea"
TEXT = "The plot is thin, but the music is a wonder and I would go again. "
LENGTHS = {"short": 2, "long": 60}  # how often it is said
KEYS, SLOWER = 9, 4
LIMIT_KEY_MS = 100
# From the moment a key went down until the frame that shows what it changed is drawn.
LISTEN = """
window.delays = [];
let down = 0;
document.addEventListener("keydown", event => { down = event.timeStamp; }, true);
new MutationObserver(() => {
    const start = down;
    down = 0; // marks follow the verdicts, and are no second answer
    if (start) requestAnimationFrame(() => setTimeout(
        () => delays.push(performance.now() - start)
    ));
}).observe(document.querySelector(".ltlib-ask ul"), {attributes: true, subtree: true});
"""
MOVE = """
arguments[0].value = arguments[1];
arguments[0].dispatchEvent(new Event("input", {bubbles: true}));
"""
SHOWN = """
const box = document.querySelector(".ltlib-ask");
const { rounds } = JSON.parse(box.querySelector("script").textContent);
return box.querySelector("ul").dataset.round === String(rounds[arguments[0]].round);
"""
LIMIT_MS = 2000
LIMIT_BYTES = 3_000_000
QUIET_MS = 1000


def measure(site: Path, repeats: int) -> dict[str, tuple[float, int]]:
    """Milliseconds until it can be used, and bytes, of every page of the site."""
    pages = [page for page, markup in read_site(site).items() if not markup.sends_on]
    measured = {}
    with tempfile.TemporaryDirectory() as profile, served(site) as home:
        browser = open_browser(Path(profile))
        try:
            for page in pages:
                visits = [
                    visit(browser, home + page, "light", 1280, quiet=QUIET_MS)
                    for _ in range(repeats)
                ]
                milliseconds = statistics.median(v.interactive for v in visits)
                measured[page] = (milliseconds, max(v.weight for v in visits))
        finally:
            browser.quit()
    return measured


def typing(site: Path) -> dict[tuple[str, str], float]:
    """Milliseconds from a key to the verdicts, the median, by length of the text and sparsity."""
    with tempfile.TemporaryDirectory() as profile, served(site) as home:
        browser = open_browser(Path(profile))
        try:
            visit(browser, home + ASKING, "light", 1280, quiet=QUIET_MS)
            if not browser.find_elements("css selector", FIELD):
                return {}  # built without tickets
            field = browser.find_element("css selector", FIELD)
            slider = browser.find_element("css selector", ".ltlib-ask input")
            browser.execute_script(LISTEN)
            browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            return {
                (length, round_): _median_of_keys(browser, field)
                for length, times in LENGTHS.items()
                for round_ in _places(browser, field, slider, times)
            }
        finally:
            browser.quit()


def _places(
    browser: webdriver.Chrome, field: WebElement, slider: WebElement, times: int
) -> Iterator[str]:
    """The slider at each of its places, with this text in the field, its tickets loaded."""
    browser.execute_script("arguments[0].value = arguments[1]", field, TEXT * times)
    for place in range(int(slider.get_attribute("max") or 0) + 1):
        browser.execute_script(MOVE, slider, place)
        field.send_keys("!")
        WebDriverWait(browser, 60).until(
            lambda b, at=place: b.execute_script(SHOWN, at)  # type: ignore[misc]
        )
        yield str(slider.get_attribute("aria-valuetext")).partition(",")[0]


def _median_of_keys(browser: webdriver.Chrome, field: WebElement) -> float:
    browser.execute_script("window.delays = []")
    for number in range(KEYS):
        field.send_keys("x")
        WebDriverWait(browser, 60).until(
            lambda b, n=number: b.execute_script("return delays.length") > n  # type: ignore[misc]
        )
    return float(statistics.median(browser.execute_script("return delays")))


def main() -> None:
    """Measure, print the heaviest first, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--site", type=Path, default=Path("_build/source/_build/html"))
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    if not (given.site / "search.html").exists():
        sys.exit(f"error: {given.site}: no built book there; run `make book`, or name it: --site")
    measured = measure(given.site, given.repeats)
    print(f"{'page':40} {'usable after':>12} {'weight':>10}")
    for page, (milliseconds, weight) in sorted(measured.items(), key=lambda item: -item[1][1]):
        print(f"{page:40} {milliseconds:9.0f} ms {weight / 1e6:7.2f} MB")
    print(f"{'limit':40} {LIMIT_MS:9} ms {LIMIT_BYTES / 1e6:7.2f} MB")
    keys = typing(given.site)
    for (length, sparsity), milliseconds in keys.items():
        print(f"{f'a key, {length} text, {sparsity} sparse':40} {milliseconds:9.0f} ms")
    print(f"{'limit':40} {LIMIT_KEY_MS:9} ms")
    slow = any(ms >= LIMIT_MS or weight >= LIMIT_BYTES for ms, weight in measured.values())
    sys.exit(slow or any(milliseconds >= LIMIT_KEY_MS for milliseconds in keys.values()))


if __name__ == "__main__":
    main()
