"""Published results: a Parquet table that carries where its numbers come from."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ltlib.errors import InputError
from ltlib.paths import replace_into
from ltlib.store import COLUMNS, Store

METADATA = b"ltlib"


def write_table(store: Store, out: Path) -> int:
    """Write the results table of `store`; the number of its rows.

    The file's metadata (key `ltlib`) holds, as JSON, the provenances its runs were written with.

    Raises:
        InputError: the store holds no runs, or `out` cannot be written.
    """
    table = store.table()
    if table.empty:
        raise InputError(f"{store.path}: holds no runs; fill it with `ltlib run`")
    if not out.resolve().parent.is_dir():
        raise InputError(f"{out.parent}: folder not found; make it first")
    if out.is_dir():
        raise InputError(f"{out}: is a folder; name a .parquet file")
    content = pa.Table.from_pandas(table, preserve_index=False)
    origin = json.dumps(_provenances(store), sort_keys=True).encode()
    content = content.replace_schema_metadata({**(content.schema.metadata or {}), METADATA: origin})
    with replace_into(out) as temporary:
        pq.write_table(content, temporary)
    return len(table)


def _provenances(store: Store) -> list[dict[str, Any]]:
    """The distinct provenances of a store's runs, without where the user's files lie."""
    seen: dict[str, dict[str, Any]] = {}
    for name in store.hashes():
        origin = store.run(name)["provenance"]
        origin.pop("corpus_source", None)
        seen[json.dumps(origin, sort_keys=True)] = origin
    return list(seen.values())


def read_table(path: str | Path) -> pd.DataFrame:
    """A published results table.

    Raises:
        InputError: not there, not Parquet, or without the columns of a results table.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: results table not found; write one with `ltlib export`")
    try:
        table = pd.read_parquet(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: is not a Parquet table ({error})") from None
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise InputError(f"{path}: column '{missing[0]}' is missing; write it with `ltlib export`")
    return table
