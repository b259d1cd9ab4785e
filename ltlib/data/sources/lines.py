"""Lines of files that people bring: every fault is named by file and line."""

import json
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from gzip import BadGzipFile
from typing import Any, Protocol

from ltlib.errors import InputError

BLOCK = 1 << 18  # bytes read at a time; more would be read in vain where a stream is cut short


class Readable(Protocol):
    """The one thing that is asked of an open file."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, `size` at most; none at the end."""


def read_lines(file: Readable, place: str) -> Iterator[tuple[int, str]]:
    """Number, from 1, and text of each line, without its line feed.

    Args:
        file: bytes, read in order and no further than the lines asked for.
        place: how errors call the file.

    Raises:
        InputError: damaged gzip, or a line that is not UTF-8.
    """
    number = 0
    for number, line in enumerate(_split(file, place), 1):
        try:
            # Spreadsheet programs begin a file with a byte-order mark.
            yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            other = line.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) and number == 1
            found = "UTF-16" if other else f"not UTF-8 at byte {error.start + 1} of the line"
            raise InputError(
                f"{place}, line {number}: {found}; save the file as UTF-8 "
                "(a spreadsheet program calls it CSV UTF-8)"
            ) from None


def _split(file: Readable, place: str) -> Iterator[bytes]:
    """Lines as bytes. Only a line feed ends one: JSON may hold every other separator."""
    rest, number = b"", 1
    while True:
        try:
            block = file.read(BLOCK)
        except (EOFError, BadGzipFile, zlib.error) as error:
            raise InputError(
                f"{place}, line {number}: the gzip data are cut off or damaged ({error}); "
                "fetch the file again"
            ) from None
        if not block:
            break
        *lines, rest = (rest + block).split(b"\n")
        number += len(lines)
        yield from lines
    if rest:
        yield rest


def read_objects(file: Readable, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place (file and line) and content of each line of a JSON-lines file; blank lines are skipped.

    Raises:
        InputError: a line that is no JSON object, and whatever `read_lines` raises.
    """
    for number, line in read_lines(file, place):
        if not line.strip():
            continue
        here = f"{place}, line {number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{here}: broken JSON ({error}); mend or remove the line") from None
        if not isinstance(record, dict):
            raise InputError(f"{here}: not a JSON object; each line must be one, in braces")
        yield here, record
