"""The results table: how it is read, and how large the test sets were."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.results.correct import as_text, from_bits, from_text, judged_otherwise, to_bits
from ltlib.results.published import published_tables
from ltlib.results.table import (
    COLUMNS,
    LATER,
    NEEDED,
    check_table,
    in_order,
    read_table,
    smallest_test_set,
)
from tests.support.project import ROOT
from tests.support.refusals import assert_refused
from tests.support.results_table import falling, results_table

TABLE = results_table(falling)
PUBLISHED = {
    name: table
    for folder in ("results", "results/readings", "results/choices")
    for name, table in published_tables(ROOT / folder).items()
}


YOUNG = [column for column in LATER if column != "device"]


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_table_from_before_the_columns_is_read_with_the_columns_empty(
    tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"old.{ending}"
    old = TABLE.drop(columns=YOUNG)
    if ending == "csv":
        old.to_csv(path, index=False)
    else:
        old.to_parquet(path)
    table = read_table(path)
    assert list(table.columns) == COLUMNS
    assert table[YOUNG].isna().all(axis=None) and str(table["test_reviews"].dtype) == "Int64"
    pd.testing.assert_frame_equal(table.drop(columns=YOUNG), old)
    assert smallest_test_set(table) is None


def test_which_reviews_were_judged_rightly_comes_back_bit_by_bit() -> None:
    generator = np.random.default_rng(0)
    for count in (1, 8, 13, 800):
        right, other = generator.random((2, count)) < 0.5
        assert from_bits(to_bits(right), count).tolist() == right.tolist()
        assert from_text(as_text(to_bits(right))) == to_bits(right)
        assert judged_otherwise(to_bits(right), to_bits(other)) == (right != other).sum()
    assert from_text(None) is None and from_text("") is None


@pytest.mark.parametrize("bits", ["b'", "b'\\x'", "a", "***"])
def test_bits_that_are_none_are_refused_by_name(tmp_path: Path, bits: str) -> None:
    path = tmp_path / "odd.csv"
    TABLE[:1].assign(test_correct=bits).to_csv(path, index=False)
    with pytest.raises(InputError, match=r"odd\.csv: is not a table of comma-separated values"):
        read_table(path)


def test_protocols_of_earlier_versions_are_called_as_now(tmp_path: Path) -> None:
    """Until version 3 weight and bias were projected together, unless biases were spared; until
    version 4 no loop was compiled unasked, and survivors were computed with from round 9.
    """
    path = tmp_path / "earlier.parquet"
    given = ["{}", '{"prune_biases": false}', '{"epochs": 3}', "no JSON"]
    loops = {"compiled": False, "survivors_from": 9}
    called = [loops | {"projection": "layer"}, loops | {"projection": "weights"},
              loops | {"epochs": 3, "projection": "layer"}]  # fmt: skip
    TABLE[:4].assign(protocol=given, spec_version=2).to_parquet(path)
    *objects, text = read_table(path)["protocol"]
    assert [json.loads(found) for found in objects] == called and text == "no JSON"
    given = ["{}", '{"survivors_from": 7}', '{"projection": "layer", "compiled": true}']
    called = [loops, loops | {"survivors_from": 7}, loops | json.loads(given[2])]
    TABLE[:3].assign(protocol=given, spec_version=3).to_parquet(path)
    assert [json.loads(found) for found in read_table(path)["protocol"]] == called
    TABLE[:4].assign(protocol="{}").to_parquet(path)
    assert set(read_table(path)["protocol"]) == {"{}"}


@pytest.mark.parametrize("kind", ["int64", "float64", "Int64"])
def test_sizes_are_whole_numbers_however_they_were_written(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "table.parquet"
    TABLE.astype({"test_reviews": kind}).to_parquet(path)
    pd.testing.assert_frame_equal(read_table(path), TABLE)


@pytest.mark.parametrize("name", ["table", "table.arrow", "table.csv.parquet", "TABLE.CSV"])
def test_what_does_not_end_as_csv_is_parquet(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    table = TABLE.drop(columns="test_correct")
    if name == "TABLE.CSV":
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path)
    pd.testing.assert_frame_equal(read_table(path)[table.columns], table)


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
    rows = TABLE.drop(columns="test_correct").sample(frac=1, random_state=0).to_dict("records")
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


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_bits_say_which_reviews_were_judged_rightly(name: str) -> None:
    """As many as the accuracy counts; a one-sided run is right about all of one class."""
    for run in PUBLISHED[name].to_dict("records"):
        correct = from_bits(run["test_correct"], run["test_reviews"])
        assert correct.mean() == run["test_accuracy"]
        assert not run["one_sided"] or correct.mean() == 0.5
        assert 0 <= run["ties"] <= run["test_reviews"] and 0 <= run["test_auc"] <= 1


def test_runs_of_a_gpu_are_not_averaged_with_those_of_a_cpu(tmp_path: Path) -> None:
    """They are other runs; a table older than the column is of CPUs."""
    path = tmp_path / "older.parquet"
    TABLE.drop(columns="device").to_parquet(path)
    older = read_table(path)
    assert set(older["device"]) == {"cpu"}
    check_table(older)
    with pytest.raises(InputError, match="'device' holds cpu and cuda"):
        check_table(pd.concat([older, older.assign(device="cuda")]))


def test_what_no_figure_needs_may_be_missing() -> None:
    check_table(TABLE[list(NEEDED)])
    for column in NEEDED:
        with pytest.raises(InputError, match=f"column '{column}' is missing"):
            check_table(TABLE.drop(columns=column))


@pytest.mark.parametrize(
    ("column", "other", "said"),
    [
        (
            "corpus",
            "long named",
            "'corpus' holds long named and made up; select one of them: `--corpus` ",
        ),
        ("corpus_hash", "1" * 64, "holds 0000000 and 1111111; select one of them: `--corpus` "),
        ("protocol", '{"epochs": 3}', r"holds paper .* and paper .*: `--protocol` .*, protocol="),
        ("spec_version", 2, r"holds 2 and 4; select one of them: results\[results\['spec_version"),
        ("device", "cuda", r"holds cpu and cuda; select one of them: `--device` .*, device="),
    ],
)
def test_what_is_mixed_is_named_with_what_selects_one(
    column: str, other: str | int, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        check_table(pd.concat([TABLE, TABLE.assign(**{column: other})]))
