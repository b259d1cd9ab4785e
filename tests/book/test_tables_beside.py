"""Tables that lie beside others appear on the pages of those they are named after."""

import itertools
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import ltlib
from ltlib.figures import computed_again_table
from ltlib.results.atlas import atlas_beside
from ltlib.results.computed_again import computed_again
from ltlib.results.longer import longer
from ltlib.results.table import read_table
from tests.support.chapters import chapter
from tests.support.project import ROOT

PUBLISHED = ROOT / "results" / "vader-laptop.parquet"

pytestmark = pytest.mark.usefixtures("vader_corpus")


def test_tables_of_longer_training_are_of_the_table_they_are_named_after() -> None:
    folder = PUBLISHED.parent
    names = chapter("07", "longer", tables=str(folder))
    stored = {path.stem for path in (folder / "longer").glob("*.parquet")}
    assert set(names.trained) == stored
    for name, other in names.trained.items():
        default = read_table(folder / f"{name}.parquet")
        found = longer(default, other)
        rounds = [set(table["round"]) for table in (default, other)]
        assert rounds[1] <= rounds[0] and (found["chains"] >= 2).all()


def test_every_table_is_compared_with_the_choices_named_after_it() -> None:
    """Amazon's are fewer than, and come before, the embedded corpus's, which have the rates."""
    names = chapter("07", "ends", tables=str(PUBLISHED.parent))
    choices = {path.stem for path in (PUBLISHED.parent / "choices").glob("*.parquet")}
    assert {o for alike in names.chosen.values() for o in alike} == choices
    for table in names.found:
        assert f"to {table}" in names.printed or not names.chosen[table]
    assert {table for table, alike in names.rates.items() if alike} == {"vader-laptop"}
    assert set(names.rates["vader-laptop"]) < set(names.chosen["vader-laptop"])
    assert "No tables" not in names.printed and names.last == "vader-laptop"


def test_tickets_that_start_alike_stand_beside_the_published_ones() -> None:
    names = chapter("09", "agreement", results=str(PUBLISHED))
    beside = atlas_beside(PUBLISHED.parent / "choices" / "vader-laptop-shared").overlap
    there = beside[beside["round"] == names.halfway].assign(
        trained=beside["target"].isin(beside["source"])
    )
    sums = there.groupby(["layer", "trained"])[["both", "survivors"]].sum()
    told = sums["both"] / sums["survivors"]
    embedding, hidden = (
        [f"{told.loc[(layer, trained)]:.1%}" for trained in (True, False)]
        for layer in ("embedding", "hidden")
    )
    assert re.findall(r"[\d.]+%", names.one_start) == [*embedding, *hidden]
    assert told["hidden", True] > 2 * told["hidden", False]
    assert len(names.drawing.axes[0].get_lines()) == 4


def folder_with_pairs(folder: Path) -> pd.DataFrame:
    """Two published tables, and what was computed again of them beside; the second one's."""
    for path in PUBLISHED.parent.glob("vader-laptop.*"):
        if path.is_file():
            shutil.copy(path, folder)
            shutil.copy(path, folder / path.name.replace("vader-laptop", "an-earlier"))
    table = read_table(PUBLISHED)
    earlier = table.assign(test_accuracy=table["test_accuracy"] - 0.02)
    earlier.to_parquet(folder / "an-earlier.parquet")
    runs = table[
        ~table["strategy"].str.contains("random|shuffled")
        & table["round"].isin([0, 2, 4, 9])
        & (table["replicate"] < 3)
        & (table["source"] != "tweets")
    ]
    pairs = runs.assign(
        test_accuracy=runs["test_accuracy"] + 0.01 * (runs["experiment"] == "transfer")
    )
    (folder / "pairs").mkdir()
    for name, runs in (("vader-laptop", pairs), ("an-earlier", pairs[pairs["replicate"] < 2])):
        runs.to_parquet(folder / "pairs" / f"{name}.parquet")
        record = (folder / f"{name}.provenance.json").read_text(encoding="utf-8")
        beside = folder / "pairs" / f"{name}.provenance.json"
        beside.write_text(record.replace("AMD EPYC", f"The Maker of {name}"), encoding="utf-8")
    return pairs


def test_ways_are_those_of_the_table_beside(tmp_path: Path) -> None:
    pairs = folder_with_pairs(tmp_path)
    names = chapter("02", "glue-losses", results=str(tmp_path / PUBLISHED.name))
    divergence = atlas_beside(PUBLISHED).divergence
    expected = ltlib.losses(pairs, divergence)
    pd.testing.assert_frame_equal(names.tasks, expected)
    assert not names.tasks.equals(ltlib.losses(read_table(PUBLISHED), divergence))
    pd.testing.assert_frame_equal(names.deep, ltlib.losses(pairs, divergence, 0.9, 1.0))
    ways = {(s, t) for s, t in zip(pairs["source"], pairs["target"], strict=True) if s != t}
    assert f"{len(pairs):,} runs of tickets and transfers; tasks: {len(ways)}; replicates: 3" in (
        names.printed
    )


def test_a_table_without_others_beside_it_has_its_own_ways() -> None:
    names = chapter("02", "glue-losses", results=str(PUBLISHED))
    assert len(names.table) == len(names.opened.run("transfer")) and len(names.tasks) == 12


def test_what_was_computed_again_stands_beside_its_own_table(tmp_path: Path) -> None:
    pairs = folder_with_pairs(tmp_path)
    names = chapter("07", "computed-again", tables=str(tmp_path))
    caption = "Runs of vader-laptop (AMD EPYC), computed again (The Maker of vader-laptop)"
    expected = computed_again_table(read_table(PUBLISHED), pairs, caption)
    assert repr(expected) in names.printed
    assert "computed twice" not in names.printed
    alone = chapter("07", "computed-again")
    assert "No table is published with these that was computed twice." in alone.printed


def test_all_ways_between_amazons_domains_are_published() -> None:
    path = PUBLISHED.parent / "amazon.parquet"
    pairs = ltlib.tables_beside(PUBLISHED.parent, "pairs")["amazon"]
    ways = set(itertools.permutations(pairs["source"].unique(), 2))
    moved = pairs[pairs["experiment"] == "transfer"]
    for _, own in moved.groupby(["round", "replicate"]):
        assert sorted(zip(own["source"], own["target"], strict=True)) == sorted(ways)
    assert set(pairs["source"]) == set(read_table(path)["source"]) and len(ways) == 20
    assert moved["replicate"].nunique() == 3
    assert computed_again(read_table(path), pairs)["runs"].sum() > 300, "specifications are equal"
