"""Explorable charts of results: what they draw in each state, against the results table."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.figures import charts
from ltlib.figures.looks import sparsity_label
from ltlib.figures.transferring import PLACES, transfer_between
from ltlib.results.claims import transfer_verdict
from ltlib.results.quantities import transition_sparsity
from tests.support.results_table import falling, results_table
from tests.support.scenes import drawn, said, title

DOMAINS = ("books", "music", "garden")
TABLE = results_table(falling, DOMAINS, rounds=4, replicates=3)
APART = pd.DataFrame(
    [(a, b, 0.01 * (len(a) + len(b))) for a, b in itertools.permutations(DOMAINS, 2)],
    columns=["source", "target", "nats"],
)


def accuracies(**names: Any) -> list[float]:
    """Test accuracies of the rows that `names` select, replicate by replicate."""
    rows = [row for row in TABLE.to_dict("records") if all(row[k] == v for k, v in names.items())]
    return [row["test_accuracy"] for row in rows]


@pytest.mark.parametrize("round_", [1, 4])
def test_the_slider_shows_every_domain_at_one_round(round_: int) -> None:
    chart = charts.accuracies_at(TABLE, 1000, round_)
    dots = [said(item) for item in drawn(chart, "symbol")]
    assert len(dots) == len(DOMAINS) * 3
    for dot in dots:
        r = 0 if dot["strategy"] == "full-model" else round_
        runs = accuracies(source=dot["domain"], strategy=dot["strategy"], round=r)
        assert float(dot["mean"]) == pytest.approx(np.mean(runs))
        assert dot["standard deviation"] == f"{np.std(runs, ddof=1):.2%}"
        assert dot["replicates"] == str(len(runs))
    survivors = round(1000 * 0.65**round_)
    assert title(chart) == [
        f"Sparsity {1 - 0.65**round_:.3%}, {survivors} of 1,000 weights survive"
    ]


def test_bars_are_one_deviation_to_either_side() -> None:
    chart = charts.accuracies_at(TABLE, 1000, 2)
    dots = drawn(chart, "symbol")
    means = [float(said(dot)["mean"]) for dot in dots]
    per_pixel, _ = np.polyfit([dot["x"] for dot in dots], means, 1)
    for bar, dot in zip(drawn(chart, "rule"), dots, strict=True):
        deviation = float(said(dot)["standard deviation"].rstrip("%")) / 100
        assert (bar["x2"] - bar["x"]) / 2 * per_pixel == pytest.approx(deviation, abs=1e-4)
        assert (bar["x2"] + bar["x"]) / 2 == pytest.approx(dot["x"])


def test_one_replicate_has_no_deviation() -> None:
    chart = charts.accuracies_at(results_table(falling, replicates=1), 1000, 1)
    assert chart.data["deviation"].isna().all()
    assert all(bar["x"] == pytest.approx(bar["x2"]) for bar in drawn(chart, "rule"))
    assert chart.png()


@pytest.mark.parametrize("values", ["reset", "random"])
def test_a_transfer_stands_beside_the_targets_own_ticket(values: str) -> None:
    chart = transfer_between(TABLE, APART, "music", "garden", values)
    dots = [said(item) for item in drawn(chart, "symbol")]
    assert {dot["strategy"] for dot in dots} == {"ticket-target", f"masks-{values}"}
    for dot in dots:
        r = int(dot["round"])
        if dot["strategy"] == "ticket-target":
            own = "ticket-reset" if r else "full-model"
            runs = accuracies(source="garden", experiment="obtain", strategy=own, round=r)
        else:
            runs = accuracies(source="music", target="garden", strategy=dot["strategy"], round=r)
        assert float(dot["test accuracy" if "test accuracy" in dot else "mean"]) == pytest.approx(
            np.mean(runs)
        )
    verdict = transfer_verdict(TABLE, "music", "garden", f"masks-{values}")
    first, second = title(chart)
    assert first == "music → garden: JSD 0.110 nats"
    assert f"{100 * abs(verdict.mean):.1f}" in second
    assert second.endswith(PLACES.get(verdict.place, verdict.place))


def test_a_task_that_was_not_run_says_so() -> None:
    chart = transfer_between(TABLE, APART, "music", "music", "reset")
    assert drawn(chart, "symbol") == []
    assert "choose another" in title(chart)[0]


def test_an_unknown_divergence_is_not_invented() -> None:
    chart = transfer_between(TABLE, APART.iloc[:0], "music", "garden", "reset")
    assert title(chart)[0].endswith("JSD not known")


@pytest.mark.parametrize("threshold", [0.5, 2, 5, 9])
def test_rings_stand_where_the_transition_is(threshold: float) -> None:
    chart = charts.transition_at(TABLE, threshold)
    shown = [said(item) for item in drawn(chart, "symbol")]
    rings = {dot["domain"]: int(dot["from round"]) for dot in shown if "from round" in dot}
    assert len(shown) - len(rings) == len(DOMAINS) * 5
    for domain in DOMAINS:
        start = transition_sparsity(TABLE, domain, threshold / 100)
        if np.isnan(start):
            assert domain not in rings
        else:
            assert 1 - 0.65 ** rings[domain] == pytest.approx(start)


def test_differences_are_taken_within_a_replicate() -> None:
    chart = charts.transition_at(TABLE, 2)
    for row in chart.data.to_dict("records"):
        reset, random = (
            accuracies(source=row["domain"], strategy=s, round=row["round"])
            for s in ("ticket-reset", "ticket-random")
        )
        differences = 100 * (np.array(reset) - np.array(random)) if reset else np.zeros(3)
        assert row["mean"] == pytest.approx(differences.mean(), abs=1e-9)
        assert row["deviation"] == pytest.approx(differences.std(ddof=1), abs=1e-9)


def test_rounds_are_labelled_with_their_sparsity() -> None:
    spec = charts.transition_at(TABLE, 2).spec
    labels = str({r: sparsity_label(1 - 0.65**r) for r in range(5)})
    assert labels in str(spec)


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "missing column": (lambda: charts.accuracies_at(TABLE.drop(columns="round"), 9, 0), "'round'"),
    "no transfers": (
        lambda: transfer_between(
            TABLE[TABLE["experiment"] == "obtain"], APART, "books", "music", "reset"
        ),
        "'transfer'",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_line(name: str) -> None:
    draw, message = BAD[name]
    with pytest.raises(InputError, match=message) as caught:
        draw()
    assert "\n" not in str(caught.value)
