"""The code of a chapter, run in its page with a kernel of a server on this machine."""

import base64
import functools
import hashlib
import http.server
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from ltlib.corpus import Corpus
from ltlib.publishing import Repository
from tests.pages import CHAPTERS, PAGES, ROOT, text_of

CHAPTER = "notebooks/02_jsd"
TOKEN = "of-this-test"
SECONDS = 60
ELSEWHERE = (
    "return performance.getEntriesByType('resource').map(entry => entry.name)"
    ".filter(name => !name.startsWith(location.origin) && !name.startsWith('data:'))"
)


def settings_of(site: Path, page: str) -> dict[str, Any]:
    """What the page tells its script."""
    (stated,) = re.findall(
        r'<div class="ltlib-live".*?<script type="application/json">(.*?)</script>',
        text_of(site, page),
        re.DOTALL,
    )
    settings: dict[str, Any] = json.loads(stated)
    return settings


def needed(there: bool, what: str) -> None:
    """Skip the test where something is missing; fail it where CI runs it."""
    if not there:
        message = f"NO CODE WAS RUN IN A PAGE: {what}"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


@pytest.fixture(scope="module")
def thebe(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of Thebe's files, of the version that pages load, from npm's registry."""
    needed(shutil.which("npm") is not None, "npm is not installed")
    folder = tmp_path_factory.mktemp("thebe")
    package = re.findall(r"/npm/(thebe@[\d.]+)/", settings_of(site, CHAPTER)["script"])[0]
    packed = subprocess.run(["npm", "pack", package], cwd=folder, capture_output=True, check=False)
    needed(packed.returncode == 0, f"npm pack {package} failed: {packed.stderr.decode()[-300:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package" / "lib"


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

    def press(self) -> None:
        self.browser.find_element(By.CSS_SELECTOR, ".ltlib-live button").send_keys(Keys.ENTER)

    def status(self) -> str:
        return self.browser.find_element(By.CSS_SELECTOR, ".ltlib-live [role=status]").text

    def wait(self, status: str) -> None:
        WebDriverWait(self.browser, SECONDS, 0.1).until(
            lambda _: self.status().startswith(status), message=f"status: {self.status()}"
        )

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

    def write(self, cell: WebElement, code: str) -> None:
        """Replace the cell's code with the keyboard, and run it."""
        cell.find_element(By.CSS_SELECTOR, ".CodeMirror-lines").click()
        keys = ActionChains(self.browser)
        keys.key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys(code)
        keys.key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT).perform()


def output(cell: WebElement) -> str:
    return cell.find_element(By.CSS_SELECTOR, ".ltlib-live-output").text.strip()


@pytest.fixture
def page(browser: webdriver.Chrome, address: str, jupyter: str, vader_corpus: Corpus) -> Page:
    """A chapter, live."""
    opened = Page(browser, address, CHAPTER)
    opened.tell(
        script=f"{address}/thebe/index.js",
        options={"serverSettings": {"baseUrl": jupyter, "token": TOKEN}},
    )
    opened.press()
    opened.wait("Done.")
    return opened


def test_thebe_is_the_file_that_pages_expect(site: Path, thebe: Path) -> None:
    digest = hashlib.sha384((thebe / "index.js").read_bytes()).digest()
    assert settings_of(site, CHAPTER)["integrity"] == f"sha384-{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize("page_name", PAGES)
def test_chapters_alone_can_run(site: Path, page_name: str) -> None:
    assert ("ltlib-live" in text_of(site, page_name)) == (page_name in CHAPTERS)


def test_edit_and_run(page: Page) -> None:
    cell = page.cell("from ltlib import InputError")
    assert output(cell) == ""
    page.write(cell, "print(6*7, corpus, scale)")
    until(lambda: output(cell) == "42 vader smoke", "output")
