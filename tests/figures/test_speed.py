"""What the benchmarks measured: figures and tables show it, and what is stored holds water."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest

from ltlib.errors import InputError
from ltlib.figures import speed
from ltlib.protocol import Protocol
from tests.support.scenes import drawn, said

TRICKS = {
    "rows": [
        {"stage": "dense", "rounds": [0, 10], "expected": [None, None], "milliseconds": [80, 60.0]},
        {"stage": "packed", "rounds": [0, 10], "expected": [4.0, 4.0], "milliseconds": [40, 30.0]},
        {"stage": "kept", "rounds": [0, 10], "expected": [None, None], "milliseconds": [50, 30.0]},
        {"stage": "alone", "rounds": [0, 10], "expected": [None, 9.0], "milliseconds": [None, 5.0]},
    ]
}


def row(measure: str, dense: float | None, ltlib: float, at_least: float | None) -> dict:
    ratio = None if dense is None else dense / ltlib
    return {"measure": measure, "dense": dense, "ltlib": ltlib, "ratio": ratio,
            "at_least": at_least}  # fmt: skip


TRAINING = {
    "rows": [
        row("s an epoch", 80.0, 10.0, 4),
        row("s an epoch of 2,000 reviews", None, 3.0, None),
        row("s an epoch, round 8, 1,234,567 survivors", None, 8.0, None),
        row("s an epoch, round 9, 800,000 survivors", None, 2.0, None),
    ]
}


def test_factors_are_of_one_stage_over_the_one_before() -> None:
    table = speed.stages(TRICKS, 0)
    assert list(table["stage"]) == ["dense", "packed", "kept"], "what was not measured is left out"
    assert table["measured"].tolist()[1:] == [2.0, 0.8]
    assert math.isnan(table["expected"][0]) and table["expected"][1] == 4
    assert speed.stages(TRICKS, 10)["measured"].tolist()[1:] == [2.0, 1.0, 6.0]
    with pytest.raises(InputError, match="round 3 was not measured"):
        speed.stages(TRICKS, 3)


@pytest.mark.parametrize("round_", [0, 10])
def test_a_bar_reaches_from_the_stage_before_to_its_own(round_: int) -> None:
    chart = speed.waterfall(TRICKS, round_)
    times = speed.stages(TRICKS, round_)["milliseconds"].tolist()
    bars = sorted(drawn(chart, "rect"), key=lambda bar: bar["y"])
    assert [float(said(bar)["milliseconds"]) for bar in bars] == times
    place = bars[0]["x"] + bars[0]["width"]  # where the dense loop's bar ends
    for bar, (earlier, time) in zip(bars[1:], pairwise(times), strict=True):
        begins, ends = bar["x"], bar["x"] + bar["width"]
        if time <= earlier:
            begins, ends = ends, begins
        assert begins == pytest.approx(place)
        halving = (bars[1]["width"]) / math.log(times[0] / times[1])
        assert bar["width"] == pytest.approx(halving * abs(math.log(earlier / time)), abs=1e-6)
        place = ends
    colours = {bar["fill"]: b > a for bar, (a, b) in zip(bars[1:], pairwise(times), strict=True)}
    assert len(colours) == len(set(colours.values())), "a trick that costs time is told apart"
    texts = [item["text"] for item in sorted(drawn(chart, "text"), key=lambda item: item["y"])]
    assert texts[:2] == [f"{times[0]:.0f} ms", f"÷ 2.0: {times[1]:.0f} ms"]


def test_costs_are_read_by_round() -> None:
    table = speed.by_round(TRAINING)
    assert table.to_dict("list") == {
        "round": [8, 9], "survivors": [1_234_567, 800_000], "seconds": [8.0, 2.0],
    }  # fmt: skip
    (axes,) = speed.cost_by_round(TRAINING, survivors_from=9).axes
    drawn = [tuple(np.asarray(line.get_xydata())[0]) for line in axes.get_lines()]
    assert drawn == [(1_234_567, 8.0), (800_000, 2.0)]


def test_logarithmic_axes_are_labelled_with_plain_numbers() -> None:
    figure = speed.cost_by_round(TRAINING, 9)
    figure.draw_without_rendering()
    for axis in (figure.axes[0].xaxis, figure.axes[0].yaxis):
        if axis.get_scale() == "log":
            texts = [label.get_text() for label in axis.get_ticklabels(which="both")]
            assert any(texts)
            assert all(re.fullmatch(r"[\d,.]*", text) for text in texts)


def test_only_judged_measures_are_listed() -> None:
    shown = repr(speed.ratios(TRAINING))
    assert "80.00" in shown and "8.0×" in shown and "4×" in shown
    assert "2,000" not in shown and "survivors" not in shown


def test_accuracies_are_means_over_replicates() -> None:
    pairs = [
        {"round": 0, "domain": "a", "replicate": s, "dense": 80.0 + s, "default": 81.0 - s}
        for s in (0, 1)
    ]
    last = repr(speed.accuracies({"pairs": pairs})).splitlines()[-1]
    assert last.split() == ["0", "a", "80.5", "80.5", "+0.0"]


@pytest.mark.parametrize("name", ["training", "tricks", "limits", "accuracy"])
def test_what_is_stored_says_where_it_comes_from(name: str) -> None:
    found = speed.measured(name)  # type: ignore[arg-type]
    assert len(found["corpus_hash"]) == 64
    for origin in [found["machine"]] if "machine" in found else _origins(found):
        assert origin["versions"]["torch"].startswith("2.")
        assert len(origin["commit"]) == 40, "measured on a tree that is committed"
        assert origin["processor"]


def _origins(accuracy: speed.Measured) -> list[dict]:
    return [pair["provenance"] for pair in accuracy["pairs"]]


def test_the_stored_benchmark_reaches_what_it_must() -> None:
    rows = speed.measured("training")["rows"]
    for r in rows:
        if r["at_least"] is not None:
            assert math.isclose(r["ratio"], r["dense"] / r["ltlib"]), r["measure"]
            assert r["ratio"] >= r["at_least"], r["measure"]
    table = speed.by_round({"rows": rows})
    assert list(table["round"]) == list(range(Protocol().rounds + 1))


def test_the_limits_are_below_what_a_step_takes() -> None:
    found = speed.measured("limits")
    assert 0 < found["product"] + found["optimiser"] < found["step"]
    rows, size = 12 * 127, 417
    flops = 2 * found["subwords"] * rows * size
    assert math.isclose(found["product_rate"], flops / found["product"])


def test_months_by_hand() -> None:
    """1 s for 7,464 reviews: 2,850 runs of 15 epochs of 20,000 reviews, in months of 30 days."""
    rows = [row("s an epoch", 1.0, 1.0, 4)]
    months = 2_850 * 15 * 20_000 / 7_464 / 3_600 / 24 / 30
    assert math.isclose(speed.months_of_the_dense_loop({"rows": rows}), months)


def test_what_is_not_stored_is_named() -> None:
    with pytest.raises(InputError, match=r"nothing\.json: not stored"):
        speed.measured("nothing")  # type: ignore[arg-type]
