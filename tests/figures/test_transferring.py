"""Transferring tickets to explore: one task, against the results table and its verdict."""

import itertools

import numpy as np
import pandas as pd
import pytest

from ltlib.figures import transfer_between
from ltlib.figures.transferring import PLACES
from ltlib.results.evidence import transfer_evidence
from tests.support.refusals import assert_refused
from tests.support.results_table import falling, results_table
from tests.support.runs_of import accuracies
from tests.support.scenes import drawn, said, title

DOMAINS = ("books", "music", "garden")
TABLE = results_table(falling, DOMAINS, rounds=4, replicates=3)
APART = pd.DataFrame(
    [(a, b, 0.01 * (len(a) + len(b))) for a, b in itertools.permutations(DOMAINS, 2)],
    columns=["source", "target", "nats"],
)


@pytest.mark.parametrize("values", ["reset", "random"])
def test_a_transfer_stands_beside_the_targets_own_ticket(values: str) -> None:
    chart = transfer_between(TABLE, APART, "music", "garden", values)
    dots = [said(item) for item in drawn(chart, "symbol")]
    assert {dot["strategy"] for dot in dots} == {"ticket-target", f"masks-{values}"}
    for dot in dots:
        r = int(dot["round"])
        if dot["strategy"] == "ticket-target":
            own = "ticket-reset" if r else "full-model"
            runs = accuracies(TABLE, source="garden", experiment="obtain", strategy=own, round=r)
        else:
            runs = accuracies(
                TABLE, source="music", target="garden", strategy=dot["strategy"], round=r
            )
        assert float(dot["test accuracy" if "test accuracy" in dot else "mean"]) == pytest.approx(
            np.mean(runs)
        )
        assert dot["mean, area under ROC"] == f"{(1 + np.mean(runs)) / 2:.2%}"
    verdict = transfer_evidence(TABLE, "music", "garden", f"masks-{values}")
    first, second = title(chart)
    assert first == "music → garden: JSD 0.110 nats"
    assert f"{100 * abs(verdict.estimate):.1f}" in second
    assert second.endswith(PLACES.get(verdict.said, verdict.said))


def test_a_task_that_was_not_run_says_so() -> None:
    chart = transfer_between(TABLE, APART, "music", "music", "reset")
    assert drawn(chart, "symbol") == []
    assert "choose another" in title(chart)[0]


def test_an_unknown_divergence_is_not_invented() -> None:
    chart = transfer_between(TABLE, APART.iloc[:0], "music", "garden", "reset")
    assert title(chart)[0].endswith("JSD not known")


def test_bad_input_gets_one_line() -> None:
    alone = TABLE[TABLE["experiment"] == "obtain"]
    assert_refused(lambda: transfer_between(alone, APART, "books", "music", "reset"), "'transfer'")
