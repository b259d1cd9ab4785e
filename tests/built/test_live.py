"""The code of a chapter, run in its page with a kernel of a server on this machine."""

import base64
import functools
import hashlib
import http.server
import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import nbformat
import pytest
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from book._ext.live import binder, cells_to_run
from book.tools.repository import Repository
from book.tools.setup_cell import SETUP_ID
from ltlib.data.corpus import Corpus
from tests.support.npm import needed, unpacked
from tests.support.pages import CHAPTERS, PAGES, ROOT, text_of
from tests.support.visits import violations

CHAPTER = "notebooks/02_jsd"
TOKEN = "of-this-test"
SECONDS = 120
CLOSED = "http://127.0.0.1:9/"  # nothing listens there
REQUESTED = "return performance.getEntriesByType('resource').map(entry => entry.name)"


def settings_of(site: Path, page: str) -> dict[str, Any]:
    """What the page tells its script."""
    (stated,) = re.findall(
        r'<div class="ltlib-live".*?<script type="application/json">(.*?)</script>',
        text_of(site, page),
        re.DOTALL,
    )
    settings: dict[str, Any] = json.loads(stated)
    return settings


@pytest.fixture(scope="module")
def thebe(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of Thebe's files, of the version that pages load, from npm's registry."""
    package = re.findall(r"/npm/(thebe@[\d.]+)/", settings_of(site, CHAPTER)["script"])[0]
    return unpacked(package, tmp_path_factory.mktemp("thebe")) / "lib"


@pytest.fixture(scope="module")
def address(site: Path, thebe: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the book and Thebe are served."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "book").symlink_to(site)
    (folder / "thebe").symlink_to(thebe)
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """No lines between those of the tests."""


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Jupyter server as Binder starts it, in an empty folder; its address."""
    installed = importlib.util.find_spec("jupyter_server") is not None
    needed(installed, "the package jupyter-server is not installed")
    runtime, folder = tmp_path_factory.mktemp("runtime"), tmp_path_factory.mktemp("empty")
    options = {
        "IdentityProvider.token": TOKEN,
        "ServerApp.allow_origin": "*",
        "ServerApp.allow_root": "True",
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.open_browser": "False",
        "ServerApp.port": "0",
        "ServerApp.root_dir": str(folder),
    }
    command = [sys.executable, "-m", "jupyter_server"]
    command += [f"--{name}={value}" for name, value in options.items()]
    environment = os.environ | {"JUPYTER_RUNTIME_DIR": str(runtime)}
    with (runtime / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        info = until(lambda: next(runtime.glob("jpserver-*.json"), None), "server")
        yield json.loads(info.read_text())["url"]
    finally:
        server.terminate()
        server.wait(SECONDS)


def until(ask: Callable[[], Any], what: str) -> Any:
    """The first answer that is true."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"waited in vain for: {what}")


class Page:
    """A chapter in the browser, with the kernel of a server of ours."""

    def __init__(self, browser: webdriver.Chrome, address: str, page: str) -> None:
        self.browser = browser
        browser.get(f"{address}/book/{page}.html")

    def tell(self, **changes: Any) -> None:
        """Change what the page tells its script."""
        self.browser.execute_script(
            "const block = document.querySelector('.ltlib-live script');"
            "const {options, ...others} = arguments[0];"
            "const settings = JSON.parse(block.textContent);"
            "Object.assign(settings, others); Object.assign(settings.options, options);"
            "block.textContent = JSON.stringify(settings)",
            changes,
        )

    def button(self) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, ".ltlib-live button")

    def press(self) -> None:
        self.button().send_keys(Keys.ENTER)

    def status(self) -> str:
        return self.browser.find_element(By.CSS_SELECTOR, ".ltlib-live [role=status]").text

    def wait(self, status: str) -> None:
        until(lambda: self.status().startswith(status), status)

    def cell(self, start: str) -> WebElement:
        """The live cell whose code begins so."""
        cells = self.browser.find_elements(By.CSS_SELECTOR, ".cell:has(.thebe-cell)")
        (found,) = (cell for cell in cells if self.code(cell).startswith(start))
        return found

    def code(self, cell: WebElement) -> str:
        code: str = self.browser.execute_script(
            "return arguments[0].querySelector('.CodeMirror').CodeMirror.getValue()", cell
        )
        return code

    def run(self, cell: WebElement) -> None:
        cell.find_element(By.CSS_SELECTOR, ".thebe-run-button").send_keys(Keys.ENTER)
        self.wait("Done.")

    def write(self, cell: WebElement, code: str) -> None:
        """Replace the cell's code with the keyboard, and run it."""
        cell.find_element(By.CSS_SELECTOR, ".CodeMirror-lines").click()
        keys = ActionChains(self.browser)
        keys.key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys(code)
        keys.key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT).perform()
        self.wait("Done.")


def output(cell: WebElement) -> str:
    return cell.find_element(By.CSS_SELECTOR, ".ltlib-live-output").text.strip()


@pytest.fixture
def live(browser: webdriver.Chrome, address: str, jupyter: str, vader_corpus: Corpus) -> Page:
    """A chapter whose code runs."""
    opened = Page(browser, address, CHAPTER)
    opened.tell(script=f"{address}/thebe/index.js", options=server_at(jupyter))
    opened.press()
    opened.wait("Ready.")
    return opened


def server_at(url: str) -> dict[str, Any]:
    return {"serverSettings": {"baseUrl": url, "token": TOKEN}}


def test_thebe_is_the_file_that_pages_expect(site: Path, thebe: Path) -> None:
    digest = hashlib.sha384((thebe / "index.js").read_bytes()).digest()
    assert settings_of(site, CHAPTER)["integrity"] == f"sha384-{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize("page", PAGES)
def test_chapters_alone_can_run(site: Path, page: str) -> None:
    text = text_of(site, page)
    assert ('<div class="ltlib-live" hidden>' in text) == (page in CHAPTERS)
    assert ("live.js" in text) == ("live.css" in text) == (page in CHAPTERS)


@pytest.mark.parametrize("page", CHAPTERS)
def test_nothing_is_loaded_before_a_reader_asks(
    browser: webdriver.Chrome, address: str, page: str
) -> None:
    opened = Page(browser, address, page)
    until(lambda: browser.execute_script("return document.readyState") == "complete", "page")
    requested = browser.execute_script(REQUESTED)
    assert any(name.endswith("/_static/live.js") or "/live.js?" in name for name in requested)
    assert [name for name in requested if not name.startswith((address, "data:"))] == []
    assert opened.button().is_displayed() and opened.button().is_enabled()
    assert "smoke" in opened.status()


@pytest.mark.parametrize("page", CHAPTERS)
def test_what_runs_is_the_notebook_and_what_shows_is_the_page(
    browser: webdriver.Chrome, address: str, site: Path, page: str
) -> None:
    notebook = nbformat.read(ROOT / f"{page}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    cells = settings_of(site, page)["cells"]
    assert [cell["source"] for cell in cells] == [cell.source for cell in code]
    assert code[0].id == SETUP_ID and 'scale = "smoke"' in re.sub(r": \w+ =", " =", code[1].source)
    Page(browser, address, page)
    printed = browser.execute_script(
        "return [...document.querySelectorAll('.cell_input pre')].map(pre => pre.textContent)"
    )
    shown = [cell["source"] for cell in cells if not cell["hidden"]]
    assert [text.strip() for text in printed] == [text.strip() for text in shown]


@pytest.mark.parametrize("page", CHAPTERS)
def test_parameters_of_a_published_book_are_left_out(page: str) -> None:
    """They name folders of the machine that built it."""
    path = str(ROOT / f"{page}.ipynb")
    parameters = {"scale": "laptop", "results": "/there.parquet"}
    published = parameterize_notebook(load_notebook_node(path), parameters)
    assert "/there.parquet" in nbformat.writes(published)
    assert cells_to_run(published) == cells_to_run(load_notebook_node(path))


@pytest.mark.parametrize("page", CHAPTERS)
def test_binder_is_asked_for_what_the_button_at_the_top_asks(site: Path, page: str) -> None:
    asked = settings_of(site, page)["options"]["binderOptions"]
    assert asked["repoProvider"] == "github"
    launched = f"{asked['binderUrl']}/v2/gh/{asked['repo']}/{asked['ref']}?"
    assert f'href="{launched}' in text_of(site, page)


def test_binder_is_asked_for_a_repository_of_any_host() -> None:
    assert binder(Repository("https://github.com/a/b", "c")) == {
        "repoProvider": "github",
        "repo": "a/b",
        "ref": "c",
    }
    elsewhere = "https://example.org/a/b"
    assert binder(Repository(elsewhere, "c"))["repoProvider"] == "git"
    assert binder(Repository(elsewhere, "c"))["repo"] == elsewhere


@pytest.mark.parametrize("failure", ["no Thebe", "another Thebe", "no server", "no Binder"])
def test_a_failure_is_said_and_the_page_stays(
    browser: webdriver.Chrome, address: str, thebe: Path, failure: str
) -> None:
    page = Page(browser, address, CHAPTER)
    whole = (thebe / "index.js").read_bytes()
    (thebe / "another.js").write_bytes(whole + b";")
    script = {"no Thebe": "missing.js", "another Thebe": "another.js"}.get(failure, "index.js")
    binder = {"binderOptions": {"binderUrl": CLOSED, "repo": "a/b"}}
    options = binder if failure == "no Binder" else server_at(CLOSED)
    page.tell(script=f"{address}/thebe/{script}", options=options)
    article = "return document.querySelector('article').innerHTML.split('</script>')[1]"
    before = browser.execute_script(article)
    page.press()
    until(lambda: "The page stays as it was." in page.status(), "failure")
    at_fault = "program" if "Thebe" in failure else "machine"
    assert at_fault in page.status() and page.status().count(".") == 2
    assert browser.execute_script(article) == before
    assert page.button().is_enabled() and page.button().text == "Run this page’s code"


def test_a_cell_is_changed_and_run(live: Page) -> None:
    cell = live.cell("from ltlib import InputError")
    assert output(cell) == ""
    live.run(cell)
    assert output(cell).startswith("corpus vader at smoke scale: products")
    live.write(cell, "print(6*7, corpus, scale)")
    assert output(cell) == "42 vader smoke"
    printed = cell.find_element(By.CSS_SELECTOR, ":scope > .cell_output")
    assert printed.text.startswith("corpus vader"), "what was printed stays"


def test_cells_above_run_first_and_controls_recompute(live: Page) -> None:
    """Hidden cells too: this one takes the figures that one of them imports."""
    cell = live.cell("pairs = apart.words")
    cell.find_element(By.CSS_SELECTOR, "summary").click()  # its code is folded
    live.run(cell)
    assert output(live.cell("from ltlib import kl")).startswith("KL(products")
    images = "return arguments[0].querySelector('.ltlib-live-output img.widget-image')?.src"
    before = until(lambda: live.browser.execute_script(images, cell), "picture")
    menu = Select(cell.find_element(By.CSS_SELECTOR, ".ltlib-live-output select"))
    assert [option.text for option in menu.options] == [
        f"{one} and {other}"
        for one, other in combinations(["products", "movies", "editorials", "tweets"], 2)
    ]
    menu.select_by_visible_text("editorials and tweets")
    until(lambda: live.browser.execute_script(images, cell) != before, "another picture")
    charts = "return document.querySelectorAll('figure .ltlib-chart canvas').length"
    assert live.browser.execute_script(charts) == 1, "the chart of the page stays"


def test_an_error_is_shown_and_the_cells_below_wait(live: Page) -> None:
    cell = live.cell("from ltlib import InputError")
    cell.find_element(By.CSS_SELECTOR, ".CodeMirror-lines").click()
    live.browser.execute_script(
        "arguments[0].querySelector('.CodeMirror').CodeMirror.setValue('corpse')", cell
    )
    live.press()
    live.wait("Stopped: a cell failed")
    assert "NameError: name 'corpse' is not defined" in output(cell)
    assert output(live.cell("from ltlib import figures, unigram_distribution")) == ""


def test_live_cells_are_accessible(live: Page) -> None:
    live.press()
    live.wait("Done.")
    for theme in ("light", "dark"):
        live.browser.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
        time.sleep(0.5)  # colours pass over
        assert violations(live.browser, ".ltlib-live", ".cell:has(.thebe-cell)") == []


def test_the_keyboard_leaves_an_editor(live: Page) -> None:
    cell = live.cell("from ltlib import InputError")
    cell.find_element(By.CSS_SELECTOR, ".CodeMirror-lines").click()
    inside = "return Boolean(document.activeElement.closest('.CodeMirror'))"
    assert live.browser.execute_script(inside)
    before = live.code(cell)
    ActionChains(live.browser).send_keys(Keys.TAB).perform()
    assert not live.browser.execute_script(inside)
    assert live.code(cell) == before


def test_on_paper_there_is_no_button(browser: webdriver.Chrome, address: str) -> None:
    page = Page(browser, address, CHAPTER)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not page.button().is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert page.button().is_displayed()


def test_who_leaves_the_page_leaves_no_kernel(live: Page, jupyter: str, address: str) -> None:
    def kernels() -> list[str]:
        with urllib.request.urlopen(f"{jupyter}api/kernels?token={TOKEN}") as answer:
            return [kernel["id"] for kernel in json.load(answer)]

    assert kernels()
    live.browser.get(f"{address}/book/index.html")
    until(lambda: not kernels(), "end of the kernel")
