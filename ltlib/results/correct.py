"""Which test reviews a run judged rightly, a bit each: what an interval over reviews needs."""

from ast import literal_eval
from base64 import b64decode, b64encode

import numpy as np
from numpy.typing import NDArray


def to_bits(correct: NDArray[np.bool_]) -> bytes:
    """As a results table holds it, in the order of the test split."""
    return np.packbits(correct).tobytes()


def from_bits(bits: bytes, test_reviews: int) -> NDArray[np.bool_]:
    """`[test_reviews]`, of the columns `test_correct` and `test_reviews` of a run."""
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=test_reviews).astype(np.bool_)


def as_text(bits: bytes) -> str:
    """As JSON and CSV hold it: base64."""
    return b64encode(bits).decode()


def from_text(text: str | None) -> bytes | None:
    """Inverse of `as_text`; None of nothing, where it is not known.

    Python's own way of writing bytes, in which pandas puts them into a CSV file, is understood too.
    """
    if not text:
        return None
    return (
        bytes(literal_eval(text))
        if text.startswith(("b'", 'b"'))
        else b64decode(text, validate=True)
    )


def judged_otherwise(one: bytes, other: bytes) -> int:
    """Of how many reviews one run was right and the other was not."""
    differing = np.frombuffer(one, np.uint8) ^ np.frombuffer(other, np.uint8)
    return int(np.bitwise_count(differing).sum())
