"""The name of a domain that is mixed from two; `ltlib.data.mixtures` mixes them."""

import re
from typing import NamedTuple

from ltlib.errors import InputError

NAME = re.compile(r"(?P<source>.+?)\+(?P<percent>\d+)%(?P<target>.+)")


class Mixture(NamedTuple):
    """`percent` of the reviews are the target's, the others the source's."""

    source: str
    percent: int
    target: str


def mixture_of(name: str) -> Mixture | None:
    """What `SOURCE+PERCENT%TARGET` names; None for the name of a plain domain.

    Raises:
        InputError: more than 100%.
    """
    found = NAME.fullmatch(name)
    if found is None:
        return None
    percent = int(found["percent"])
    if percent > 100:
        raise InputError(f"domain '{name}': {percent}% is no share; give 0 to 100")
    return Mixture(found["source"], percent, found["target"])
