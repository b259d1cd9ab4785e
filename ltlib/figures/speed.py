"""What the benchmarks measured, stored with the library, and the figures and tables of it."""

import json
import re
from importlib.resources import files
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from ltlib.errors import InputError
from ltlib.figures.controls import choice, styled
from ltlib.figures.explorable import Explorable
from ltlib.figures.looks import BLUE, GREY, VERMILLION, WIDTH, Drawing, logarithmic_ticks
from ltlib.figures.tables import Table
from ltlib.protocol import Protocol

Measured = dict[str, Any]
BY_ROUND = re.compile(r"s an epoch, round (\d+), ([\d,]+) survivors")


def measured(benchmark: Literal["training", "tricks", "limits", "accuracy"]) -> Measured:
    """What `benchmarks/<benchmark>.py --json` printed when it was last run for the record.

    Raises:
        InputError: nothing is stored of it.
    """
    place = files("ltlib.figures") / "measured" / f"{benchmark}.json"
    if not place.is_file():
        raise InputError(f"{benchmark}.json: not stored; run benchmarks/{benchmark}.py --json")
    found: Measured = json.loads(place.read_text(encoding="utf-8"))
    return found


def ratios(training: Measured) -> Table:
    """The measures that have a least ratio, beside the dense loop's."""
    rows = pd.DataFrame(training["rows"]).dropna(subset="at_least")
    table = rows[["measure", "dense", "ltlib", "ratio", "at_least"]]
    return Table(
        table.rename(columns={"dense": "dense loop", "at_least": "at least"}),
        "The training path against the dense loop, on one machine in one run",
        {"dense loop": "{:.2f}", "ltlib": "{:.2f}", "ratio": "{:.1f}×", "at least": "{:g}×"},
    )


def months_of_the_dense_loop(training: Measured) -> float:
    """How long the paper's 2,850 runs would keep the machine busy, at this rate a review."""
    reviews, paper = 2 * 3_732, Protocol.paper()
    assert paper.split is not None
    epoch = training["rows"][0]["dense"] / reviews * paper.split[0]
    return 2_850 * paper.epochs * epoch / (86_400 * 30)


def stages(tricks: Measured, round_: int) -> pd.DataFrame:
    """The tricks at a round, each on top of those before it.

    Returns:
        Columns `stage, expected, measured, milliseconds`: factors over the stage before (not a
        number where none was expected), and a training step of both domains.

    Raises:
        InputError: the round was not measured.
    """
    rounds = tricks["rows"][0]["rounds"]
    if round_ not in rounds:
        raise InputError(f"round {round_} was not measured; choose one of {rounds}")
    at = rounds.index(round_)
    table = pd.DataFrame(
        {
            "stage": row["stage"],
            "expected": np.nan if row["expected"][at] is None else row["expected"][at],
            "milliseconds": row["milliseconds"][at],
        }
        for row in tricks["rows"]
        if row["milliseconds"][at] is not None
    )
    table.insert(2, "measured", table["milliseconds"].shift() / table["milliseconds"])
    return table


