"""Verdicts as tables: what is read is what was found."""

import re

import pytest

from ltlib.figures import claims_table, miniature, tasks_table
from ltlib.results.claims import judged
from tests.support import claim_worlds as worlds


def test_a_table_of_verdicts_reads_as_the_numbers_are() -> None:
    found = judged(worlds.table(worlds.as_claimed))
    table = claims_table(found, "claims")
    assert table.caption == "claims"
    rows = dict(zip(found["id"], table.rows, strict=True))
    assert rows["alike"] == [
        "Reset and random are alike until about 96% (§5.2)",
        "✓\u00a0holds",
        "+0.2",
        "+0.2\u00a0to\u00a0+0.2",
        "reset − random, up to 96%: −1\u00a0to\u00a0+1",
    ]
    assert rows["transfer-cost-reset"][4].endswith("up to 90%: −5\u00a0to\u00a0−3")
    assert rows["early-lead"][4].endswith(": above 0")
    assert rows["winning-tickets"][4].endswith(": above −1")
    assert rows["books-random"][4].endswith(": below 0")
    for row, (low, high) in zip(
        table.rows, found[["low", "high"]].itertuples(index=False), strict=True
    ):
        shown = [float(n.replace("−", "-")) for n in re.split("\u00a0to\u00a0", row[3])]
        assert shown == pytest.approx([100 * low, 100 * high], abs=0.0501)


def test_the_miniature_holds_what_was_measured() -> None:
    found = judged(worlds.table(worlds.against, rounds=7))
    rows = miniature(found, "claims").rows
    known = found[found["replicates"] > 0]
    assert 0 < len(known) < len(found)
    assert [row[0] for row in rows] == list(known["statement"])
    assert {row[1] for row in rows} == {"✗\u00a0fails"}


def test_every_task_has_its_verdicts() -> None:
    table = tasks_table(worlds.table(worlds.as_claimed), "tasks")
    assert table.headings == ["source", "target", "masks-reset", "masks-random"]
    assert len(table.rows) == 6
    expected = {
        "books": ["−4.0 below", "−2.8 below"],
        "electronics": ["−4.0 below", "−4.2 below"],
        "cds": ["+5.0 above", "+4.8 above"],
    }
    for source, target, *moved in table.rows:
        assert source != target
        assert moved == expected[source]
