"""Building the book: what it refuses before anything trains; built books are in `tests/built`."""

from pathlib import Path
from typing import Any

import pytest

from book.tools import build
from book.tools.build import SOURCES, build_book
from ltlib.errors import InputError
from ltlib.runs import front, processes


@pytest.mark.parametrize("missing", SOURCES)
def test_a_folder_without_a_source_is_refused(tmp_path: Path, missing: str) -> None:
    for name in SOURCES:
        if name != missing:
            (tmp_path / name).touch()
    with pytest.raises(InputError, match=f"{tmp_path / missing}: not found"):
        build_book(tmp_path, tmp_path / "out", "smoke", "vader", "", 0)
    assert not (tmp_path / "out").exists()


def test_published_tables_are_handed_to_the_chapters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every table, and apart from them those of other readings."""
    root = tmp_path / "project"
    for name in SOURCES:
        (root / name).mkdir(parents=True)
    (root / "notebooks" / "09_any.ipynb").touch()
    handed: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(
        "book.tools.notebooks.execute_notebooks",
        lambda folder, given: handed.update({path.stem: given for path in folder.iterdir()}),
    )
    monkeypatch.setattr(build, "render", lambda source: source)
    monkeypatch.setattr(build, "_carry_out", lambda *_: {"workers": 1})
    common = {"corpus": "vader", "scale": "smoke", "seed": 3, "workers": 1}
    build_book(root, tmp_path / "out", "smoke", "vader", "", 3)
    assert handed == {"09_any": common}, "nothing is published"
    readings = root / "results" / "readings"
    readings.mkdir(parents=True)
    mixtures = readings.parent / "mixtures"
    mixtures.mkdir()
    for folder in (readings.parent, readings, mixtures):
        (folder / "one.parquet").touch()
    build_book(root, tmp_path / "out", "smoke", "vader", "", 3)
    places = {"tables": str(readings.parent), "readings": str(readings)}
    places["mixtures"] = str(mixtures / "one.parquet")
    assert handed == {"09_any": common | places}


def test_mixtures_are_those_of_the_table_that_the_book_is_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several tables; a live book, which is of none of them, shows the first."""
    root = tmp_path / "project"
    for name in SOURCES:
        (root / name).mkdir(parents=True)
    mixtures = root / "results" / "mixtures"
    mixtures.mkdir(parents=True)
    for name in ("amazon", "vader"):
        (mixtures / f"{name}.parquet").touch()
    handed: list[str] = []
    monkeypatch.setattr(
        "book.tools.notebooks.execute_notebooks",
        lambda _, given: handed.append(Path(given["mixtures"]).name),
    )
    monkeypatch.setattr(build, "render", lambda source: source)
    monkeypatch.setattr(build, "read_table", lambda path: None)
    monkeypatch.setattr(build, "_carry_out", lambda *_: {})
    for results in ("results/vader.parquet", "results/amazon.parquet", "elsewhere/own.parquet", ""):
        build_book(root, tmp_path / "out", "smoke", "vader", results, 3)
    first = "amazon.parquet"
    assert handed == ["vader.parquet", first, first, first]


def test_workers_begin_to_import_before_the_corpus_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is imported ahead is by what the runs are then carried out."""
    order: list[Any] = []

    def loaded(*_: Any) -> None:
        order.append("corpus")
        raise InputError("enough")

    monkeypatch.setattr(processes, "import_ahead", order.extend)
    monkeypatch.setattr("ltlib.data.corpus.load_corpus", loaded)
    with pytest.raises(InputError, match="enough"):
        build._carry_out("smoke", "vader", 0, tmp_path / "store", tmp_path)
    assert order == [front.__name__, "corpus"]