def waterfall(tricks: Measured, round: int) -> Explorable:
    """How each trick shortens a training step, from the dense loop down to ours.

    Args:
        round: where the menu begins.
    """
    rounds = tricks["rows"][0]["rounds"]
    data = pd.concat(stages(tricks, r).assign(round=r) for r in rounds)
    data["before"] = data.groupby("round")["milliseconds"].shift()
    least, most = data["milliseconds"].min(), data["milliseconds"].max()
    base = (
        alt.Chart(data)
        .transform_filter("datum.round == round")
        .transform_calculate(
            start=f"isValid(datum.before) ? datum.before : {least / 1.5}",
            kind="!isValid(datum.before) ? 'dense'"
            " : datum.milliseconds <= datum.before ? 'faster' : 'slower'",
            ends="max(datum.milliseconds, datum.start)",
            said="(isValid(datum.measured) ? '÷ ' + format(datum.measured, '.1f') + ': ' : '')"
            " + format(datum.milliseconds, '.0f') + ' ms'",
        )
        .encode(y=alt.Y("stage:N").sort(None).axis(labelLimit=300).title(None))
    )
    x = alt.X("milliseconds:Q").scale(type="log", domain=[least / 1.5, most * 3], nice=False)
    kinds = alt.Scale(domain=["dense", "faster", "slower"], range=[GREY, BLUE, VERMILLION])
    bars = base.mark_bar(height=20).encode(
        x=x.title("milliseconds for a training step of two domains (logarithmic)"),
        x2="start:Q",
        color=alt.Color("kind:N", scale=kinds, legend=None),
        tooltip=["stage:N", "expected:Q", "measured:Q", "milliseconds:Q"],
    )
    words = base.mark_text(align="left", dx=4).encode(x="ends:Q", text="said:N")
    menu = alt.param("round", value=round, bind=choice("Round ", rounds))
    return Explorable(
        styled(alt.layer(bars, words).add_params(menu).properties(width=380, height=alt.Step(34))),
        data[["round", "stage", "expected", "measured", "milliseconds"]],
        "A training step of two domains with each trick on top of those before it, by round",
        "tricks",
        {"expected": _factor, "measured": _factor, "milliseconds": "{:.1f}"},
    )


def tricks_table(tricks: Measured, round_: int) -> Table:
    """Expected and measured factors of each trick at a round."""
    table = stages(tricks, round_).rename(columns={"milliseconds": "a step, in milliseconds"})
    return Table(
        table,
        f"What each trick was expected to give at round {round_}, by counting, and what it gave",
        {"expected": _factor, "measured": _factor, "a step, in milliseconds": "{:.0f}"},
    )


def _factor(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:,.1f}×" if value < 100 else f"{value:,.0f}×"


def by_round(training: Measured) -> pd.DataFrame:
    """Columns `round, survivors, seconds`: what an epoch with its validation pass costs."""
    found = [(BY_ROUND.fullmatch(row["measure"]), row["ltlib"]) for row in training["rows"]]
    return pd.DataFrame(
        {"round": int(match[1]), "survivors": int(match[2].replace(",", "")), "seconds": seconds}
        for match, seconds in found
        if match
    )


def cost_by_round(training: Measured, survivors_from: int) -> Drawing:
    """Seconds an epoch against surviving weights; from `survivors_from` on they are alone."""
    table = by_round(training)
    figure = Drawing(WIDTH, 3.6)
    axes = figure.subplots()
    for alone, colour, marker, label in (
        (False, GREY, "o", "the whole network under masks"),
        (True, BLUE, "s", "survivors alone"),
    ):
        part = table[(table["round"] >= survivors_from) == alone]
        axes.plot(
            part["survivors"], part["seconds"], marker, color=colour, label=label, markersize=5
        )
    for row in table.itertuples():
        axes.annotate(
            str(row.round), (row.survivors, row.seconds), (0, 6), textcoords="offset points",
            ha="center", fontsize=8,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.invert_xaxis()
    axes.set_ylim(table["seconds"].min() / 1.3, table["seconds"].max() * 1.5)
    logarithmic_ticks(axes.xaxis, (1,))
    logarithmic_ticks(axes.yaxis, (1, 2, 5))
    axes.set_xlabel("surviving weights (numbers at the points: rounds)")
    axes.set_ylabel("seconds an epoch")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower left")
    return figure


def accuracies(accuracy: Measured) -> Table:
    """Test accuracies of the same tickets trained densely and by default, means over chains."""
    pairs = pd.DataFrame(accuracy["pairs"])
    pairs["default − dense"] = pairs["default"] - pairs["dense"]
    columns = ["dense", "default", "default − dense"]
    table = pairs.groupby(["round", "domain"], as_index=False)[columns].mean()
    return Table(
        table,
        f"Test accuracy in per cent, means over {pairs['replicate'].nunique()} replicates",
        {"dense": "{:.1f}", "default": "{:.1f}", "default − dense": "{:+.1f}"},
    )
