"""The claim card of a book made from a published table: it says what `ltlib claims` says."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from book.tools.build import copy_sources
from book.tools.notebooks import execute_notebook
from book.tools.pages import render
from ltlib.figures.finding import finding
from ltlib.results.baselines import baselines_beside
from ltlib.results.finding import finding as finding_in_words
from ltlib.results.table import read_table
from ltlib.results.words import in_points
from tests.support.pages import ROOT

RESULTS = ROOT / "results" / "vader-laptop.parquet"
MARKS = {"holds": "✓", "fails": "✗", "undecided": "?", "not measured": "·"}


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The front page of a book whose discussion took the published table."""
    source = tmp_path_factory.mktemp("book") / "source"
    source.mkdir()
    copy_sources(ROOT, source)
    execute_notebook(source / "notebooks" / "05_discussion.ipynb", {"results": str(RESULTS)})
    page = render(source).with_name("book") / "intro.html"
    text = page.read_text(encoding="utf-8").replace("../_images/", f"{page.parents[1]}/_images/")
    return text[text.index("<h1") : text.index('id="what-you-will-read"')]


@pytest.fixture(scope="module")
def verdicts() -> list[dict[str, Any]]:
    """What the command says of the same table."""
    command = [sys.executable, "-m", "ltlib", "claims", "--results", str(RESULTS), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def plain(markup: str) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", "", markup))
    return " ".join(text.split())


def test_the_card_carries_the_verdicts(card: str, verdicts: list[dict[str, Any]]) -> None:
    rows = re.findall(r"<tr>(<td.*?)</tr>", card)
    cells = [[plain(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]
    primary = [row for row in verdicts if row["primary"]]
    assert len(primary) == 10
    assert cells == [
        [
            row["statement"],
            f"{MARKS[row['verdict']]} {row['verdict']}"
            + (f": {row['side']}" if row["side"] else ""),
            "–" if row["estimate"] is None else in_points(row["estimate"]),
        ]
        for row in primary
    ]
    assert re.search(r"<caption>[^<]{20,}</caption>", card)


def test_the_card_counts_the_verdicts(card: str, verdicts: list[dict[str, Any]]) -> None:
    words = [row["verdict"] for row in verdicts]
    counts = [words.count(word) for word in ("holds", "fails", "undecided", "not measured")]
    said = re.search(
        r"makes (\d+) claims .* Here (\d+) of them held, (\d+) failed, (\d+) stayed undecided, "
        r"(\d+) could not be measured",
        plain(card),
    )
    assert said is not None
    assert [int(number) for number in said.groups()] == [len(words), *counts]
    table = read_table(RESULTS)
    assert f"replicates: {table['replicate'].nunique()}," in plain(card)
    assert f"rounds of pruning: {table['round'].max()})" in plain(card)
    times = len(table[["seed", "replicate"]].drop_duplicates())
    sure = f"How sure is that? Every experiment was made {times} times, {len(table):,} trained"
    assert sure in plain(card)
    assert all(domain in plain(card) for domain in table["source"].unique())


def test_what_was_found_is_told_first(card: str, verdicts: list[dict[str, Any]]) -> None:
    table = read_table(RESULTS)
    claims = pd.DataFrame(verdicts).set_index("id", drop=False)
    for sentence in finding_in_words(table, claims).values():
        assert plain(card).index(sentence.replace("\u00a0", " ")) < plain(card).index(
            "The verdicts"
        )


def test_the_cards_figure_is_the_runs_and_is_described(card: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", card, re.DOTALL)
    assert len(figures) == 1
    picture = re.search(r'<img alt="([^"]{40,})" src="([^"]+)"', figures[0])
    assert picture is not None
    assert (
        Path(picture[2]).read_bytes()
        == finding(read_table(RESULTS), baselines_beside(RESULTS)).png()
    )
    assert re.search(r'caption-number">Fig. \d+ ?</span>.*caption-text">\w', figures[0], re.DOTALL)


def test_the_card_says_how_to_cite(card: str) -> None:
    folded = plain(card[card.index("<details") : card.index("</details>")])
    entry = folded[folded.index("@inproceedings{desai2019evaluating") :]
    assert entry.index("doi = {10.18653/v1/D19-6117}") < 400
    assert entry[: entry.index("This companion")].count("{") == entry.count("}")
    assert "repository-code:" in entry
