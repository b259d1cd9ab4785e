"""Results are opened alike from a published table and from runs made here."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import ltlib
from ltlib.data.corpus import Corpus
from ltlib.protocol import Protocol
from ltlib.runs import opened as module
from tests.support.refusals import assert_refused
from tests.support.results_table import falling, results_table

DOMAINS = ("books", "music", "garden")
TABLE = results_table(falling, DOMAINS, rounds=4, replicates=2).assign(
    protocol='{"rounds": 6, "dropout": 0.25}', corpus="shelf"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    TABLE.to_parquet(tmp_path / "table.parquet")
    return tmp_path / "table.parquet"


def test_a_published_table_is_all_that_is_needed(path: Path) -> None:
    opened = ltlib.open_results(path, corpus="nowhere", scale="none")
    assert opened.origin == f"published results: {len(TABLE)} runs on shelf"
    assert opened.corpus is None
    assert opened.protocol == Protocol(rounds=6, dropout=0.25)
    assert opened.last_round == 4, "of what is there, whatever was planned"
    pd.testing.assert_frame_equal(opened.run("all"), TABLE)
    pd.testing.assert_frame_equal(opened.run("transfer"), TABLE)
    obtained = opened.run("obtain")
    pd.testing.assert_frame_equal(obtained, TABLE[TABLE["experiment"] == "obtain"])


def test_domains_keep_tickets_and_the_transfers_between_them(path: Path) -> None:
    table = ltlib.open_results(path, domains=["garden", "books"]).run("all")
    pairs = set(zip(table["source"], table["target"], strict=True))
    assert pairs == {(s, t) for s in ("garden", "books") for t in ("garden", "books")}
    kept = [
        row for row in TABLE.to_dict("records") if "music" not in (row["source"], row["target"])
    ]
    assert len(table) == len(kept)


def test_runs_are_made_as_asked(
    vader_corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[object, ...]] = []

    def run(corpus: Corpus, protocol: Protocol, experiment: str, **rest: object) -> pd.DataFrame:
        asked.append((corpus.hash, protocol, experiment, rest))
        return TABLE.assign(target="movies")

    monkeypatch.setattr(module, "run", run)
    opened = ltlib.open_results(
        "", "vader", "smoke", ["movies", "tweets"], seed=3, store=tmp_path, workers=2
    )
    assert opened.origin == "corpus vader at smoke scale, seed 3"
    assert opened.corpus is not None and opened.published is None
    assert opened.last_round == opened.protocol.rounds == Protocol.smoke().rounds
    assert asked == [], "nothing trains before it is asked for"
    opened.run("transfer")
    rest = {"domains": ["movies", "tweets"], "seed": 3, "store": tmp_path, "workers": 2}
    assert asked == [(vader_corpus.hash, Protocol.smoke(), "transfer", rest)]


def test_a_live_run_has_the_rows_of_its_experiment(vader_corpus: Corpus, tmp_path: Path) -> None:
    opened = ltlib.open_results(domains=["movies"], store=tmp_path, workers=1)
    table = opened.run("obtain")
    assert set(table["source"]) == {"movies"} and set(table["experiment"]) == {"obtain"}
    assert table["round"].max() == opened.last_round
    assert set(table["test_reviews"]) == {len(vader_corpus.splits["movies"].test)}


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "no table": (lambda path: ltlib.open_results(path / "no.parquet"), "not found"),
    "no such domain published": (
        lambda path: ltlib.open_results(path / "table.parquet", domains=["films"]),
        "table.parquet: domain 'films' is not there; there are books, music, garden",
    ),
    "no such domain": (lambda _: ltlib.open_results(domains=["films"]), "films.*products"),
    "no such scale": (lambda _: ltlib.open_results(scale="huge"), "huge"),
    "no such corpus": (lambda _: ltlib.open_results(corpus="nothing"), "nothing"),
}


@pytest.mark.usefixtures("vader_corpus")
@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_line(name: str, path: Path) -> None:
    act, message = BAD[name]
    assert_refused(lambda: act(path.parent), message)
