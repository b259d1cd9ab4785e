"""Verdicts on tables whose truth is known, and against slow recomputation."""

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ltlib.claims import transfer_verdict
from ltlib.errors import InputError
from tests.results_table import results_table

DOMAINS = ("books", "music", "garden")


def table_of(gaps: dict[str, float], noise: float, replicates: int = 5) -> pd.DataFrame:
    """Every strategy at 0.7 plus its gap, with noise of a known deviation."""
    numbers = np.random.default_rng(7)

    def accuracy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        return 0.7 + gaps.get(strategy, 0.0) + noise * numbers.standard_normal()

    return results_table(accuracy, DOMAINS, rounds=8, replicates=replicates)


@pytest.mark.parametrize(
    ("gap", "place", "word"),
    [
        (-0.05, "below", "fails"),
        (0.0, "within", "holds"),
        (0.05, "above", "fails"),
        (0.01, "undecided", "undecided"),
    ],
)
def test_a_transfer_with_a_known_gap(gap: float, place: str, word: str) -> None:
    verdict = transfer_verdict(
        table_of({"masks-reset": gap}, 0.005), "books", "music", "masks-reset"
    )
    assert (verdict.place, verdict.word, verdict.replicates) == (place, word, 5)
    assert verdict.mean == pytest.approx(gap, abs=0.005)


def test_a_transfer_in_noise_is_undecided() -> None:
    for gap in (-0.02, 0.0, 0.02):
        noisy = table_of({"masks-random": gap}, 0.2)
        assert transfer_verdict(noisy, "music", "garden", "masks-random").word == "undecided"


def test_a_transfer_equals_a_loop_over_rows() -> None:
    table = table_of({"masks-reset": -0.01}, 0.03)
    rows = table.to_dict("records")
    leads = []
    for replicate in range(5):
        differences = [
            moved["test_accuracy"] - own["test_accuracy"]
            for moved in rows
            for own in rows
            if (moved["strategy"], moved["source"], moved["target"])
            == ("masks-reset", "music", "books")
            and (own["strategy"], own["source"]) == ("ticket-reset", "books")
            and moved["round"] == own["round"]
            and moved["replicate"] == own["replicate"] == replicate
            and 0 < moved["sparsity"] <= 0.9
        ]
        assert len(differences) == 5
        leads.append(statistics.mean(differences))
    verdict = transfer_verdict(table, "music", "books", "masks-reset")
    assert verdict.mean == pytest.approx(statistics.mean(leads))
    expected = stats.t.interval(0.9, 4, loc=np.mean(leads), scale=stats.sem(leads))
    assert (verdict.low, verdict.high) == pytest.approx(expected)


def test_a_transfer_without_the_targets_ticket_or_replicates() -> None:
    table = table_of({}, 0.01)
    transfers = table[table["experiment"] == "transfer"]
    assert transfer_verdict(transfers, "books", "music", "masks-reset").word == "not measured"
    without = table[(table["strategy"] != "ticket-reset") | (table["source"] != "music")]
    assert transfer_verdict(without, "books", "music", "masks-reset").word == "not measured"
    once = transfer_verdict(table_of({}, 0.01, 1), "books", "music", "masks-reset")
    assert (once.word, once.replicates) == ("undecided", 1)
    assert not math.isnan(once.mean)


def test_a_transfer_that_is_not_there_is_refused() -> None:
    table = table_of({}, 0.01)
    with pytest.raises(InputError, match=r"books:books.*there are books:music, books:garden"):
        transfer_verdict(table, "books", "books", "masks-reset")
    with pytest.raises(InputError, match=r"ticket-reset.*masks-reset, masks-random"):
        transfer_verdict(table, "books", "music", "ticket-reset")
    with pytest.raises(InputError, match="experiment 'transfer'"):
        transfer_verdict(table[table["experiment"] == "obtain"], "books", "music", "masks-reset")
