"""Published tables side by side, against loops over each of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.results.claims import judged
from ltlib.results.published import VERDICTS, overview, published_tables, tables_beside
from tests.support.results_table import falling, results_table

TABLES = {
    "small": results_table(falling, ("books", "music"), rounds=3, replicates=2),
    "large": results_table(falling, ("cds", "films", "home"), rounds=5, replicates=4).assign(
        corpus="other", corpus_hash="1" * 64
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, table in TABLES.items():
        table.to_parquet(tmp_path / f"{name}.parquet")
    (tmp_path / "README.md").write_text("no table")
    return tmp_path


def test_every_table_of_the_folder_appears(folder: Path) -> None:
    found = published_tables(folder)
    assert list(found) == ["large", "small"]
    for name, table in found.items():
        pd.testing.assert_frame_equal(table, TABLES[name])


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no results tables.*ltlib export"):
        published_tables(tmp_path)
    with pytest.raises(InputError, match="none: holds no results tables"):
        published_tables(tmp_path / "none")


def test_tables_that_go_with_others_are_found_where_there_are_some(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = folder / "choices"
    assert tables_beside(str(folder), "choices") == {}
    beside.mkdir()
    with pytest.raises(InputError, match="choices: holds no results tables"):
        tables_beside(str(folder), "choices")
    TABLES["small"].to_parquet(beside / "small-more.parquet")
    assert list(tables_beside(str(folder), "choices")) == ["small-more"]
    monkeypatch.chdir(folder)
    assert tables_beside("", "choices") == {}, "no folder was named"


def test_what_is_no_table_is_refused_by_name(folder: Path) -> None:
    TABLES["small"].drop(columns="round").to_parquet(folder / "worn.parquet")
    with pytest.raises(InputError, match=r"worn\.parquet: column 'round' is missing"):
        published_tables(folder)


def test_the_overview_counts_what_each_table_holds() -> None:
    rows = overview(TABLES).set_index("table")
    for name, table in TABLES.items():
        row = rows.loc[name]
        assert row["runs"] == len(table)
        assert row["domains"] == ", ".join(sorted(set(table["source"])))
        assert (row["replicates"], row["rounds"]) == ((2, 3) if name == "small" else (4, 5))
        full = [r for r in table.to_dict("records") if r["strategy"] == "full-model"]
        assert row["full model"] == pytest.approx(np.mean([r["test_accuracy"] for r in full]))
        words = list(judged(table)["verdict"])
        assert [row[word] for word in VERDICTS] == [words.count(word) for word in VERDICTS]


def test_a_table_of_unpruned_networks_has_its_full_model() -> None:
    table = TABLES["small"]
    dense = table[table["strategy"] == "full-model"]
    (row,) = overview({"dense": dense}).to_dict("records")
    assert row["full model"] == pytest.approx(dense["test_accuracy"].mean())
    assert (row["runs"], row["rounds"]) == (len(dense), 0)


def test_a_full_model_counts_once_however_far_its_chain_went() -> None:
    table = TABLES["large"]
    table = table[(table["source"] == "films") | (table["round"] == 0)]
    dense = table[table["strategy"] == "full-model"]
    (row,) = overview({"cut": table}).to_dict("records")
    assert row["full model"] == pytest.approx(dense["test_accuracy"].mean())
