"""Obtaining tickets to explore: what the chart draws in each state, against the results table."""

import numpy as np
import pytest

from ltlib.figures import accuracies_at
from ltlib.strategies import FULL_MODEL, TICKET_RANDOM, TICKET_RESET
from tests.support.refusals import assert_refused
from tests.support.results_table import falling, results_table
from tests.support.runs_of import accuracies
from tests.support.scenes import drawn, said, titles

DOMAINS = ("books", "music", "garden")
TABLE = results_table(falling, DOMAINS, rounds=4, replicates=3)


@pytest.mark.parametrize("round_", [1, 4])
def test_the_slider_shows_every_domain_at_one_round(round_: int) -> None:
    chart = accuracies_at(TABLE, 1000, round_)
    dots = [said(item) for item in drawn(chart, "symbol")]
    assert len(dots) == len(DOMAINS) * 3
    for dot in dots:
        r = 0 if dot["strategy"] == "full-model" else round_
        runs = accuracies(TABLE, source=dot["domain"], strategy=dot["strategy"], round=r)
        assert float(dot["mean"]) == pytest.approx(np.mean(runs))
        assert dot["standard deviation"] == f"{np.std(runs, ddof=1):.2%}"
        assert dot["mean, area under ROC"] == f"{(1 + np.mean(runs)) / 2:.2%}"
        assert dot["replicates"] == str(len(runs))
    survivors = round(1000 * 0.65**round_)
    assert titles(chart) == [
        f"Sparsity {1 - 0.65**round_:.3%}, {survivors} of 1,000 weights survive"
    ]


def test_bars_are_one_deviation_to_either_side() -> None:
    chart = accuracies_at(TABLE, 1000, 2)
    dots = drawn(chart, "symbol")
    means = [float(said(dot)["mean"]) for dot in dots]
    per_pixel, _ = np.polyfit([dot["x"] for dot in dots], means, 1)
    for bar, dot in zip(drawn(chart, "rule"), dots, strict=True):
        deviation = float(said(dot)["standard deviation"].rstrip("%")) / 100
        assert (bar["x2"] - bar["x"]) / 2 * per_pixel == pytest.approx(deviation, abs=1e-4)
        assert (bar["x2"] + bar["x"]) / 2 == pytest.approx(dot["x"])


def test_one_replicate_has_no_deviation() -> None:
    chart = accuracies_at(results_table(falling, replicates=1), 1000, 1)
    assert chart.data["deviation"].isna().all()
    assert all(bar["x"] == pytest.approx(bar["x2"]) for bar in drawn(chart, "rule"))
    assert chart.png()


def test_a_strategy_that_was_not_run_is_not_listed() -> None:
    chart = accuracies_at(TABLE[TABLE["strategy"] != TICKET_RANDOM], 1000, 2)
    assert {said(item)["strategy"] for item in drawn(chart, "symbol")} == {FULL_MODEL, TICKET_RESET}
    assert TICKET_RANDOM not in str(chart.spec)


def test_bad_input_gets_one_line() -> None:
    assert_refused(lambda: accuracies_at(TABLE.drop(columns="round"), 9, 0), "'round'")
