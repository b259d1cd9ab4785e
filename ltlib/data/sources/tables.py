"""Tables that people bring: with separators, found in the header, and Parquet."""

import csv
import gzip
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet

from ltlib.data.sources.fields import (
    NAMES,
    checked_names,
    printable,
    shortened,
    suffice,
    understood,
)
from ltlib.data.sources.lines import read_lines
from ltlib.errors import InputError

Say = Callable[[str], None]  # takes a line for the user
Located = Iterator[tuple[str, dict[str, Any]]]  # place (file and line or row) and fields

SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}


def opened(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked where its name ends in .gz."""
    return cast(BinaryIO, gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb"))


def separated(expected: str) -> Callable[[Path, Say], Located]:
    """A reader of tables with a header, their fields quoted where needed.

    Fields are parted by `expected`, or by another of `SEPARATORS` if the header holds what is asked
    for only so; this is said. A first line `sep=;`, as Excel writes it, is passed over.
    """

    def read(path: Path, say: Say) -> Located:
        place = printable(str(path))
        before = csv.field_size_limit(sys.maxsize)  # a review may be longer than 131,072
        try:
            separator = _separator(path, [expected, *SEPARATORS])
            rows = list(_rows(path, separator))
        finally:
            csv.field_size_limit(before)
        columns = checked_names(rows[0][1] if rows else [], place)
        if separator != expected:
            say(f"{path.name}: fields are parted by {SEPARATORS[separator]}")
        for line, row in rows[1:]:
            here = f"{place}, line {line}"
            if len(row) != len(columns):
                raise InputError(f"{here}: {len(row)} fields where the header has {len(columns)}")
            yield here, dict(zip(columns, row, strict=True))

    return read


def _separator(path: Path, possible: list[str]) -> str:
    """The first with which the header suffices; where none does, the one that parts most."""
    widths: dict[str, int] = {}
    for separator in possible:
        header = _header(path, separator)
        if suffice(understood(header)):
            return separator
        widths[separator] = len(header)
    return max(possible, key=lambda one: widths[one])


def _header(path: Path, separator: str) -> list[str]:
    """The names in it; none where it cannot be read so."""
    try:
        return next((row for _, row in _rows(path, separator)), [])
    except InputError:
        return []


def _rows(path: Path, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the number of the line on which it begins."""
    place = printable(str(path))
    with opened(path) as file:
        lines = (f"{line}\n" for _, line in read_lines(file, place))
        reader = csv.reader(lines, delimiter=separator, strict=True)
        begin = 1
        try:
            for row in reader:
                # A line `sep=;` is "sep=" and nothing, if it is parted by what it names.
                if row and not (begin == 1 and row == ["sep=", ""]):
                    yield begin, row
                begin = reader.line_num + 1
        except csv.Error as error:
            reason = printable(str(error))  # it may hold a tab
            raise InputError(
                f"{place}, line {begin}: broken quoting or line ends ({reason}); mend the row"
            ) from None


def read_parquet(path: Path, _: Say) -> Located:
    """The rows of a Parquet file, counted from 1."""
    place = printable(str(path))
    try:
        # Opened here, for Arrow takes no path that is not UTF-8.
        with path.open("rb") as raw, pyarrow.parquet.ParquetFile(raw) as file:
            columns = file.schema_arrow.names
            names = checked_names(columns, place)
            wanted = {name: columns[names.index(name)] for name in NAMES if name in names}
            for name, column in wanted.items():
                _check_type(file.schema_arrow.field(column).type, name, place)
            rows = file.read(columns=list(wanted.values())).to_pylist()
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        if getattr(error, "errno", None):  # of the system; Arrow's own have none
            raise
        reason = shortened(str(error), 200)
        raise InputError(f"{place}: no sound Parquet file ({reason}); write it again") from None
    for number, row in enumerate(rows, 1):
        yield f"{place}, row {number}", row


def _check_type(kind: pa.DataType, name: str, place: str) -> None:
    """Refuse what no row could be read from; Python has no date for some of Arrow's."""
    if pa.types.is_temporal(kind) or pa.types.is_nested(kind):
        found = shortened(str(kind))
        raise InputError(f"{place}: '{name}' is of type {found}; write it as text or numbers")
