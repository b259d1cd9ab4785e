"""What becomes of tickets under each reading, against loops over the rows."""

import json
from typing import Any

import pandas as pd
import pytest
from scipy.stats import norm

from ltlib.protocol import Protocol
from ltlib.results.published import published_tables
from ltlib.results.readings import (
    CUT,
    ONE_SIDED,
    WORKS,
    falling_silent,
    fates,
    reading_of,
    stopped_by_round,
    what_stopped,
)
from ltlib.results.verdicts import CONFIDENCE
from tests.support.project import ROOT
from tests.support.refusals import assert_refused
from tests.support.results_table import falling, results_table

ROUNDS = 4
BASE = {"epochs": 3}  # what all readings have in common


def stopped(reading: str, replicate: int, round_: int) -> str:
    """Together, replicate 1 is one-sided from round 2 on and cut in two at round 4."""
    if reading != "layer" or replicate != 1 or round_ < 2:
        return WORKS
    return CUT if round_ == 4 else ONE_SIDED


def table() -> pd.DataFrame:
    parts = []
    for reading, changes in Protocol.READINGS.items():
        part = results_table(falling, ("books",), ROUNDS, replicates=2, transfers=False)
        fate = [
            stopped(reading, *pair) for pair in zip(part["replicate"], part["round"], strict=True)
        ]
        part = part.assign(
            protocol=json.dumps(BASE | changes),
            one_sided=pd.array([f != WORKS for f in fate], dtype="boolean"),
            connected=[0.0 if f == CUT else 9.0 for f in fate],
        )
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


TABLE = table()
TOLD = fates(TABLE)


@pytest.mark.parametrize("scale", ["smoke", "laptop", "paper"])
@pytest.mark.parametrize("reading", Protocol.READINGS)
def test_a_protocol_is_known_by_its_reading(scale: str, reading: str) -> None:
    protocol = Protocol.named(scale).read_as(reading)
    assert reading_of(json.dumps(protocol.differences())) == reading
    assert reading == "tensor" or protocol != Protocol.named(scale)


def test_other_protocols_are_no_reading() -> None:
    both = json.dumps({"projection": "layer", "halve_output": True})
    assert_refused(lambda: reading_of(both), "none of the readings tensor, layer")
    assert_refused(lambda: Protocol().read_as("loud"), "'loud' is unknown; choose one of tensor,")


def test_every_ticket_of_a_reset_chain_has_its_fate() -> None:
    assert list(TOLD.groupby("reading", observed=True).size()) == [2 * (ROUNDS + 1)] * len(
        Protocol.READINGS
    )
    for row in TOLD.to_dict("records"):
        assert row["fate"] == stopped(row["reading"], row["replicate"], row["round"])
        strategy = "full-model" if row["round"] == 0 else "ticket-reset"
        run = (strategy, "books", "books", row["round"], row["replicate"])
        assert row["test_accuracy"] == falling(*run)
        assert row["test_auc"] == (1 + falling(*run)) / 2


def wilson(count: int, of: int) -> tuple[float, float]:
    """Wilson (1927), written out."""
    z, share = norm.ppf((1 + CONFIDENCE) / 2), count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    return middle - half, middle + half


def test_rounds_count_chains_that_no_longer_work() -> None:
    found = stopped_by_round(TOLD)
    assert len(found) == len(Protocol.READINGS) * (ROUNDS + 1)
    for row in found.to_dict("records"):
        runs = [r for r in TOLD.to_dict("records")
                if (r["reading"], r["round"]) == (row["reading"], row["round"])]  # fmt: skip
        count = sum(r["fate"] != WORKS for r in runs)
        assert (row["chains"], row["stopped"]) == (2, count / 2)
        assert row[ONE_SIDED] + row[CUT] == count
        assert (row["low"], row["high"]) == pytest.approx(wilson(count, 2), abs=1e-9)
        assert row["area"] == pytest.approx(sum(r["test_auc"] for r in runs) / 2)
        assert row["accuracy"] == pytest.approx(sum(r["test_accuracy"] for r in runs) / 2)


def test_a_chain_falls_silent_once() -> None:
    """Together, replicate 1 at round 2; of a chain that is only cut there is nothing to tell."""
    (row,) = falling_silent(TOLD).to_dict("records")
    assert (row["reading"], row["replicate"], row["round"], row["ties"]) == ("layer", 1, 2, 2)
    accuracy = falling("ticket-reset", "books", "books", 2, 1)
    assert (row["accuracy"], row["area"]) == (accuracy, (1 + accuracy) / 2)
    cut = TOLD.assign(fate=TOLD["fate"].replace(ONE_SIDED, CUT))
    assert falling_silent(cut).empty


def test_what_stopped_is_told_beyond_a_sparsity() -> None:
    found = what_stopped(TOLD, beyond=0.58).set_index("reading")  # rounds 3 and 4
    for reading in Protocol.READINGS:
        row: dict[str, Any] = dict(found.loc[reading])
        mute = 1 if reading == "layer" else 0
        assert (row["runs"], row[WORKS], row[ONE_SIDED], row[CUT]) == (4, 4 - 2 * mute, mute, mute)
        if mute:
            third = falling("ticket-reset", "books", "books", 3, 1)
            assert row["area of the one-sided"] == (1 + third) / 2
        else:
            assert pd.isna(row["area of the one-sided"])


def test_tables_that_do_not_say_are_refused() -> None:
    older = TABLE.assign(one_sided=pd.array([None] * len(TABLE), dtype="boolean"))
    assert_refused(lambda: fates(older), "'one_sided' is empty; run and export")
    assert_refused(lambda: fates(TABLE.drop(columns="ties")), "'ties' is missing")


READ = published_tables(ROOT / "results" / "readings")


@pytest.mark.parametrize("name", READ)
def test_a_published_table_is_of_the_reading_in_its_name(name: str) -> None:
    told = fates(READ[name])
    assert set(told["reading"]) == {name.rpartition("-")[2]}
    rounds = told.groupby(["domain", "seed", "replicate"])["round"].nunique()
    assert set(rounds) == {told["round"].max() + 1}, "whole chains"
