"""The dial, against slow loops and SciPy, on a table in which what it shows is known."""

import math
import re

import numpy as np
import pytest
from scipy import stats

from ltlib import figures
from ltlib.results.dial import dial, dial_slopes
from tests.support.results_table import results_table

SHARES = (0, 50, 100)
MIXED = {share: f"a+{share}%b" for share in SHARES}
DOMAINS = ("a", "b", *MIXED.values(), "c+50%a")
ROUNDS, REPLICATES = 8, 4


def accuracy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
    """Loses more in late rounds, less the more of the source is the target's."""
    noise = 0.003 * math.sin(7 * round_ + 3 * replicate + len(strategy) + 5 * ord(target[0]))
    if strategy != "masks-reset" or source not in MIXED.values():
        return 0.8 + noise
    share = next(share for share, name in MIXED.items() if name == source)
    return 0.8 - 0.01 * round_ * (1 - share / 100) * (1 + 0.1 * replicate) + noise


TABLE = results_table(accuracy, DOMAINS, ROUNDS, REPLICATES)
SPANS = ((0.0, 0.9), (0.9, 1.0))


def losses(share: int, replicate: int, above: float, upto: float) -> list[float]:
    runs = {
        (row["strategy"], row["source"], row["target"], row["round"], row["replicate"]): row
        for row in TABLE.to_dict("records")
    }
    found = []
    for round_ in range(1, ROUNDS + 1):
        row = runs["masks-reset", MIXED[share], "b", round_, replicate]
        if above < row["sparsity"] <= upto:
            own = runs["ticket-reset", "b", "b", round_, replicate]
            found.append(row["test_accuracy"] - own["test_accuracy"])
    return found


@pytest.mark.parametrize(("above", "upto"), SPANS)
def test_a_share_has_the_mean_of_its_chains_and_students_interval(
    above: float, upto: float
) -> None:
    found = dial(TABLE, above, upto)
    assert set(zip(found["source"], found["target"], strict=True)) == {("a", "b"), ("c", "a")}
    own = found[found["target"] == "b"]
    assert own["percent"].tolist() == list(SHARES)
    for row in own.to_dict("records"):
        means = [np.mean(losses(row["percent"], r, above, upto)) for r in range(REPLICATES)]
        assert row["estimate"] == pytest.approx(np.mean(means))
        ends = stats.t.interval(0.95, REPLICATES - 1, np.mean(means), stats.sem(means))
        assert (row["low"], row["high"]) == pytest.approx(ends)
        assert row["chains"] == REPLICATES


@pytest.mark.parametrize(("above", "upto"), SPANS)
def test_a_slope_is_least_squares_in_each_replicate(above: float, upto: float) -> None:
    found = dial_slopes(TABLE, above, upto)
    (row,) = found.to_dict("records")  # one share has no slope
    assert (row["source"], row["target"]) == ("a", "b")
    slopes = []
    for replicate in range(REPLICATES):
        means = [np.mean(losses(share, replicate, above, upto)) for share in SHARES]
        slopes.append(stats.linregress(np.array(SHARES) / 100, means).slope)
    assert row["estimate"] == pytest.approx(np.mean(slopes))
    ends = stats.t.interval(0.95, REPLICATES - 1, np.mean(slopes), stats.sem(slopes))
    assert (row["low"], row["high"]) == pytest.approx(ends)
    assert row["low"] > 0


def test_one_chain_has_no_interval_and_no_mixture_no_dial() -> None:
    one = dial(TABLE[TABLE["replicate"] == 0])
    assert one["low"].isna().all() and one["estimate"].notna().all()
    plain = TABLE[~TABLE["source"].str.contains("%")]
    assert dial(plain).empty and dial_slopes(plain).empty


def test_every_share_is_a_point_of_the_figure() -> None:
    spans = {"early": dial(TABLE), "late": dial(TABLE, 0.9, 1.0)}
    panels = figures.dial(spans).axes
    for axes, (title, rows) in zip(panels, spans.items(), strict=True):
        assert axes.get_title() == title
        lines = [line for line in axes.get_lines() if line.get_marker() not in ("None", "", None)]
        for line, (_, own) in zip(lines, rows.groupby(["source", "target"]), strict=True):
            points = np.asarray(line.get_xydata(), float)
            assert points[:, 0] == pytest.approx(own["percent"].to_numpy(float), abs=2)
            assert points[:, 1] == pytest.approx(100 * own["estimate"].to_numpy(float))
    empty = dial(TABLE)[:0]
    assert len(figures.dial({"early": dial(TABLE), "none": empty}).axes) == 1
    assert figures.dial({"none": empty}).png()


def test_the_table_reads_what_the_slopes_are() -> None:
    slopes = {"early": dial_slopes(TABLE), "late": dial_slopes(TABLE, 0.9, 1.0)}
    table = figures.dial_table(slopes, "slopes")
    assert (table.corner, table.names, table.headings) == ("task", ["a → b"], ["early", "late"])
    for cell, found in zip(table.rows[0], slopes.values(), strict=True):
        row = found.iloc[0]
        numbers = [float(n) for n in re.findall(r"[+-]\d+\.\d", cell.replace("−", "-"))]
        expected = [100 * row[name] for name in ("estimate", "low", "high")]
        assert numbers == pytest.approx(expected, abs=0.0501)
