"""A folder of packed tickets: written whole, read in the order of rounds, nothing else touched."""

from pathlib import Path

import numpy as np
import pytest

from ltlib.packed import Sparse, packed
from ltlib.results.packed_tickets import (
    ROUND,
    VOCABULARY,
    check_folder,
    path_beside,
    read_packed,
    rounds_in,
    write_folder,
)
from tests.support.project import ROOT
from tests.support.refusals import assert_refused


def files(*rounds: int) -> dict[str, bytes]:
    mask = np.ones(3, bool)
    tickets = {"d": Sparse({"p": mask}, {"p": mask.astype(np.float32)})}
    written = {ROUND.format(r): packed(tickets, {"round": r, "domains": {"d": {}}}) for r in rounds}
    return {VOCABULARY: b"{}"} | written


def test_it_lies_beside_its_table() -> None:
    assert path_beside("a/b.parquet") == path_beside("a/b.csv") == Path("a/b.tickets")


def test_rounds_are_found_in_their_order(tmp_path: Path) -> None:
    place = tmp_path / "t.tickets"
    assert rounds_in(place) == {}
    write_folder(files(2, 100, 13), place)
    assert [about["round"] for about in rounds_in(place).values()] == [2, 13, 100]
    assert read_packed(place, 13)["d"].masks["p"].all()
    assert_refused(lambda: read_packed(place, 3), r"round-03.*ltlib export --tickets")


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    place = tmp_path / "t.tickets"
    write_folder(files(2, 3), place)
    write_folder(files(3, 4), place)
    assert {path.name for path in place.iterdir()} == set(files(3, 4))
    assert [path.name for path in tmp_path.iterdir()] == ["t.tickets"]


def test_what_is_no_folder_of_tickets_stays(tmp_path: Path) -> None:
    place = tmp_path / "t.tickets"
    place.mkdir()
    (place / "mine.txt").write_text("kept")
    assert_refused(lambda: write_folder(files(1), place), r"mine\.txt.*take it out")
    assert (place / "mine.txt").read_text() == "kept"
    file = tmp_path / "f.tickets"
    file.write_text("kept")
    assert_refused(lambda: check_folder(file), "is a file")
    assert file.read_text() == "kept"


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    place = tmp_path / "t.tickets"
    write_folder(files(1), place)
    (place / ROUND.format(1)).write_bytes(b"nothing")
    for read in (lambda: rounds_in(place), lambda: read_packed(place, 1)):
        assert_refused(read, "round-01.*no packed tickets")


@pytest.mark.parametrize("folder", sorted((ROOT / "results").glob("*.tickets")))
def test_published_tickets_are_of_their_table(folder: Path) -> None:
    """Its corpus, protocol and domains, and the accuracies that its rows have."""
    from ltlib.results.table import read_table

    table = read_table(folder.with_suffix(".parquet"))
    sizes = [path.stat().st_size for path in folder.iterdir()]
    assert max(sizes) < 1_000_000, "what a reader loads at once"
    assert sum(sizes) < 2_000_000
    for about in rounds_in(folder).values():
        rows = table.query("strategy == 'ticket-reset' and replicate == 0")
        rows = rows[rows["round"] == about["round"]].set_index("source")
        assert sorted(rows.index) == list(about["domains"])
        assert set(rows["corpus_hash"]) == {about["corpus_hash"]}
        assert set(rows["seed"]) == {about["seed"]}
        for domain, known in about["domains"].items():
            assert known["test_accuracy"] == rows["test_accuracy"][domain]
            assert known["sparsity"] == pytest.approx(rows["sparsity"][domain])
        tickets = read_packed(folder, about["round"])
        for domain, (masks, _) in tickets.items():
            alive = sum(int(mask.sum()) for mask in masks.values())
            assert alive == about["domains"][domain]["survivors"]
