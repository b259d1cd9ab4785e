"""What a results table found, a sentence each: on places, on moving, on initial values.

They are computed, so that they are true of whatever table a book is made of. Of places the verdicts
are those of `ltlib.results.claims.judged`, corrected for the number of claims: where an interval
leaves zero out and the verdict is still undecided, it only seems so. Of the rest an interval
without zero is told as a difference.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import pandas as pd

from ltlib.results.contrasts import Contrast, estimated, lead
from ltlib.results.finding_words import ASKED, IN_SHORT, LACKING, LITTLE, SENTENCES
from ltlib.results.quantities import ALIKE, EARLY, LATE, Sparsities
from ltlib.results.verdicts import CONFIDENCE, FAILS, HOLDS, MARGIN
from ltlib.results.words import between, in_points
from ltlib.strategies import (
    MASKS_RESET,
    OBTAIN,
    TICKET_RANDOM,
    TICKET_RESET,
    TICKET_TARGET,
    TRANSFER,
    Experiment,
)

PLACES: Final[dict[Sparsities, str]] = {  # the claims about places
    (0.0, EARLY): "inductive-bias-early",
    (EARLY, LATE): "inductive-bias-middle",
    (LATE, 1.0): "inductive-bias-late",
}


@dataclass(frozen=True)
class Part:
    """A difference at some sparsities: told to be above zero (1), below (−1), or neither (0).

    Of one chain a domain nothing can be told: 2 and −2 are the way it went. 3 and −3 are what
    seems so, but not once all claims are judged together.
    """

    sparsities: Sparsities
    side: int
    value: float
    low: float
    high: float


def finding(results: pd.DataFrame, claims: pd.DataFrame) -> dict[str, str]:
    """What a table found, a sentence each; differences in points with 95% intervals.

    Args:
        results: the results table.
        claims: what `judged` gives for it.

    Returns:
        `places`: whether it matters which weights are left; `moving`: whether a ticket found
        elsewhere is as good as a domain's own; `values`: whether initial values are better than
        others; `in_short`: all three in one sentence, without numbers.

    Raises:
        InputError: the table lacks columns, or holds a run twice.
    """
    moved = {span: lead(MASKS_RESET, TICKET_TARGET, *span) for span in PLACES}
    spans = ((0.0, ALIKE), (ALIKE, 1.0))
    values = {span: lead(TICKET_RESET, TICKET_RANDOM, *span) for span in spans}
    parts = {
        "places": _of_places(claims),
        "moving": _of(results, TRANSFER, moved),
        "values": _of(results, OBTAIN, values),
    }
    sentences = {name: _told(name, own) or LACKING[name] for name, own in parts.items()}
    short = [text for name, own in parts.items() for text in _in_short(name, own)]
    unknown = [ASKED[name] for name, own in parts.items() if any(_unknown(part) for part in own)]
    short += [f"one chain cannot tell whether {', or whether '.join(unknown)}"] * bool(unknown)
    in_short = "; ".join(short) or "these runs compare nothing"
    return {"in_short": in_short[0].upper() + in_short[1:] + ".", **sentences}


def _of_places(claims: pd.DataFrame) -> list[Part]:
    """Moved masks less masks in random places, both with new values."""
    rows = {row["id"]: row for row in claims.to_dict("records")}
    parts = []
    for sparsities, name in PLACES.items():
        row = rows[name]
        seems = 3 * _outside_zero(row["low"], row["high"])
        side = {HOLDS: 1, FAILS: -1}.get(str(row["verdict"]), seems)
        known = _way(row["estimate"]) if math.isnan(row["low"]) else side
        parts.append(Part(sparsities, known, row["estimate"], row["low"], row["high"]))
    return [part for part in parts if not math.isnan(part.value)]


def _of(
    results: pd.DataFrame, experiment: Experiment, contrasts: Mapping[Sparsities, Contrast]
) -> list[Part]:
    parts = []
    for sparsities, contrast in contrasts.items():
        found = estimated(results, experiment, contrast)
        low, high = found.interval(CONFIDENCE)
        side = _way(found.value) if math.isnan(low) else _outside_zero(low, high)
        parts.append(Part(sparsities, side, found.value, low, high))
    return [part for part in parts if not math.isnan(part.value)]


def _way(value: float) -> int:
    """The side of what one chain a domain measured."""
    return -2 if value < 0 else 2


def _outside_zero(low: float, high: float) -> int:
    """1 for an interval above zero, −1 for one below, else 0."""
    return int(low > 0) - int(high < 0)


def _unknown(part: Part) -> bool:
    return abs(part.side) == 2


def _told(about: str, parts: Iterable[Part]) -> str:
    """One sentence, the sparser the later; nothing if nothing was measured."""
    start, words, than = SENTENCES[about]
    clauses: list[str] = []
    for side, alike in groupby(parts, key=lambda part: part.side):
        first = not clauses
        *places, last = (_place(part, first and not at) for at, part in enumerate(alike))
        where = f"{', '.join(places)} and {last}" if places else last
        clauses.append(f"{words[side]} {f'{than} ' if first else ''}{where}")
    return f"{start} {'; '.join(clauses)}." if clauses else ""


def _place(part: Part, first: bool) -> str:
    """Where, with the difference; what the numbers are is said once."""
    known = not math.isnan(part.low)
    unit, named = (" points", "95% interval ") if first else ("", "")
    interval = f", {named}{between(in_points(part.low), in_points(part.high))}" * known
    where = _where(part.sparsities, " sparsity" * first)
    return f"{where} ({in_points(part.value)}{unit}{interval})"


def _told_way(part: Part) -> int:
    """1 or −1 where a difference is told, or seems so; else 0."""
    return 0 if part.side == 0 or _unknown(part) else 1 if part.side > 0 else -1


def _in_short(about: str, parts: Sequence[Part]) -> Iterator[str]:
    """A clause for each side on which something was told, or that no difference was."""
    words = IN_SHORT[about]
    if {part.side for part in parts} == {0}:
        yield words[0]
    for way, alike in groupby(parts, key=_told_way):
        own = list(alike)
        if way:
            side = way * min(abs(part.side) for part in own)  # what is sure of some outweighs
            whole = len(own) == len(parts)
            span = (own[0].sparsities[0], own[-1].sparsities[1])
            where = f"{'' if whole else ' only'} {_where(span, ' sparsity')}"
            yield f"{words[side]}{where}{_by_little(own)}"


def _by_little(parts: Sequence[Part]) -> str:
    """Where the difference is one that the claims call none; nothing where it is larger."""
    little = [part for part in parts if part.low > -MARGIN and part.high < MARGIN]
    if len(little) == len(parts):
        return f", {LITTLE}"
    spans = " and ".join(_where(part.sparsities, "") for part in little)
    return f" ({spans} {LITTLE})" if little else ""


def _where(span: Sparsities, unit: str) -> str:
    low, high = span
    if (low, high) == (0.0, 1.0):
        return "at every sparsity"
    if low == 0.0:
        return f"up to {high:.0%}{unit}"
    return f"beyond {low:.0%}{unit}" if high == 1.0 else f"from {low:.0%} to {high:.0%}{unit}"
