"""Verdicts as tables: what is read is what was found."""

import re

import numpy as np
import pytest

from ltlib.figures import (
    claims_table,
    miniature,
    stopping_table,
    tasks_table,
    to_decide_table,
    transitions_table,
)
from ltlib.results.claims import judged
from ltlib.results.deep import chains_that_stop, stop_alike
from ltlib.results.transition import transitions
from tests.support import claim_worlds as worlds


def test_a_table_of_verdicts_reads_as_the_numbers_are() -> None:
    found = judged(worlds.table(worlds.as_claimed), worlds.APART_AS_CLAIMED)
    table = claims_table(found, "claims")
    assert table.caption == "claims"
    rows = dict(zip(found["id"], table.rows, strict=True))
    said, verdict, estimate, _, quantity = rows["alike"]
    assert said == "Reset and random are alike until about 96% (§5.2) ★"
    assert (verdict, estimate) == ("✓\u00a0holds", "+0.2")
    assert rows["transfer-cost-reset"][1] == "✓\u00a0holds (by area: fails)"
    assert quantity == "reset − random, up to 96%: −1\u00a0to\u00a0+1"
    assert rows["random-unstable"][2].startswith("×\u00a0")
    assert rows["random-unstable"][4].endswith(": above 1")
    assert rows["transfer-cost-reset"][4].endswith("up to 90%: −5\u00a0to\u00a0−3")
    assert rows["early-lead"][4].endswith(": above 0")
    assert rows["winning-tickets"][4].endswith(": above −1")
    assert rows["books-random"][4].endswith(": below 0")
    assert rows["nearest"][2] == "−0.0100\u00a0nats"
    assert rows["nearest"][4].endswith("where largest: below 0")
    points = found[found["unit"] == "points"]
    assert {*found["id"]} - {*points["id"]} == {
        "nearest", "farthest", "random-unstable", "transfer-unstable", "transition-place",
        "transition-apart",
    }  # fmt: skip
    for name, low, high in points[["id", "low", "high"]].itertuples(index=False):
        if not np.isnan(low):
            ends = re.split("\u00a0to\u00a0", rows[name][3])
            shown = [float(n.replace("−", "-")) for n in ends]
            assert shown == pytest.approx([100 * low, 100 * high], abs=0.0501)


def test_a_failure_says_on_which_side_and_what_is_undecided_what_would_decide_it() -> None:
    found = judged(worlds.table(worlds.against))
    rows = dict(zip(found["id"], claims_table(found, "claims").rows, strict=True))
    assert rows["transfer-cost-reset"][1] == "✗\u00a0fails: loses more than claimed"
    numbers = np.random.default_rng(0)
    few = judged(worlds.table(lambda *_: float(numbers.uniform(0.68, 0.72)), replicates=3))
    undecided = few[(few["verdict"] == "undecided") & few["needed"].notna()].iloc[0]
    told = {row[0]: row for row in to_decide_table(few, "to decide").rows}
    assert len(told) == few["needed"].notna().sum()
    _, _, seen, chains = told[undecided["statement"]]
    assert seen == f"{100 * undecided['smallest']:.1f}"
    many = undecided["needed"] > 20
    assert chains == ("no affordable number" if many else f"{undecided['needed']:.0f}")


def test_the_miniature_holds_the_primary_claims() -> None:
    found = judged(worlds.table(worlds.against, rounds=7))
    rows = miniature(found, "claims").rows
    primary = found[found["primary"]]
    assert len(primary) == 10
    assert [row[0] for row in rows] == list(primary["statement"])
    words = {row[1].partition(":")[0] for row in rows}
    assert words == {"✗\u00a0fails", "·\u00a0not\u00a0measured"}, "this table ends at round 7"


def test_every_task_has_its_verdicts() -> None:
    table = tasks_table(worlds.table(worlds.as_claimed), "tasks")
    assert table.headings == ["source", "target", "masks-reset", "masks-random"]
    assert len(table.rows) == 6
    expected = {
        "books": ["−4.0 below", "−3.4 below"],
        "electronics": ["−4.0 below", "−4.2 below"],
        "cds": ["+5.0 above", "+4.4 above"],
    }
    for source, target, *moved in table.rows:
        assert source != target
        assert moved == expected[source]


def test_where_chains_stop_is_told_of_either_experiment() -> None:
    def deep(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        return 0.5 if strategy == "masks-random" and round_ > 12 and replicate < 3 else 0.7

    results = worlds.table(deep)
    table = stopping_table(results, 0.99, "stopped")
    assert [row[0] for row in table.rows] == [
        "ticket-reset", "ticket-random", "masks-reset", "masks-random",
    ]  # fmt: skip
    assert [row[2] for row in table.rows] == ["0", "0", "0", "18"]
    p = stop_alike(results, "masks-reset", "masks-random", experiment="transfer")
    assert [row[-1] for row in table.rows] == ["", "1.000", "", f"{p:.3f}"]
    moved = chains_that_stop(results, ["masks-random"], experiment="transfer")
    assert table.rows[3][5] == f"{moved['accuracy of the others'].iloc[0]:.1%}" == "70.0%"


def test_a_hinge_reads_as_it_is() -> None:
    found = transitions(worlds.table(worlds.as_claimed))
    rows = {row[0]: row for row in transitions_table(found, "hinges").rows}
    for row in found.to_dict("records"):
        _, place, interval, slope, p = rows[row["domain"]]
        assert place == f"{100 * row['sparsity']:.2f}%"
        assert interval == f"{100 * row['low']:.2f}%\u00a0to\u00a0{100 * row['high']:.2f}%"
        assert float(slope) == pytest.approx(100 * row["slope"], abs=0.0501)
        assert float(p) == pytest.approx(row["p"], abs=0.00051)
    assert set(rows) == {*worlds.DOMAINS, "all"}
