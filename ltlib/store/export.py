"""Published results: a Parquet table that carries where its numbers come from."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ltlib.errors import InputError
from ltlib.paths import check_place, replace_into, writing
from ltlib.results.correct import as_text
from ltlib.results.joining import joined
from ltlib.results.origins import ENDING, computed_by
from ltlib.results.settings import EVERY_SETTING, Wanted, select, setting_of
from ltlib.results.table import (
    TEST_CORRECT,
    check_ending,
    in_order,
    read_table,
    specs_of,
    without_ending,
)
from ltlib.store.store import Store

METADATA = b"ltlib"

Origin = dict[str, Any]  # the provenance of a run


def write_table(
    stores: Sequence[Store],
    out: str | Path,
    wanted: Wanted = EVERY_SETTING,
    tables: Sequence[str] = (),
) -> int:
    """Write the results table of `stores` and of published tables, a run that several hold once.

    Returns the number of its rows.

    The ending of `out` says whether as Parquet or as comma-separated values.

    Beside it goes `<name>.provenance.json`: what the runs are, what computed them, and how long it
    took. The table's own metadata (key `ltlib`) holds the versions, commits and processors too.

    Args:
        out: a path, or a URL that fsspec writes to (`s3://bucket/results.parquet`).
        wanted: the settings whose runs are written.
        tables: paths of tables that this function wrote, to be joined with the stores' runs.

    Raises:
        InputError: they hold no such runs, or disagree about one; `out` has another ending, or
            cannot be written; a table has no provenance beside it.
    """
    check_ending(out)
    if "://" not in str(out):
        check_place(Path(out), Path(out).suffix)
    holders, rows = rows_of(stores, wanted) if stores else ({}, [])
    parts = {str(path): select(read_table(path), *wanted) for path in tables}
    table = joined(({"the stores": in_order(rows)} if rows else {}) | parts)
    origins = _distinct([*_origins(holders), *chain(*map(computed_by, tables))])
    _write(_csv(table) if str(out).lower().endswith(".csv") else _parquet(table, origins), out)
    described = json.dumps(_described(table, origins), indent=1, sort_keys=True, ensure_ascii=False)
    _write((described + "\n").encode(), without_ending(out) + ENDING)
    return len(table)


def rows_of(
    stores: Sequence[Store], wanted: Wanted = EVERY_SETTING
) -> tuple[dict[str, Store], list[dict[str, Any]]]:
    """The runs of `stores` in the settings that are wanted: who holds each, and its row.

    Raises:
        InputError: there are none; two stores disagree about one; damaged files.
    """
    holders = merged(stores)
    if not holders:
        raise InputError(f"{stores[0].path}: holds no runs; fill it with `ltlib run`")
    rows = {name: holders[name].row(name) for name in sorted(holders)}
    settings = {name: setting_of(row) for name, row in rows.items()}
    chosen = set(wanted.among(settings.values()))
    kept = [name for name in rows if settings[name] in chosen]
    return {name: holders[name] for name in kept}, [rows[name] for name in kept]


def _parquet(table: pd.DataFrame, origins: list[Origin]) -> bytes:
    content = pa.Table.from_pandas(table, preserve_index=False)
    origin = json.dumps(origins, sort_keys=True).encode()
    content = content.replace_schema_metadata({**(content.schema.metadata or {}), METADATA: origin})
    buffer = io.BytesIO()
    pq.write_table(content, buffer)
    return buffer.getvalue()


def _csv(table: pd.DataFrame) -> bytes:
    """Numbers are written with as many digits as tell them from all others."""
    bits = table[TEST_CORRECT].map(as_text, na_action="ignore")
    return table.assign(**{TEST_CORRECT: bits}).to_csv(index=False, lineterminator="\n").encode()


def _described(table: pd.DataFrame, origins: list[Origin]) -> dict[str, Any]:
    """What the rows of a table share, and the names of its runs (hashes of their specs)."""
    same = ("corpus", "corpus_hash", "protocol", "spec_version", "seed")
    return {
        **{name: table[name].unique().tolist() for name in same},
        "hours": table["seconds"].sum() / 3600,
        "computed_by": origins,
        "runs": sorted(spec.hash for spec in specs_of(table)),
    }


def merged(stores: Iterable[Store]) -> dict[str, Store]:
    """Names of all runs of `stores`, each with a store that holds it.

    Raises:
        InputError: two stores hold different results under one name; damaged files.
    """
    holders: dict[str, Store] = {}
    for store in stores:
        for name in store.hashes():
            if name in holders and _results(store, name) != _results(holders[name], name):
                raise InputError(
                    f"run {name} differs between {holders[name].path} and {store.path} "
                    "(other processors?); export them apart, or remove it from one"
                )
            holders.setdefault(name, store)
    return holders


def _results(store: Store, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What equal runs have in common: all but how long it took, and where."""
    sums = store.run(name)["sha256"]
    del sums["metrics.json"]
    metrics = store.metrics(name)
    metrics.pop("seconds", None)
    return metrics, sums


def _write(content: bytes, out: str | Path) -> None:
    if "://" not in str(out):
        with writing(Path(out)), replace_into(Path(out)) as temporary:
            temporary.write_bytes(content)
        return
    try:
        system, path = fsspec.core.url_to_fs(str(out))  # fsspec.open would make a missing bucket
        with system.open(path, "wb") as file:
            file.write(content)
    except Exception as error:  # each file system raises its own
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{out}: cannot be written ({reason}); check address and rights") from None


def _origins(holders: dict[str, Store]) -> Iterator[Origin]:
    """The provenances of runs, without where the user's files and machines are."""
    for name, store in holders.items():
        origin = store.run(name)["provenance"]
        for place in ("corpus_source", "machine"):
            origin.pop(place, None)
        yield origin


def _distinct(origins: Iterable[Origin]) -> list[Origin]:
    return list({json.dumps(origin, sort_keys=True): origin for origin in origins}.values())
