"""The phase transition, printed and to explore, against the results table."""

import numpy as np
import pytest

from ltlib.figures import phase_transition, transition_at
from ltlib.figures.looks import sparsity_label
from ltlib.results.quantities import transition_sparsity
from tests.support.results_table import falling, results_table
from tests.support.runs_of import accuracies
from tests.support.scenes import drawn, said

DOMAINS = ("books", "music", "garden")
TABLE = results_table(falling, DOMAINS, rounds=4, replicates=3)


@pytest.mark.parametrize("threshold", [0.5, 2, 5, 9])
def test_rings_stand_where_the_transition_is(threshold: float) -> None:
    chart = transition_at(TABLE, threshold)
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
    chart = transition_at(TABLE, 2)
    for row in chart.data.to_dict("records"):
        reset, random = (
            accuracies(TABLE, source=row["domain"], strategy=s, round=row["round"])
            for s in ("ticket-reset", "ticket-random")
        )
        differences = 100 * (np.array(reset) - np.array(random)) if reset else np.zeros(3)
        assert row["mean"] == pytest.approx(differences.mean(), abs=1e-9)
        assert row["deviation"] == pytest.approx(differences.std(ddof=1), abs=1e-9)


def test_rounds_are_labelled_with_their_sparsity() -> None:
    spec = transition_at(TABLE, 2).spec
    labels = str({r: sparsity_label(1 - 0.65**r) for r in range(5)})
    assert labels in str(spec)


def test_the_ring_marks_the_round_from_which_the_lead_lasts() -> None:
    def ahead(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        return 0.7 + (0.05 if strategy == "ticket-reset" and round_ in (1, 4, 5) else 0.0)

    axes = phase_transition(results_table(ahead, ("a",), rounds=5), 0.02).axes[0]
    rings = [line for line in axes.get_lines() if line.get_fillstyle() == "none"]
    assert [np.asarray(ring.get_xdata()).tolist() for ring in rings] == [[4]]
    axes = phase_transition(results_table(ahead, ("a",), rounds=5), 0.06).axes[0]
    rings = [line for line in axes.get_lines() if line.get_fillstyle() == "none"]
    assert [np.asarray(ring.get_xdata()).tolist() for ring in rings] == [[]]


def test_points_and_bars_are_means_and_deviations_of_the_difference() -> None:
    (axes,) = phase_transition(TABLE).axes
    for container, domain in zip(axes.containers, DOMAINS, strict=True):
        line, _, (bars,) = container.lines  # type: ignore[attr-defined]
        assert container.get_label() == domain
        for r, (height, bar) in enumerate(zip(line.get_ydata(), bars.get_segments(), strict=True)):
            reset, random = (
                accuracies(TABLE, source=domain, strategy=s, round=r)
                for s in ("ticket-reset", "ticket-random")
            )
            lead = 100 * (np.array(reset) - np.array(random)) if r else np.zeros(3)
            assert height == pytest.approx(lead.mean(), abs=1e-9)
            assert bar[1, 1] - bar[0, 1] == pytest.approx(2 * lead.std(ddof=1), abs=1e-9)
