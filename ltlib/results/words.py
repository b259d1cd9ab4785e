"""What was found, as it is read: differences in points, verdicts with their mark."""

import math
from typing import Any

import pandas as pd

from ltlib.results.verdicts import (
    AFFORDABLE,
    FAILS,
    HOLDS,
    NOT_IDENTIFIABLE,
    NOT_MEASURED,
    UNDECIDED,
)

SPACE = "\u00a0"  # at which no line breaks
MARKS = {  # beside the word, never alone
    HOLDS: "✓",
    FAILS: "✗",
    UNDECIDED: "?",
    NOT_IDENTIFIABLE: "–",
    NOT_MEASURED: "·",
}


def in_points(difference: float) -> str:
    """A difference of accuracies without its unit; a dash when nothing was measured."""
    if math.isnan(difference):
        return "–"
    said = f"{100 * difference:+.1f}".replace("-", "−")
    return "0.0" if said[1:] == "0.0" else said


def in_factors(factor: float) -> str:
    """A ratio of deviations; a dash when nothing was measured."""
    return "–" if math.isnan(factor) else f"×{SPACE}{factor:.2f}"


def in_nats(divergence: float) -> str:
    """A difference of divergences; a dash when nothing was measured."""
    return "–" if math.isnan(divergence) else f"{divergence:+.4f}{SPACE}nats".replace("-", "−")


def between(low: str, high: str) -> str:
    """An interval in one line; a dash when nothing was measured."""
    return low if low == high == "–" else f"{low}{SPACE}to{SPACE}{high}"


def with_interval(estimate: float, low: float, high: float) -> str:
    """A difference in points and its interval, if it has one."""
    interval = between(in_points(low), in_points(high))
    return in_points(estimate) if math.isnan(low) else f"{in_points(estimate)} ({interval})"


def in_sparsity(share: float) -> str:
    """A share of pruned weights; a dash when nothing was measured."""
    return "–" if math.isnan(share) else f"{share:.2%}"


def in_rounds(rounds: float) -> str:
    """A number of rounds; a dash when nothing was measured."""
    return "–" if math.isnan(rounds) else f"{rounds:g}{SPACE}rounds"


def claims_in_brief(claims: pd.DataFrame) -> pd.DataFrame:
    """Claim, verdict and estimate of what `judged` gives."""
    return pd.DataFrame(
        {
            "the paper says": claims["statement"],
            "verdict": [
                _verdict(*both) for both in zip(claims["verdict"], claims["side"], strict=True)
            ],
            "estimate": [_number(row, "estimate") for row in claims.to_dict("records")],
        }
    )


def claims_in_full(claims: pd.DataFrame) -> pd.DataFrame:
    """`claims_in_brief` with the section, the interval, and what is claimed of which quantity.

    Verdicts on areas under the ROC curve and with the wider margin are added where they are others,
    and so is that the networks do little better than guessing.
    """
    rows = claims.to_dict("records")
    shown = claims_in_brief(claims)
    primary = [" ★" if row["primary"] else "" for row in rows]
    shown["the paper says"] += " (" + claims["section"] + ")" + primary
    shown["verdict"] += [_by_area(row) + _with_more(row) for row in rows]
    shown["95% interval"] = [_interval(row) for row in rows]
    shown["quantity: claimed"] = [f"{row['quantity']}: {_claimed(row)}" for row in rows]
    return shown


def claims_to_decide(claims: pd.DataFrame) -> pd.DataFrame:
    """Of undecided claims about means: what these runs would have seen, and what would decide."""
    known = claims[claims["smallest"].notna()]
    return pd.DataFrame(
        {
            "the paper says": known["statement"],
            "estimate": known["estimate"].map(in_points),
            "smallest difference seen": [f"{100 * seen:.1f}" for seen in known["smallest"]],
            "chains a domain to decide it": known["needed"].map(_affordable),
        }
    )


def claims_as_text(claims: pd.DataFrame) -> str:
    """`claims_in_full` for a terminal: columns aligned, a line a claim."""
    shown = claims_in_full(claims)
    rows = [list(shown.columns), *shown.to_numpy().tolist()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip().replace(SPACE, " "))
    return "\n".join(lines)


def _verdict(word: str, side: str) -> str:
    said = f"{MARKS[word]} {word}".replace(" ", SPACE)
    return f"{said}: {side}" if side else said


def _number(row: dict[Any, Any], name: str) -> str:
    said = {
        "points": in_points,
        "factor": in_factors,
        "nats": in_nats,
        "sparsity": in_sparsity,
        "rounds": in_rounds,
    }
    return said[row["unit"]](row[name])


def _interval(row: dict[Any, Any]) -> str:
    return between(_number(row, "low"), _number(row, "high"))


def _claimed(row: dict[Any, Any]) -> str:
    above, below = (_end(row, end) for end in ("above", "below"))
    if math.isinf(row["below"]):
        return f"above {above}"
    return f"below {below}" if math.isinf(row["above"]) else f"{above}{SPACE}to{SPACE}{below}"


def _end(row: dict[Any, Any], end: str) -> str:
    """Without the unit, but for a sparsity."""
    if row["unit"] == "sparsity":
        return f"{100 * row[end]:g}%"
    value = row[end] * (100 if row["unit"] == "points" else 1)
    return f"{value:.0f}" if row["unit"] == "factor" or value == 0 else in_points(value / 100)[:-2]


def _by_area(row: dict[Any, Any]) -> str:
    same = row["area"] == row["verdict"] or row["verdict"] in (NOT_MEASURED, NOT_IDENTIFIABLE)
    return "" if same else f" (by area: {row['area']})"


def _with_more(row: dict[Any, Any]) -> str:
    if row["verdict"] in (NOT_MEASURED, NOT_IDENTIFIABLE):
        return ""
    wider = (
        f" (within 2 points: {row['wider']})" if row["wider"] not in ("", row["verdict"]) else ""
    )
    return wider + (" (networks at chance)" if row["at_chance"] else "")


def _affordable(chains: float) -> str:
    return "no affordable number" if chains > AFFORDABLE else f"{chains:.0f}"
