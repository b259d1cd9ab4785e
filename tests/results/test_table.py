"""The results table: how it is read, and how large the test sets were."""

from pathlib import Path

import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.results.published import published_tables
from ltlib.results.table import COLUMNS, check_table, in_order, read_table, smallest_test_set
from tests.support.project import ROOT
from tests.support.refusals import assert_refused
from tests.support.results_table import falling, results_table

TABLE = results_table(falling)
PUBLISHED = published_tables(ROOT / "results")


def test_a_table_from_before_the_column_is_read_with_the_column_empty(tmp_path: Path) -> None:
    path = tmp_path / "old.parquet"
    TABLE.drop(columns="test_reviews").to_parquet(path)
    table = read_table(path)
    assert list(table.columns) == COLUMNS
    assert table["test_reviews"].isna().all() and str(table["test_reviews"].dtype) == "Int64"
    pd.testing.assert_frame_equal(
        table.drop(columns="test_reviews"), TABLE.drop(columns="test_reviews")
    )
    assert smallest_test_set(table) is None


@pytest.mark.parametrize("kind", ["int64", "float64", "Int64"])
def test_sizes_are_whole_numbers_however_they_were_written(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "table.parquet"
    TABLE.astype({"test_reviews": kind}).to_parquet(path)
    pd.testing.assert_frame_equal(read_table(path), TABLE)


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_what_cannot_be_read_is_refused_by_name(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"table{ending}"
    said = rf"^{path}: is not a (Parquet table|table of comma-separated values) \("
    for content in (b"", b"\xff\xfe\x00"):
        path.write_bytes(content)
        assert_refused(lambda: read_table(path), said)

    def unreadable(*args: object, **options: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(pd, "read_parquet", unreadable)
    monkeypatch.setattr(pd, "read_csv", unreadable)
    assert_refused(lambda: read_table(path), said)
    assert_refused(lambda: read_table(tmp_path), "results table not found")


@pytest.mark.parametrize("sizes", [[800, None], [None, None], [800, 400], []])
def test_rows_with_and_without_sizes_make_a_table(sizes: list[int | None]) -> None:
    rows = [
        {"round": round_} | ({} if size is None else {"test_reviews": size})
        for round_, size in enumerate(sizes)
    ]
    table = in_order(rows)
    assert str(table["test_reviews"].dtype) == "Int64"
    assert [None if pd.isna(size) else size for size in table["test_reviews"]] == sizes


def test_rows_are_in_order_however_they_were_stored() -> None:
    rows = TABLE.sample(frac=1, random_state=0).to_dict("records")
    table = in_order({str(name): value for name, value in row.items()} for row in rows)
    by = ["experiment", "source", "target", "strategy", "round", "replicate", "seed"]
    runs = list(table[by].itertuples(index=False, name=None))
    assert runs == sorted(tuple(row[name] for name in by) for row in rows)
    assert list(table.index) == list(range(len(rows)))


def test_the_smallest_test_set_is_known_when_all_are() -> None:
    sizes = TABLE["target"].map({"books": 800, "music": 528}).astype("Int64")
    assert smallest_test_set(TABLE.assign(test_reviews=sizes)) == 528
    assert smallest_test_set(TABLE) == 800
    gap = sizes.mask(TABLE.index == 3)
    assert smallest_test_set(TABLE.assign(test_reviews=gap)) is None


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_accuracies_count_whole_reviews(name: str) -> None:
    """Right answers are counted: an accuracy times the reviews it is of is a whole number."""
    table = PUBLISHED[name]
    right = table["test_accuracy"] * table["test_reviews"].astype(float)
    assert (abs(right - right.round()) < 1e-6).all(), "a size that is unknown counts as wrong"
    shares = {
        target: (rows["test_accuracy"] * (rows["test_reviews"].astype(float) / 2) % 1 > 0.25).any()
        for target, rows in table.groupby("target")
    }
    assert all(shares.values()), "and no smaller number would do: half of it does not"


def test_runs_of_a_gpu_are_not_averaged_with_those_of_a_cpu(tmp_path: Path) -> None:
    """They are other runs; a table older than the column is of CPUs."""
    path = tmp_path / "older.parquet"
    TABLE.drop(columns="device").to_parquet(path)
    older = read_table(path)
    assert set(older["device"]) == {"cpu"}
    check_table(older)
    with pytest.raises(InputError, match="'device' holds cpu and cuda"):
        check_table(pd.concat([older, older.assign(device="cuda")]))
