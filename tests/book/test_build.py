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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of one empty chapter."""
    for name in SOURCES:
        (tmp_path / "project" / name).mkdir(parents=True)
    (tmp_path / "project" / "notebooks" / "09_any.ipynb").touch()
    return tmp_path / "project"


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """What the chapters of a book that is built are handed; nothing trains, nothing is drawn."""
    handed: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(
        "book.tools.notebooks.execute_notebooks",
        lambda folder, given: handed.update({path.stem: given for path in folder.iterdir()}),
    )
    monkeypatch.setattr(build, "read_table", lambda path: None)
    monkeypatch.setattr(build, "render", lambda source: source)
    monkeypatch.setattr(build, "_carry_out", lambda *_: {"workers": 1})
    return handed


def test_published_tables_are_handed_to_the_chapters(
    root: Path, tmp_path: Path, handed: dict[str, dict[str, Any]]
) -> None:
    """Every table, and apart from them those of other readings."""
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
    root: Path, tmp_path: Path, handed: dict[str, dict[str, Any]]
) -> None:
    """Of several tables; a live book, which is of none of them, shows the first."""
    mixtures = root / "results" / "mixtures"
    mixtures.mkdir(parents=True)
    for name in ("amazon", "vader"):
        (mixtures / f"{name}.parquet").touch()
    first = "amazon.parquet"
    for results, its in {"a/vader.parquet": "vader.parquet", f"a/{first}": first}.items():
        build_book(root, tmp_path / "out", "smoke", "vader", results, 3)
        assert handed["09_any"]["mixtures"] == str(mixtures / its)
    for results in ("elsewhere/own.parquet", ""):
        build_book(root, tmp_path / "out", "smoke", "vader", results, 3)
        assert handed["09_any"]["mixtures"] == str(mixtures / first)


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
