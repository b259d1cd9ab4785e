"""The fields of a review, as people write them: found by name, read, or refused with what is there.

A field's name that is not there as it should be may be there in capitals or between spaces.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from ltlib.data.cleaning import NEGATIVE, POSITIVE, label_of_rating
from ltlib.errors import InputError

NAMES = ("text", "label", "rating")
ASKED = "'text' and either 'label' (0 or 1) or 'rating' (1 to 5)"

# What a class may be called. Case and outer spaces do not matter; true and false need no quotes.
WORDS = {
    "positive": POSITIVE,
    "pos": POSITIVE,
    "true": POSITIVE,
    "negative": NEGATIVE,
    "neg": NEGATIVE,
    "false": NEGATIVE,
}

EMPTY = {'""': "empty", "null": "empty (null)", "NaN": "empty (NaN)"}


def suffice(names: Collection[str]) -> bool:
    """Whether columns, or an object's fields, of these names make a review."""
    return "text" in names and ("label" in names or "rating" in names)


def understood(names: Sequence[str]) -> Sequence[str]:
    """The names of columns or fields: as they are if they suffice, else in plain small letters."""
    return names if suffice(names) else [name.strip().lower() for name in names]


def checked_names(names: Sequence[str], place: str) -> Sequence[str]:
    """`understood`, for something called `place`.

    Raises:
        InputError: a field is missing, or there twice.
    """
    read = understood(names)
    if not suffice(read):
        missing = "'text'" if "text" not in read else "'label' or 'rating'"
        found = shortened(", ".join(names)) or "nothing"
        raise InputError(f"{place}: {missing} is missing (found {found}); give {ASKED}")
    for name in NAMES:
        if read.count(name) > 1:
            raise InputError(f"{place}: '{name}' is there twice; keep one")
    return read


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
    """A class: 0, 1 or one of `WORDS`.

    Raises:
        InputError: anything else.
    """
    word = label_word(record[name])
    value = _number(record[name]) if word is None else WORDS[word]
    if value not in (NEGATIVE, POSITIVE):
        negative, positive = (
            ", ".join(word for word, meant in WORDS.items() if meant == one)
            for one in (NEGATIVE, POSITIVE)
        )
        raise InputError(
            f"{here}: '{name}' is {_shown(record[name])}; it must be 0 ({negative}) "
            f"or 1 ({positive})"
        )
    return int(value)


def label_word(value: object) -> str | None:
    """The one of `WORDS` that a label is; None: it is a number, or no label."""
    word = str(value).strip().lower() if isinstance(value, bool | str) else ""
    return word if word in WORDS else None


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
    """A number or its digits, be it with a decimal comma; NaN for what is neither, as true is."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return math.nan
    try:
        return float(value.replace(",", ".") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return math.nan


def _shown(value: object) -> str:
    written = shortened(json.dumps(value, default=str))
    return EMPTY.get(written, written)


def shortened(written: str, length: int = 60) -> str:
    """A piece of a user's file as it may stand in an error: one line, not long."""
    line = printable(" ".join(written.split()))
    return line if len(line) <= length else f"{line[: length - 3]}..."


def printable(written: str) -> str:
    """A text or name on one line: escapes stand for whatever would break, hide or colour it."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in written)
