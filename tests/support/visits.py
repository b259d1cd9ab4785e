"""The built site, served as it is hosted and visited: what each page asks for, and how it shows."""

import functools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver

from tests.support.markup import home_of
from tests.support.npm import axe_script

# All that the conformance levels A and AA ask for, up to WCAG 2.2, and what axe advises beyond.
AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
AXE_RUN = """
const [include, runOnly, done] = arguments;
axe.run(include.length ? { include } : document, { runOnly, resultTypes: ["violations"] })
    .then(done, error => done(String(error)));
"""
HEIGHT = 900  # pixels of the window

# Milliseconds from the start of navigation until the page has loaded and the last task that kept
# it busy for 50 ms or more is over; scrolled through, so that what waits to be seen is drawn.
SETTLE = """
const [quiet, done] = arguments;
let ready = performance.getEntriesByType("navigation")[0].loadEventEnd;
new PerformanceObserver(tasks => tasks.getEntries().forEach(
    task => ready = Math.max(ready, task.startTime + task.duration)
)).observe({type: "longtask", buffered: true});
window.scrollTo(0, document.body.scrollHeight);
setTimeout(() => requestIdleCallback(() => {window.scrollTo(0, 0); done(ready)}), quiet);
"""

# A page learns of what its reader's system prefers just before it is drawn.
REDRAWN = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))"

UNFOLD = """
document.querySelectorAll("details").forEach(fold => fold.open = true);
document.querySelectorAll(".toggle-button-hidden").forEach(button => button.click());
document.getAnimations().forEach(animation => animation.finish());
"""

# What sticks out of the window and is in no box that scrolls by itself.
WIDE = """
const scrolls = e => e.parentElement && e !== document.body && (
    ["auto", "scroll"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
const page = document.documentElement;
const out = [...document.querySelectorAll("main *")].filter(e => {
    const box = e.getBoundingClientRect();
    const outside = box.right > page.clientWidth + 1 || box.left < -1;
    return outside && e.checkVisibility({visibilityProperty: true}) && !scrolls(e.parentElement);
}).map(e => e.cloneNode(false).outerHTML.slice(0, 90));
return out.concat(page.scrollWidth > page.clientWidth ? [`page: ${page.scrollWidth} pixels`] : []);
"""


@dataclass(frozen=True)
class Visit:
    """What a page did while it opened.

    Attributes:
        console: errors and warnings in the browser's console.
        failed: requests without an answer, or with one that says there is no such thing.
        foreign: requests to other hosts.
        weight: bytes of all answers together, headers included, nothing from a cache.
        interactive: milliseconds until it had loaded and reacts at once.
    """

    console: list[str]
    failed: list[str]
    foreign: list[str]
    weight: int
    interactive: float


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of the built site on this machine, under the path it is hosted at."""
    with serving(site, urlsplit(home_of(site)).path) as address:
        yield address


@contextmanager
def serving(folder: Path, path: str = "/") -> Iterator[str]:
    """The address of the files of `folder` on this machine; it ends with `path`."""

    class Handler(SimpleHTTPRequestHandler):
        """As hosts of pages do, answers what is not there with the page for that."""

        def translate_path(self, asked: str) -> str:
            inside = asked.startswith(path)
            return super().translate_path("/" + asked.removeprefix(path) if inside else "/no such")

        def send_error(self, code: int, message: str | None = None, _: str | None = None) -> None:
            page = folder / "404.html"
            content = page.read_bytes() if page.exists() else b"<!DOCTYPE html>"
            self.send_response(code)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing: what fails, the browser tells."""

    handler = functools.partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{path}"
        finally:
            server.shutdown()
            thread.join()


def visit(
    browser: webdriver.Chrome, address: str, theme: str, width: int, quiet: int = 100
) -> Visit:
    """Open a page as someone does who was never there.

    Args:
        address: of the page, on this machine.
        theme: `light` or `dark`, which the reader's system prefers.
        width: of the window, in pixels.
        quiet: milliseconds that the page stays open before it is judged.
    """
    host = "{0.scheme}://{0.netloc}/".format(urlsplit(address))
    command = browser.execute_cdp_cmd
    command("Network.setCacheDisabled", {"cacheDisabled": True})
    command("Storage.clearDataForOrigin", {"origin": host, "storageTypes": "all"})
    size = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    command("Emulation.setDeviceMetricsOverride", size)
    prefer(browser, theme)
    browser.get("about:blank")
    for earlier in ("browser", "performance"):
        browser.get_log(earlier)
    browser.get(address)
    interactive = browser.execute_async_script(SETTLE, quiet)
    console = [e["message"] for e in browser.get_log("browser") if e["level"] != "INFO"]
    log = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return Visit(console, *_requests(log, host), interactive)


def prefer(browser: webdriver.Chrome, theme: str) -> None:
    """Let the reader prefer `light`, `dark` or, by "", neither; a page that is open follows."""
    preferred = {"name": "prefers-color-scheme", "value": theme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preferred]})
    browser.execute_async_script(REDRAWN)


def shown_theme(browser: webdriver.Chrome) -> str:
    """The theme that the page that is open shows."""
    return str(browser.execute_script("return document.documentElement.dataset.theme"))


def violations(browser: webdriver.Chrome, *within: str) -> list[str]:
    """What breaks a rule of accessibility on the page that is open, folded parts unfolded.

    Args:
        within: selectors of the parts to look at; none: the whole page.
    """
    browser.execute_script(UNFOLD)
    if not browser.execute_script("return 'axe' in window"):
        browser.execute_script(axe_script())
    found = browser.execute_async_script(AXE_RUN, [[part] for part in within], list(AXE_RULES))
    assert isinstance(found, dict), found
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def too_wide(browser: webdriver.Chrome) -> list[str]:
    """What on the page that is open cannot be seen without scrolling the page sideways."""
    found: list[str] = browser.execute_script(WIDE)
    return found


def _requests(log: list[dict[str, Any]], host: str) -> tuple[list[str], list[str], int]:
    """Failed, foreign, and the bytes that came, of the events of a browser's network log."""

    def events(method: str) -> list[dict[str, Any]]:
        return [event["params"] for event in log if event["method"] == f"Network.{method}"]

    asked = [(event["requestId"], event["request"]["url"]) for event in events("requestWillBeSent")]
    failed = [
        f"{dict(asked).get(event['requestId'])}: {event['errorText']}"
        for event in events("loadingFailed")
    ]
    for event in events("responseReceived"):
        if event["response"]["status"] >= 400:
            failed.append(f"{event['response']['url']}: {event['response']['status']}")
    foreign = [url for _, url in asked if not url.startswith((host, "data:", "blob:"))]
    weight = sum(event["encodedDataLength"] for event in events("loadingFinished"))
    return failed, foreign, round(weight)
