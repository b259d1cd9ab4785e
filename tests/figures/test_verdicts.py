"""Verdicts as tables: what is read is what was found."""

import re

import numpy as np
import pytest

from ltlib.figures import claims_table, miniature, tasks_table
from ltlib.results.claims import judged
from tests.support import claim_worlds as worlds


def test_a_table_of_verdicts_reads_as_the_numbers_are() -> None:
    found = judged(worlds.table(worlds.as_claimed))
    table = claims_table(found, "claims")
    assert table.caption == "claims"
    rows = dict(zip(found["id"], table.rows, strict=True))
    said, verdict, estimate, _, quantity, area, to_decide = rows["alike"]
    assert said == "Reset and random are alike until about 96% (§5.2) ★"
    assert (verdict, estimate, area, to_decide) == ("✓\u00a0holds", "+0.2", "holds", "–")
    assert quantity == "reset − random, up to 96%: −1\u00a0to\u00a0+1"
    assert rows["random-unstable"][2].startswith("×\u00a0")
    assert rows["random-unstable"][4].endswith(": above 1")
    assert rows["transfer-cost-reset"][4].endswith("up to 90%: −5\u00a0to\u00a0−3")
    assert rows["early-lead"][4].endswith(": above 0")
    assert rows["winning-tickets"][4].endswith(": above −1")
    assert rows["books-random"][4].endswith(": below 0")
    for name, low, high in found[["id", "low", "high"]].itertuples(index=False):
        if "unstable" not in name:
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
    row = dict(zip(few["id"], claims_table(few, "claims").rows, strict=True))[undecided["id"]]
    expected = (
        rf"(\d+ chains|no affordable number); seen are {100 * undecided['smallest']:.1f} points"
    )
    assert re.fullmatch(expected, row[6])


def test_the_miniature_holds_what_was_measured() -> None:
    found = judged(worlds.table(worlds.against, rounds=7))
    rows = miniature(found, "claims").rows
    known = found[found["chains"] > 0]
    assert 0 < len(known) < len(found)
    assert [row[0] for row in rows] == list(known["statement"])
    assert {row[1].partition(":")[0] for row in rows} == {
        "✗\u00a0fails",
        "–\u00a0not\u00a0identifiable",
    }


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
