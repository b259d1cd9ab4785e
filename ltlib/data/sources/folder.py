"""A folder of the reader's own domains, one file each."""

import csv
import gzip
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet

from ltlib.data.cleaning import Review
from ltlib.data.sources.lines import (
    label_field,
    rating_field,
    read_lines,
    read_objects,
    shortened,
    text_field,
)
from ltlib.errors import InputError

Located = Iterator[tuple[str, dict[str, Any]]]  # place (file and line or row) and fields

# A domain's name becomes part of file names, of table columns and of `--domains a,b --pairs a:b`.
FORBIDDEN = frozenset("/\\.,:")
FIELDS = "'text' and either 'label' (0 or 1) or 'rating' (1 to 5)"


def read_folder(folder: Path) -> dict[str, Generator[Review]]:
    """The reviews of every domain, by name; the domains in alphabetical order.

    A file's name is the domain's, followed by one of the endings in `READERS`. Other files are
    left alone. Where a file has both label and rating, the label counts.

    Raises:
        InputError: no such folder, nothing in it, a bad name, two files of one domain; while
            reading, whatever is wrong with a line or row.
    """
    if not folder.exists():
        raise InputError(f"folder {folder} not found")
    if not folder.is_dir():
        raise InputError(f"{folder} is a file; give the folder that holds a file for each domain")
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        ending = _ending(path)
        if ending is None:
            continue
        domain = path.name[: -len(ending)]
        check_domain_name(domain, str(path))
        if domain in files:
            raise InputError(f"{files[domain]} and {path} are both of domain '{domain}'; keep one")
        files[domain] = path
    if not files:
        raise InputError(f"{folder} holds no domain; name its files DOMAIN{' or '.join(READERS)}")
    return {domain: _reviews(files[domain]) for domain in sorted(files)}


def check_domain_name(domain: str, place: str) -> None:
    """Raise an InputError for a name that could not be a part of file names and commands."""
    if (
        not domain
        or domain != domain.strip()
        or not domain.isprintable()
        or FORBIDDEN & set(domain)
    ):
        raise InputError(
            f"{place}: {domain!r} cannot be a domain's name; rename it without any of "
            f"{' '.join(sorted(FORBIDDEN))}, spaces at its ends and control characters"
        )


def _ending(path: Path) -> str | None:
    matching = [ending for ending in READERS if path.name.lower().endswith(ending)]
    return matching[0] if matching and not path.is_dir() else None


def _reviews(path: Path) -> Generator[Review]:
    ending = _ending(path)
    assert ending is not None
    try:
        for here, record in READERS[ending](path):
            yield _review(record, here)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None


def _review(record: dict[str, Any], here: str) -> Review:
    if "text" not in record or not {"label", "rating"} & set(record):
        raise InputError(f"{here}: {_lacking(list(record))}")
    of_class = (
        label_field(record, "label", here)
        if "label" in record
        else rating_field(record, "rating", here)
    )
    return Review(text_field(record, "text", here), of_class)


def _lacking(found: Sequence[str]) -> str:
    missing = "'text'" if "text" not in found else "'label' or 'rating'"
    return f"{missing} is missing (found {shortened(', '.join(found)) or 'nothing'}); give {FIELDS}"


def _check_columns(columns: Sequence[str], path: Path) -> None:
    if "text" not in columns or not {"label", "rating"} & set(columns):
        raise InputError(f"{path}: column {_lacking(columns)}")
    for column in ("text", "label", "rating"):
        if columns.count(column) > 1:
            raise InputError(f"{path}: column '{column}' is there twice; keep one")


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb"))


def _json_lines(path: Path) -> Located:
    with _opened(path) as file:
        yield from read_objects(file, str(path))


def _separated(delimiter: str) -> Callable[[Path], Located]:
    """A reader of tables with a header, fields parted by `delimiter` and quoted where needed."""

    def read(path: Path) -> Located:
        before = csv.field_size_limit(sys.maxsize)  # a review may be longer than 131,072
        try:
            rows = list(_rows(path, delimiter))
        finally:
            csv.field_size_limit(before)
        columns = rows[0][1] if rows else []
        _check_columns(columns, path)
        for line, row in rows[1:]:
            here = f"{path}, line {line}"
            if len(row) != len(columns):
                raise InputError(f"{here}: {len(row)} fields where the header has {len(columns)}")
            yield here, dict(zip(columns, row, strict=True))

    return read


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the number of the line on which it begins."""
    with _opened(path) as file:
        lines = (f"{line}\n" for _, line in read_lines(file, str(path)))
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        begin = 1
        try:
            for row in reader:
                if row:
                    yield begin, row
                begin = reader.line_num + 1
        except csv.Error as error:
            raise InputError(
                f"{path}, line {begin}: broken quoting or line ends ({error}); mend the row"
            ) from None


def _parquet(path: Path) -> Located:
    """Rows are counted from 1."""
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            columns = file.schema_arrow.names
            _check_columns(columns, path)
            wanted = [name for name in ("text", "label", "rating") if name in columns]
            rows = file.read(columns=wanted).to_pylist()
    except (pa.ArrowException, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: no sound Parquet file ({reason}); write it again") from None
    for number, row in enumerate(rows, 1):
        yield f"{path}, row {number}", row


READERS: dict[str, Callable[[Path], Located]] = {
    ".jsonl": _json_lines,
    ".jsonl.gz": _json_lines,
    ".csv": _separated(","),
    ".csv.gz": _separated(","),
    ".tsv": _separated("\t"),
    ".tsv.gz": _separated("\t"),
    ".parquet": _parquet,
}
