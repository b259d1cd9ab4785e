"""What was found, as it is read: differences in points, verdicts with their mark."""

import math

import pandas as pd

from ltlib.results.verdicts import FAILS, HOLDS, NOT_MEASURED, UNDECIDED

SPACE = "\u00a0"  # at which no line breaks
MARKS = {HOLDS: "✓", FAILS: "✗", UNDECIDED: "?", NOT_MEASURED: "·"}  # beside the word, never alone


def in_points(difference: float) -> str:
    """A difference of accuracies without its unit; a dash when nothing was measured."""
    return "–" if math.isnan(difference) else f"{100 * difference:+.1f}".replace("-", "−")


def claims_in_brief(claims: pd.DataFrame) -> pd.DataFrame:
    """Claim, verdict and mean (a fraction still) of what `judged` gives."""
    return pd.DataFrame(
        {
            "the paper says": claims["statement"],
            "verdict": [f"{MARKS[word]} {word}".replace(" ", SPACE) for word in claims["verdict"]],
            "mean": claims["mean"],
        }
    )


def claims_in_full(claims: pd.DataFrame) -> pd.DataFrame:
    """`claims_in_brief` with the section, the interval, the quantity and what is claimed of it."""
    ends = zip(claims["above"], claims["below"], strict=True)
    claimed = pd.Series([_claimed(*both) for both in ends], claims.index)
    shown = claims_in_brief(claims)
    shown["the paper says"] += " (" + claims["section"] + ")"
    shown["90% interval"] = list(map(_interval, claims["low"], claims["high"]))
    shown["quantity: claimed"] = claims["quantity"] + ": " + claimed
    return shown


def claims_as_text(claims: pd.DataFrame) -> str:
    """`claims_in_full` for a terminal: columns aligned, a line a claim."""
    shown = claims_in_full(claims)
    shown["mean"] = list(map(in_points, shown["mean"]))
    rows = [list(shown.columns), *shown.to_numpy().tolist()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip().replace(SPACE, " "))
    return "\n".join(lines)


def _interval(low: float, high: float) -> str:
    return "–" if math.isnan(low) else f"{in_points(low)}{SPACE}to{SPACE}{in_points(high)}"


def _claimed(above: float, below: float) -> str:
    ends = [f"{100 * end:+.0f}".replace("-", "−").replace("+0", "0") for end in (above, below)]
    if math.isinf(below):
        return f"above {ends[0]}"
    return f"below {ends[1]}" if math.isinf(above) else f"{ends[0]}{SPACE}to{SPACE}{ends[1]}"
