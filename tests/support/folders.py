"""Folders of domains: files in every format, and what reading them gives."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ltlib.data.cleaning import Review
from ltlib.data.sources.folder import read_folder
from ltlib.errors import InputError
from tests.support.data_helpers import json_lines


def as_csv(rows: list[dict[str, Any]], **options: Any) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]), **options)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    return pd.DataFrame(rows).to_parquet()


WRITERS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "ants.jsonl": json_lines,
    "ants.JSONL": lambda rows: "\r\n".join(json.dumps(row) for row in rows).encode(),
    "ants.jsonl.gz": lambda rows: gzip.compress(json_lines(rows)),
    "ants.csv": as_csv,
    "ants.csv.gz": lambda rows: gzip.compress(as_csv(rows)),
    "ants.tsv": lambda rows: as_csv(rows, delimiter="\t", lineterminator="\n"),
    "ants.tsv.gz": lambda rows: gzip.compress(as_csv(rows, delimiter="\t")),
    "ants.parquet": as_parquet,
}


def ignored(_: str) -> None:
    """For tests that look at no remark."""


def read_one(folder: Path, name: str, content: bytes) -> list[Review]:
    return read_said(folder, name, content)[0]


def read_said(folder: Path, name: str, content: bytes) -> tuple[list[Review], list[str]]:
    """The reviews of a file, and what was said of it."""
    (folder / name).write_bytes(content)
    said: list[str] = []
    (reviews,) = read_folder(folder, said.append).values()
    return list(reviews), said


def error_of(folder: Path, name: str, content: bytes) -> str:
    """The one line that reading this file ends with."""
    with pytest.raises(InputError) as raised:
        read_one(folder, name, content)
    message = str(raised.value)
    assert "\n" not in message
    assert message.startswith(str(folder / name))
    return message.removeprefix(str(folder / name))
