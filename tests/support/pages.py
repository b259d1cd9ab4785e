"""Pages of the book, and how tests build and open them; the fixtures are in `conftest`."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from book.tools.build import copy_sources
from book.tools.pages import TICKETS, render
from ltlib.figures.explorable import WIDGET
from tests.support.project import ROOT

PAGES = [
    "book/intro",
    "book/ticket",
    "notebooks/01_data",
    "notebooks/03_obtaining_tickets",
    "notebooks/09_inside_tickets",
    "book/ask",
    "notebooks/04_transferring_tickets",
    "notebooks/02_jsd",
    "notebooks/05_discussion",
    "notebooks/08_readings",
    "notebooks/07_published",
    "notebooks/06_training",
    "book/protocol",
    "book/checklist",
    "book/corpora",
    "book/cluster",
    "book/glossary",
    "book/related_work",
    "book/bibliography",
]
PUBLISHED_TICKETS = ROOT / "results" / "vader-laptop.tickets"
HEAVIEST = 3_000_000  # bytes of a page, everything included
CHAPTERS = [page for page in PAGES if page.startswith("notebooks/")]


def build(source: Path) -> Path:
    """The folder of the pages, built from the stored notebooks and published tickets in the new
    folder `source`.

    Warnings are errors. Controls are stored as a live notebook stores them.
    """
    source.mkdir()
    copy_sources(ROOT, source)
    shutil.copytree(PUBLISHED_TICKETS, source / TICKETS)
    for path in (source / "notebooks").glob("*.ipynb"):
        path.write_text(json.dumps(with_widgets(json.loads(path.read_text()))))
    return render(source).parent


def with_widgets(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with a widget beside the picture of every cell that explores."""
    for cell in notebook["cells"]:
        if cell["id"] == "explore":
            view = {"version_major": 2, "version_minor": 0, "model_id": "0" * 32}
            cell["outputs"][0]["data"][WIDGET] = view
    return notebook


def open_browser(profile: Path) -> webdriver.Chrome:
    """A headless Chromium; without one the test is skipped, and fails where CI runs it."""
    driver = shutil.which("chromedriver")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if driver is None or program is None:
        message = "NO PAGE OF THE BOOK WAS OPENED: chromium and chromedriver are not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={profile}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no other network
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


def open_page(browser: webdriver.Chrome, site: Path, page: str, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    browser.get((site / f"{page}.html").as_uri())


def text_of(site: Path, page: str) -> str:
    return (site / f"{page}.html").read_text(encoding="utf-8")
