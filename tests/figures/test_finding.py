"""The one figure: its dots are runs, its lines their means."""

import numpy as np
import pytest
from matplotlib.lines import Line2D

from ltlib.figures.finding import CALLED, finding
from ltlib.figures.looks import Drawing
from ltlib.results.kept import kept
from tests.support import claim_worlds as worlds

LABEL = "one answer to all texts"
TABLE = worlds.table(worlds.against, replicates=3, rounds=6)


def heights(line: Line2D) -> list[float]:
    return sorted(np.asarray(line.get_ydata(), dtype=float).tolist())


def legend_of(figure: Drawing) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_every_run_is_a_dot_and_every_line_a_mean() -> None:
    runs = kept(TABLE)
    assert not runs["stopped"].any()
    lines = finding(TABLE).axes[0].get_lines()
    named = {str(line.get_label()): line for line in lines}
    for strategy, label in CALLED.items():
        own = runs[runs["strategy"] == strategy]
        expected = 100 * own.groupby("round")["difference"].mean()
        assert named[label].get_xdata() == pytest.approx(expected.index.to_numpy())
        assert named[label].get_ydata() == pytest.approx(expected.to_numpy())
        colour = named[label].get_color()
        [dots] = [
            line for line in lines if line.get_linestyle() == "None" and line.get_color() == colour
        ]
        places = set(zip(own["round"], own["difference"].round(9), strict=True))
        drawn = np.asarray(dots.get_xydata())
        shown = zip(drawn[:, 0].round(), (drawn[:, 1] / 100).round(9), strict=True)
        assert set(shown) == places


def test_runs_that_stopped_are_crosses_and_named() -> None:
    table = TABLE.copy()
    late = (table["round"] == 6) & (table["strategy"] == "masks-shuffled")
    table.loc[late, "one_sided"] = True
    figure = finding(table)
    crosses = [line for line in figure.axes[0].get_lines() if line.get_marker() == "x"]
    assert [len(heights(line)) for line in crosses] == [late.sum()]
    assert LABEL in legend_of(figure)
    assert LABEL not in legend_of(finding(TABLE))


def test_linear_models_are_beside_the_full_models_of_the_targets() -> None:
    linear = {"books": 0.9, "electronics": 0.7, "cds": 0.95, "unknown": 0.1}
    line = finding(TABLE, linear).axes[0].get_lines()[-1]
    full = TABLE[TABLE["strategy"] == "full-model"].groupby("target")["test_accuracy"].mean()
    ahead = [linear[domain] - full[domain] for domain in worlds.DOMAINS]
    assert line.get_label() == "linear model"
    assert line.get_ydata() == pytest.approx([100 * np.mean(ahead)] * 2)


def test_what_was_not_run_has_no_line() -> None:
    plain = TABLE[TABLE["strategy"] != "masks-shuffled"]
    legend = legend_of(finding(plain))
    assert CALLED["masks-shuffled"] not in legend and CALLED["masks-reset"] in legend
