"""`ltlib export` and `ltlib compare`: tables are written as asked, whole or not at all."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from ltlib.results.atlas import Atlas, atlas_beside
from ltlib.results.table import read_table
from ltlib.store.store import Store
from tests.support.command import Run, failed


@pytest.fixture
def shards(ltlib: Run, folder: Path, tmp_path: Path) -> list[Path]:
    """A store for each half of a small matrix."""
    stores = [tmp_path / "1", tmp_path / "2"]
    for number, store in enumerate(stores, 1):
        words = ("--rounds", "1", "--store", store, "--shard", f"{number}/2")
        status, printed, _ = ltlib("run", "--corpus", folder, *words)
        assert status == 0 and printed.startswith("7 runs done")
    return stores


def test_an_atlas_finds_its_tickets_in_any_store(
    ltlib: Run, shards: list[Path], folder: Path, tmp_path: Path
) -> None:
    """In either order, and as from the whole."""
    atlases: list[Atlas] = []
    tables: list[pd.DataFrame] = []
    for stores in (shards, shards[::-1]):
        out = tmp_path / f"{len(atlases)}.parquet"
        named = [word for store in stores for word in ("--store", store)]
        status, printed, said = ltlib("export", *named, "--out", out, "--atlas")
        assert (status, said) == (0, "")
        assert printed.startswith("14 runs: ") and "atlas.json" in printed
        atlases.append(atlas_beside(out))
        tables.append(read_table(out))
    assert atlases[0].domains == ["films", "phones"]
    assert ltlib("run", "--corpus", folder, "--rounds", "1", "--store", tmp_path / "w")[0] == 0
    whole = tmp_path / "whole.csv"
    assert ltlib("export", "--store", tmp_path / "w", "--out", whole, "--atlas")[0] == 0
    for atlas in atlases:
        for name in ("divergence", "layers", "masks", "subwords"):
            one, other = getattr(atlas, name), getattr(atlas_beside(whole), name)
            pd.testing.assert_frame_equal(one, other)
    for table in tables:
        columns = table.columns.drop("seconds")
        pd.testing.assert_frame_equal(table[columns], read_table(whole)[columns], check_dtype=False)


def test_an_atlas_takes_a_ticket_from_a_store_that_holds_it(
    ltlib: Run, folder: Path, tmp_path: Path
) -> None:
    """Not from one that holds no more than the beginning of its chain."""
    begun, whole = tmp_path / "begun", tmp_path / "whole"
    words = ("--corpus", folder, "--experiment", "obtain", "--domains", "films")
    for store, rounds in ((begun, "0"), (whole, "1")):
        assert ltlib("run", *words, "--rounds", rounds, "--store", store)[0] == 0
    for one, other in ((begun, whole), (whole, begun)):
        out = tmp_path / f"{one.name}.parquet"
        status, _, said = ltlib("export", "--store", one, "--store", other, "--out", out, "--atlas")
        assert (status, said) == (0, "")
        assert set(atlas_beside(out).layers["round"]) == {0, 1}


def test_an_atlas_that_cannot_be_made_leaves_no_table(
    ltlib: Run, shards: list[Path], tmp_path: Path
) -> None:
    store = Store(shards[0])
    needed = next(name for name in store.hashes() if store.row(name)["strategy"] == "ticket-reset")
    shutil.rmtree(shards[0] / needed)
    named = [word for store in shards for word in ("--store", store)]
    out = tmp_path / "r.parquet"
    failed(ltlib("export", *named, "--out", out, "--atlas"), "holds no ticket-reset", "obtain it")
    assert not list(tmp_path.glob("r.*"))
    assert ltlib("export", *named, "--out", out)[0] == 0


def test_tickets_are_packed_beside_the_table(
    ltlib: Run, shards: list[Path], tmp_path: Path
) -> None:
    """From stores in either order, those of the rounds that are named."""
    found = []
    for number, stores in enumerate((shards, shards[::-1])):
        out = tmp_path / f"{number}.parquet"
        named = [word for store in stores for word in ("--store", store)]
        status, printed, said = ltlib("export", *named, "--out", out, "--tickets", "1-1")
        assert (status, said) == (0, "")
        place = tmp_path / f"{number}.tickets"
        assert "tickets of 1 rounds" in printed and str(place) in printed
        found.append({path.name: path.read_bytes() for path in place.iterdir()})
    assert found[0] == found[1]
    assert sorted(found[0]) == ["round-01.safetensors", "vocabulary.json"]
    assert ltlib("export", *named, "--out", out, "--tickets", "1")[0] == 0
    assert len(list(place.iterdir())) == 3, "rounds 0 and 1, in the place of the others"


def test_tickets_that_cannot_be_packed_leave_no_table(
    ltlib: Run, shards: list[Path], tmp_path: Path
) -> None:
    named = [word for store in shards for word in ("--store", store)]
    out = tmp_path / "r.parquet"
    words = ("export", *named, "--out", out, "--tickets")
    failed(ltlib(*words, "7"), "no tickets of round 2", "0 to 1")
    failed(ltlib(*words, "x"), "--tickets 'x'")
    failed(ltlib("export", *named, "--out", "s3://b/r.csv", "--tickets", "1"), "s3://b/r.csv")
    (tmp_path / "r.tickets").write_text("mine")
    failed(ltlib(*words, "1"), "r.tickets", "is a file")
    failed(ltlib("export", "--table", out, "--out", out, "--tickets", "1"), "give --store")
    (tmp_path / "r.tickets").unlink()
    for store in map(Store, shards):
        for name in store.hashes():
            if store.row(name)["strategy"] == "ticket-reset" and store.row(name)["round"] == 1:
                shutil.rmtree(store.path / name)
    failed(ltlib(*words, "0,1"), "holds no ticket-reset")
    assert not list(tmp_path.glob("r.*"))


def test_the_ending_says_how_a_table_is_written(
    ltlib: Run, shards: list[Path], tmp_path: Path
) -> None:
    """Both read alike, bit for bit; no other ending is taken."""
    for ending in ("csv", "parquet"):
        out = tmp_path / f"r.{ending}"
        assert ltlib("export", "--store", shards[0], "--out", out)[0] == 0
        assert (tmp_path / "r.provenance.json").exists()
    assert (tmp_path / "r.csv").read_text().startswith("experiment,strategy,source,")
    assert (tmp_path / "r.parquet").read_bytes().startswith(b"PAR1")
    commas, parquet = (read_table(tmp_path / name) for name in ("r.csv", "r.parquet"))
    pd.testing.assert_frame_equal(commas, parquet, check_exact=True)
    status, printed, _ = ltlib("compare", tmp_path / "r.csv", tmp_path / "r.parquet")
    assert (status, printed) == (0, "alike: the same runs, with the same results\n")
    for name in ("r", "r.xlsx", "r.csv.gz", "s3://bucket/r.txt"):
        place = name if "://" in name else str(tmp_path / name)
        failed(ltlib("export", "--store", shards[0], "--out", place), name, ".parquet or .csv")


def test_names_that_look_like_numbers_or_nothing_stay_words(
    shards: list[Path], tmp_path: Path
) -> None:
    table = Store(shards[0]).table()
    odd = ["NA", "1984", "null", "", "007", "1e5", "nan"] * 2
    table = table.assign(source=odd[: len(table)], target="True", corpus_hash="0" * 64)
    table.to_csv(tmp_path / "odd.csv", index=False)
    pd.testing.assert_frame_equal(read_table(tmp_path / "odd.csv"), table, check_dtype=False)


def test_one_of_several_settings_is_exported_and_judged(
    ltlib: Run, folder: Path, tmp_path: Path
) -> None:
    store = tmp_path / "s"
    words = ("run", "--corpus", folder, "--store", store, "--rounds", "0", "--experiment", "obtain")
    for more in ((), ("--split", "160/80/80", "--domains", "songs")):
        assert ltlib(*words, *more)[0] == 0
    both, one = tmp_path / "both.csv", tmp_path / "one.csv"
    assert ltlib("export", "--store", store, "--out", both)[1].startswith("3 runs")
    failed(ltlib("claims", "--results", both), "holds", "`--corpus` of a command")
    failed(ltlib("export", "--store", store, "--out", one, "--atlas"), "select one")
    assert not one.exists()
    for choice in ("--protocol", "--corpus"):
        word = "smoke" if choice == "--protocol" else read_table(one)["corpus_hash"][0][:7]
        status, printed, _ = ltlib(
            "export", "--store", store, "--out", one, choice, word, "--atlas"
        )
        assert status == 0 and printed.startswith("2 runs")
        assert set(read_table(one)["source"]) == {"films", "phones"}
        assert atlas_beside(one).domains == ["films", "phones"]
    selected = ltlib("claims", "--results", both, "--protocol", "smoke")
    assert selected == ltlib("claims", "--results", one)
    assert selected[0] == 0
    failed(ltlib("claims", "--results", both, "--device", "cuda"), "no run of device cuda")
    status, printed, _ = ltlib("compare", both, one)
    assert status == 1 and printed.startswith(f"only in {both}: 1, first full-model songs round 0")
    status, printed, _ = ltlib("compare", one, both, "--csv")
    assert status == 1 and printed.splitlines()[1].startswith("other,obtain,full-model,songs")


def test_tables_that_cannot_be_compared(ltlib: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b'a,b\n"unclosed')
    failed(ltlib("compare", bad, bad), "bad.csv")
    failed(ltlib("compare", tmp_path / "none.csv", bad), "none.csv", "not found")
    bad.write_bytes(b"\xff\xfe\x00")
    failed(ltlib("compare", bad, bad), "bad.csv")
    bad.write_bytes(b"")
    failed(ltlib("compare", bad, bad), "bad.csv")
