"""`ltlib status`, `show` and `rm` on a store of two protocols."""

import json
from pathlib import Path

import pytest

from ltlib.store.store import Store
from tests.support.command import Run, failed

OBTAIN = ("--experiment", "obtain", "--domains", "films", "--rounds", "1")


@pytest.fixture
def store(ltlib: Run, folder: Path, tmp_path: Path) -> Path:
    """Three runs at smoke scale, three more of another split."""
    for split in ((), ("--split", "160/80/80")):
        words = ("run", "--corpus", folder, "--store", tmp_path / "s", *OBTAIN, *split)
        assert ltlib(*words)[0] == 0
    return tmp_path / "s"


def test_settings_are_shown_apart_and_chosen(ltlib: Run, store: Path) -> None:
    _, printed, _ = ltlib("status", "--store", store)
    parts = printed.rstrip().split("\n\n")
    assert len(parts) == 2 and all(part.endswith("\n3 runs done") for part in parts)
    headings = [part.splitlines()[0] for part in parts]
    assert sum("protocol smoke (" in line for line in headings) == 1
    assert sum("protocol smoke with split=(160, 80, 80) (" in line for line in headings) == 1
    corpora = [line.split("(")[1].split(")")[0] for line in headings]
    for corpus in corpora:
        _, alone, _ = ltlib("status", "--store", store, "--corpus", corpus, "--runs")
        heading, counts, total, *runs = alone.splitlines()
        assert heading.startswith("experiment") and counts.split()[:4] == ["obtain", "films",
                                                                          "films", "3"]  # fmt: skip
        assert total == "3 runs done" and len(runs) == 3
        assert {run.split()[1] for run in runs} == {"done"}
        told = json.loads(ltlib("status", "--store", store, "--corpus", corpus, "--json")[1])
        assert told["done"] == 3
        assert {row["run"][:12] for row in told["runs"]} == {run.split()[0] for run in runs}
    _, one, _ = ltlib("status", "--store", store, "--protocol", "smoke")
    assert one.endswith("3 runs done\n") and "protocol" not in one
    failed(ltlib("status", "--store", store, "--protocol", "paper"), "no run of protocol paper",
           "smoke with split")  # fmt: skip


def test_show_points_to_what_names_runs(ltlib: Run, store: Path) -> None:
    failed(ltlib("show", "--store", store, "zzz"), "no run called 'zzz'", "--runs` names them all")
    _, printed, _ = ltlib("status", "--store", store, "--runs")
    for line in printed.splitlines():
        name = line.split()[0] if "round" in line else ""
        if name:
            assert ltlib("show", "--store", store, name)[0] == 0


def test_rm_asks_and_takes_what_depends_on_a_run(
    ltlib: Run, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Store(store).table()
    names = {tuple(row[:2]): name for name, row in _by_name(Store(store)).items()}
    first = names["full-model", "smoke"]
    answers = iter(["n\n", "y\n"])
    for left in (6, 3):
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(answers))
        status, printed, _ = ltlib("rm", "--store", store, first[:10])
        assert status == (130 if left == 6 else 0)
        assert printed.count("done") == 3 and first[:12] in printed
        assert len(Store(store).hashes()) == left
    assert len(Store(store).table()) == len(rows) - 3
    other = names["ticket-reset", "other"]
    assert ltlib("rm", "--store", store, "--yes", other)[1].endswith("removed 1 run\n")
    assert other not in Store(store).hashes()
    failed(ltlib("rm", "--store", store, "--yes", other), "no run called")
    failed(ltlib("rm", "--store", store), "RUN...")


def _by_name(store: Store) -> dict[str, tuple[str, str]]:
    rows = {name: store.row(name) for name in store.hashes()}
    return {
        name: (row["strategy"], "smoke" if "[200," in row["protocol"] else "other")
        for name, row in rows.items()
    }
