"""A reader explores the built book: every control and mark, against the published results."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from selenium import webdriver

from book.tools.build import build_book
from ltlib.data.corpus import Corpus
from ltlib.results.atlas import LETTERS, Atlas, atlas_beside
from ltlib.results.evidence import transfer_evidence
from ltlib.results.quantities import transition_sparsity
from tests.support.charts_in_page import ChartInPage
from tests.support.pages import CHAPTERS, HEAVIEST, ROOT, open_page
from tests.support.visits import served, visit

RESULTS = ROOT / "results" / "vader-laptop.parquet"


DARK = "invert(1) hue-rotate(180deg)"
NAMES = (  # of a page's explorable figures
    "return [...document.querySelectorAll('.ltlib-explorable')].map(e =>"
    " e.closest('.cell').previousElementSibling.querySelector('figure').id)"
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, vader_corpus: Corpus) -> Path:
    """The folder of the pages, built from published results as `make book RESULTS=…` does."""
    assert vader_corpus.domains, "fetched, so that chapters find it"
    return build_book(
        ROOT, tmp_path_factory.mktemp("published"), "laptop", "vader", str(RESULTS), 0
    ).parent


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_parquet(RESULTS)


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return atlas_beside(RESULTS)


def chart(browser: webdriver.Chrome, book: Path, page: str, name: str) -> ChartInPage:
    open_page(browser, book, f"notebooks/{page}", 1280)
    return ChartInPage(browser, name)


def runs(table: pd.DataFrame, **names: object) -> np.ndarray:
    """Test accuracies of the rows that `names` select."""
    chosen = np.ones(len(table), dtype=bool)
    for column, value in names.items():
        chosen &= (table[column] == value).to_numpy()
    return table.loc[chosen, "test_accuracy"].to_numpy()


def test_the_sparsity_slider(browser: webdriver.Chrome, book: Path, table: pd.DataFrame) -> None:
    shown = chart(browser, book, "03_obtaining_tickets", "fig-accuracies-at")
    for r in (5, 14, 0):
        shown.slide("Round", r)
        dots = shown.marks("symbol")
        assert len(dots) == 4 * (4 if r else 3), "the control has no round 0"
        for dot in dots:
            seen = dot["datum"]
            full = r == 0 or seen["strategy"] == "full-model"  # what both tickets are at round 0
            chosen = {"strategy": "full-model" if full else seen["strategy"]}
            chosen |= {"round": 0 if full else r}
            found = runs(table, experiment="obtain", source=seen["domain"], **chosen)
            assert len(found) == 5 == seen["replicates"]
            assert seen["mean"] == pytest.approx(found.mean())
        sparsity = table.loc[table["round"] == r, "sparsity"].max()
        assert f"{sparsity:.3%}" in shown.title()
    said = shown.hover(dots[-1])
    for word in (dots[-1]["datum"]["domain"], f"{found.mean():.2%}", f"{found.std(ddof=1):.2%}"):
        assert word in said


@pytest.mark.parametrize(
    ("source", "target", "values", "click"),
    [("tweets", "movies", "random", False), ("movies", "products", "reset", True)],
)
def test_the_map_of_transfers(
    browser: webdriver.Chrome, book: Path, table: pd.DataFrame, atlas: Atlas,
    source: str, target: str, values: str, click: bool,
) -> None:  # fmt: skip
    shown = chart(browser, book, "04_transferring_tickets", "fig-transfer-map")
    shown.choose("Values", values)
    shown.slide("Round", 12)
    cell = {(m["datum"]["source"], m["datum"]["target"]): m for m in shown.marks("rect")}
    assert len(cell) == 12
    for task, mark in cell.items():
        lost = [
            runs(table, source=a, target=task[1], strategy=strategy, round=12).mean()
            for a, strategy in ((task[0], f"masks-{values}"), (task[1], "ticket-reset"))
        ]
        assert mark["datum"]["difference"] == pytest.approx(100 * (lost[0] - lost[1]))
    if click:
        shown.click(cell[source, target])
    else:
        shown.choose("Task", f"{source} → {target}")
    dots = shown.marks("symbol")
    assert len(dots) == 2 * 15 + 14, "and the control, which has no round 0"
    for dot in dots:
        seen = dot["datum"]
        if seen["strategy"] == "masks-shuffled":
            found = runs(table, source=target, target=target, strategy="masks-shuffled",
                         round=seen["round"])  # fmt: skip
        elif seen["strategy"] == "ticket-target":
            own = "ticket-reset" if seen["round"] else "full-model"
            found = runs(table, source=target, target=target, strategy=own, round=seen["round"])
        else:
            assert seen["strategy"] == f"masks-{values}"
            found = runs(table, source=source, target=target, strategy=seen["strategy"],
                         round=seen["round"])  # fmt: skip
        assert seen["mean"] == pytest.approx(found.mean())
        assert seen["deviation"] == pytest.approx(found.std(ddof=1))
    nats = atlas.divergence.set_index(["source", "target"])["nats"][source, target]
    assert f"{source} → {target}: JSD {nats:.3f} nats" in shown.title()
    mean = transfer_evidence(table, source, target, f"masks-{values}").estimate
    assert f"{100 * abs(mean):.1f}" in shown.title()
    assert f"{dots[-1]['datum']['mean']:.2%}" in shown.hover(dots[-1])


def cells(shown: ChartInPage) -> list[dict[str, object]]:
    return [datum for datum in shown.data("rect") if "fate" in datum]


def alive(atlas: Atlas, domain: str, layer: str, round_: int) -> int:
    fates = atlas.masks.query("domain == @domain and layer == @layer")["fates"]
    return sum(LETTERS.index(letter) >= round_ for row in fates for letter in row)


def test_the_mask_explorer(browser: webdriver.Chrome, book: Path, atlas: Atlas) -> None:
    shown = chart(browser, book, "09_inside_tickets", "fig-masks")
    shown.choose("Domain", "tweets")
    shown.choose("Layer", "hidden")
    for r in (3, 9):
        shown.slide("Round", r)
        found = sum(cell["alive"] == "survives" for cell in cells(shown))
        assert found == alive(atlas, "tweets", "hidden", r)
    place = next(
        mark for mark in shown.marks("rect")
        if mark["datum"].get("layer") == "embedding" and mark["datum"].get("round") == 4
    )  # fmt: skip
    shown.click(place)
    assert "embedding, round 4" in shown.title()
    found = sum(cell["alive"] == "survives" for cell in cells(shown))
    assert found == alive(atlas, "tweets", "embedding", 4)
    row = atlas.layers.query("domain == 'tweets' and layer == 'embedding' and round == 4").iloc[0]
    assert f"{row['survivors']:,}" in shown.hover(place)


def test_the_subword_explorer(browser: webdriver.Chrome, book: Path, atlas: Atlas) -> None:
    shown = chart(browser, book, "09_inside_tickets", "fig-subwords")
    for domain, r in (("tweets", 9), ("movies", 2)):
        shown.choose("Domain", domain)
        shown.slide("Round", r)
        listed = atlas.subwords.query("domain == @domain and round == @r")
        seen = {(d["piece"], d["ticket"]): d["kept"] for d in shown.data("symbol")}
        assert seen == {
            (row["piece"], ticket): kept
            for row in listed.to_dict("records")
            for ticket, kept in zip(atlas.domains, row["kept"], strict=True)
        }
    dot = shown.marks("symbol")[0]
    assert dot["datum"]["piece"] in shown.hover(dot)


def test_the_threshold_of_the_transition(
    browser: webdriver.Chrome, book: Path, table: pd.DataFrame
) -> None:
    shown = chart(browser, book, "05_discussion", "fig-transition-at")
    for threshold in (0.5, 1, 4):
        shown.slide("Points that count", threshold)
        rings = {d["domain"]: d["sparsity"] for d in shown.data("symbol") if "start" in d}
        starts = {
            d: transition_sparsity(table, d, threshold / 100) for d in table["source"].unique()
        }
        expected = {d: s for d, s in starts.items() if s == s}
        assert rings == pytest.approx(expected)
        assert bool(expected) == (threshold < 1), "no domain's lead is that large"


def test_lengths_and_words_of_chosen_domains(browser: webdriver.Chrome, book: Path) -> None:
    lengths = chart(browser, book, "01_data", "fig-lengths-by-label")
    lengths.choose("Domain", "tweets")
    assert {datum["domain"] for datum in lengths.data("rect")} == {"tweets"}
    assert "tweets" in lengths.hover(lengths.marks("rect")[0])
    words = chart(browser, book, "02_jsd", "fig-terms")
    words.choose("Domains", "movies and tweets")
    bars = words.marks("rect")
    assert len(bars) == 20
    assert {(b["datum"]["first"], b["datum"]["second"]) for b in bars} == {("movies", "tweets")}
    assert ("▁film" in {b["datum"]["piece"] for b in bars}) and "tweets" in words.title()
    assert bars[0]["datum"]["piece"] in words.hover(bars[0])


def test_tricks_by_round(browser: webdriver.Chrome, book: Path) -> None:
    shown = chart(browser, book, "06_training", "fig-waterfall")
    shown.choose("Round", 10)
    assert {datum["round"] for datum in shown.data("rect")} == {10}
    assert "survivors alone" in {datum["stage"] for datum in shown.data("rect")}


def test_published_tables(browser: webdriver.Chrome, book: Path, table: pd.DataFrame) -> None:
    shown = chart(browser, book, "07_published", "fig-published")
    shown.choose("Table", "vader-laptop")
    shown.choose("Strategy", "ticket-random")
    dots = shown.data("symbol")
    assert len(dots) == 4 * 15
    for seen in dots:
        strategy = "ticket-random" if seen["round"] else "full-model"
        found = runs(table, source=seen["domain"], strategy=strategy, round=seen["round"])
        assert seen["mean"] == pytest.approx(found.mean())


def test_pages_of_published_results_are_light_and_quiet(
    browser: webdriver.Chrome, book: Path
) -> None:
    with served(book) as home:
        for page in CHAPTERS:
            seen = visit(browser, f"{home}{page}.html", "light", 1280)
            assert 1_000_000 < seen.weight < HEAVIEST, page
            assert not [*seen.console, *seen.failed, *seen.foreign], page


@pytest.mark.parametrize("page", ["09_inside_tickets", "04_transferring_tickets"])
def test_charts_are_described_and_reached_by_keyboard(
    browser: webdriver.Chrome, book: Path, page: str
) -> None:
    open_page(browser, book, f"notebooks/{page}", 1280)
    names = browser.execute_script(NAMES)
    assert names
    for name in names:
        shown = ChartInPage(browser, name)
        assert browser.execute_script(
            "const f = arguments[0], c = f.querySelector('canvas'), i = f.querySelector('img');"
            "return c.getAttribute('aria-label') === i.alt && i.alt.length > 20 &&"
            " i.closest('[hidden]') !== null &&"
            " [...f.querySelectorAll('input, select')]"
            ".every(e => e.labels.length && e.tabIndex >= 0)",
            shown.figure,
        )


@pytest.mark.parametrize("page", CHAPTERS)
def test_on_a_phone_charts_are_narrower_and_not_cut(
    browser: webdriver.Chrome, book: Path, page: str
) -> None:
    open_page(browser, book, page, 360)
    names = browser.execute_script(NAMES)
    for name in names:
        shown = ChartInPage(browser, name)
        drawn, room = browser.execute_script(
            "const place = arguments[0].querySelector('.ltlib-chart');"
            "return [place.querySelector('canvas').offsetWidth, place.clientWidth]",
            shown.figure,
        )
        assert drawn <= room, name


def test_charts_stand_on_the_ground_of_the_page_in_the_dark(
    browser: webdriver.Chrome, book: Path
) -> None:
    shown = chart(browser, book, "05_discussion", "fig-transition-at")
    look = (
        "document.documentElement.dataset.theme = arguments[1];"
        "const drawing = arguments[0].querySelector('canvas');"
        "return [drawing.getContext('2d').getImageData(1, 1, 1, 1).data[3],"
        " getComputedStyle(drawing).filter]"
    )
    assert browser.execute_script(look, shown.figure, "light") == [0, "none"]
    assert browser.execute_script(look, shown.figure, "dark") == [0, DARK]
