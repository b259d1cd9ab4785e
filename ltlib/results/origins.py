"""What computed a published table, from the record beside it."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.table import without_ending

ENDING = ".provenance.json"
COLUMNS = [
    "table", "corpus", "runs", "hours", "seeds", "spec version", "processor", "torch", "commit",
]  # fmt: skip


def origins(folder: str | Path, names: Sequence[str]) -> pd.DataFrame:
    """What computed each of these tables of a folder.

    Returns:
        A row a table; `hours` of training, all processes together; `corpus` with the beginning of
        its hash, `commit` in its first seven digits. Several of one kind stand one after another.

    Raises:
        InputError: a record is missing or is none.
    """
    return pd.DataFrame([_row(folder, name) for name in names], columns=COLUMNS)


def path_beside(results: str | Path) -> Path:
    """Where the record lies that belongs to the results table at this path."""
    return Path(without_ending(results) + ENDING)


def computed_by(results: str | Path) -> list[dict[str, Any]]:
    """Processor, versions and commit of all that computed the results table at this path.

    Raises:
        InputError: the record beside it is missing or is none.
    """
    path = path_beside(results)
    try:
        return list(json.loads(path.read_text(encoding="utf-8"))["computed_by"])
    except (OSError, ValueError, LookupError, TypeError):
        raise InputError(
            f"{path}: is not what `ltlib export` writes beside a table; a table is joined with it"
        ) from None


def processors_of(results: str | Path) -> list[str]:
    """Those that computed the results table at this path; none where no record says it."""
    try:
        return list(dict.fromkeys(origin["processor"] for origin in computed_by(results)))
    except (InputError, LookupError, TypeError):
        return []


def _row(folder: str | Path, name: str) -> list[Any]:
    path = path_beside(Path(folder) / name)
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        by = record["computed_by"]
        return [
            name,
            _all(f"{c} ({h[:7]})" for c in record["corpus"] for h in record["corpus_hash"]),
            len(record["runs"]),
            float(record["hours"]),
            _all(map(str, record["seed"])),
            _all(map(str, record["spec_version"])),
            _all(origin["processor"] for origin in by),
            _all(origin["versions"]["torch"] for origin in by),
            _all(str(origin["commit"] or "–")[:7] for origin in by),
        ]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(
            f"{path}: is not what `ltlib export` writes beside a table ({error}); export it again"
        ) from None


def _all(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))
