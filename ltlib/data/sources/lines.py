"""Lines and fields of files that people bring: every fault is named by file and line."""

import json
import math
import zlib
from collections.abc import Iterator, Mapping
from gzip import BadGzipFile
from typing import Any, Protocol

from ltlib.data.cleaning import NEGATIVE, POSITIVE, label_of_rating
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
            raise InputError(
                f"{place}, line {number}: not UTF-8 at byte {error.start + 1} of the line; "
                "save the file as UTF-8"
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


def text_field(record: Mapping[str, object], name: str, here: str) -> str:
    """The text of a review; it may be empty.

    Raises:
        InputError: no string, or one with a character that cannot be encoded.
    """
    text = record[name]
    if not isinstance(text, str):
        shown = "empty (null)" if text is None else f"of type {type(text).__name__}"
        raise InputError(f"{here}: '{name}' is {shown}, not text; mend or remove it")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{here}: '{name}' holds half of a surrogate pair, which is no character; remove it"
        ) from None
    return text


def label_field(record: Mapping[str, object], name: str, here: str) -> int:
    """A class as it is given, 0 or 1.

    Raises:
        InputError: anything else.
    """
    value = _number(record[name])
    if value not in (NEGATIVE, POSITIVE):
        shown = _shown(record[name])
        raise InputError(f"{here}: '{name}' is {shown}; it must be 0 (negative) or 1 (positive)")
    return int(value)


def rating_field(record: Mapping[str, object], name: str, here: str) -> int | None:
    """The class of a rating of 1 to 5; None: neutral.

    Raises:
        InputError: no number from 1 to 5.
    """
    value = _number(record[name])
    if not 1 <= value <= 5:
        raise InputError(f"{here}: '{name}' is {_shown(record[name])}; it must be from 1 to 5")
    return label_of_rating(value)


def _number(value: object) -> float:
    """A number or its digits; NaN for what is neither (true and false are not numbers here)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _shown(value: object) -> str:
    return shortened(json.dumps(value, default=str))


def shortened(written: str, length: int = 60) -> str:
    """A piece of a user's file as it may stand in an error: one line, not long."""
    line = " ".join(written.split())
    return line if len(line) <= length else f"{line[: length - 3]}..."
