"""The figure of readings has a mark for every run, where its accuracy and its area are."""

from dataclasses import replace

import pandas as pd
import pytest

from ltlib import figures
from ltlib.figures.readings import LOOKS, TITLES
from ltlib.results.atlas import atlas_beside
from ltlib.results.readings import FATES
from tests.results.test_readings import TOLD


@pytest.mark.parametrize("measure", ["test_accuracy", "test_auc"])
def test_every_run_has_a_mark_of_its_fate(measure: str) -> None:
    shown = list(dict.fromkeys(TOLD["reading"]))
    axes = figures.readings(TOLD).axes[len(shown) * (measure == "test_auc") :][: len(shown)]
    for panel, reading in zip(axes, shown, strict=True):
        for fate in FATES:
            rows = TOLD[(TOLD["reading"] == reading) & (TOLD["fate"] == fate)]
            expected = sorted(zip(rows["round"], 100 * rows[measure], strict=True))
            marks = [
                point
                for line in panel.get_lines()
                if line.get_marker() == LOOKS[fate]["marker"]
                for point in line.get_xydata().tolist()  # type: ignore[union-attr]
            ]
            assert sorted(map(tuple, marks)) == [pytest.approx(pair) for pair in expected]


def test_the_output_layer_begins_where_a_ticket_is_one_sided() -> None:
    """Three units for either class and a bias; then two, of one class, and none."""
    rows = [("a", 3, "1", 0.5), ("a", 3, "2", -0.5), ("a", 3, "bias, pruned", 0.0),
            ("a", 4, "1", 0.5), ("a", 4, "bias", 0.1), ("b", 5, "7", -0.5),
            ("b", 5, "9", 0.0), ("b", 5, "bias, pruned", 0.0)]  # fmt: skip
    output = pd.DataFrame(rows, columns=["domain", "round", "unit", "difference"]).assign(fed=True)
    empty = atlas_beside("nowhere")
    drawn = figures.output_layer({"one": replace(empty, output=output)})
    assert {name: control.value for name, control in drawn.controls.items()} == {
        "which": "one, b", "round": 5,
    }  # fmt: skip
    whole = output[output["round"] < 5]
    drawn = figures.output_layer({"one": replace(empty, output=whole)})
    assert {name: control.value for name, control in drawn.controls.items()} == {
        "which": "one, a", "round": 3,
    }  # fmt: skip


def test_titles_stand_above_the_first_row_alone() -> None:
    drawn = figures.readings(TOLD)
    assert [axes.get_title() for axes in drawn.axes] == [*TITLES.values(), *[""] * len(TITLES)]
    one = figures.readings(TOLD[TOLD["reading"] == "layer"])
    assert [axes.get_title() for axes in one.axes] == [TITLES["layer"], ""]
    assert isinstance(TOLD, pd.DataFrame)
