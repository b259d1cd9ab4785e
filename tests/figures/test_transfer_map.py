"""Transfers to explore: the map and the curves of a task, against the results table."""

import itertools

import numpy as np
import pandas as pd
import pytest

from ltlib.figures import transfer_map
from ltlib.figures.transfer_map import PLACES
from ltlib.results.evidence import transfer_evidence
from ltlib.results.lost import lost
from tests.support.refusals import assert_refused
from tests.support.results_table import falling, results_table
from tests.support.runs_of import accuracies
from tests.support.scenes import Item, drawn, said, titles

DOMAINS = ("books", "music", "garden")
ROUNDS, REPLICATES = 4, 3
TABLE = results_table(falling, DOMAINS, ROUNDS, REPLICATES)
APART = pd.DataFrame(
    [(a, b, 0.01 * (len(a) + len(b))) for a, b in itertools.permutations(DOMAINS, 2)],
    columns=["source", "target", "nats"],
)
SOURCE, TARGET = "music", "garden"
TASK = f"{SOURCE} → {TARGET}"


def own_ticket(target: str, round_: int) -> list[float]:
    own = "ticket-reset" if round_ else "full-model"
    return accuracies(TABLE, source=target, experiment="obtain", strategy=own, round=round_)


def moved(source: str, target: str, strategy: str, round_: int) -> list[float]:
    return accuracies(TABLE, source=source, target=target, strategy=strategy, round=round_)


def cells(items: list[Item]) -> dict[tuple[str, str], float]:
    """What the map's cells say, by task."""
    told = [said(item) for item in items if "difference" in item["description"]]
    return {
        (one["source"], one["target"]): float(one["difference"].replace("−", "-")) for one in told
    }


@pytest.mark.parametrize(("values", "round_"), [("reset", 0), ("random", 3)])
def test_every_task_is_a_cell_that_says_what_it_loses(values: str, round_: int) -> None:
    chart = transfer_map(TABLE, APART, values, round_, TASK)
    found = cells(drawn(chart, "rect"))
    assert set(found) == set(itertools.permutations(DOMAINS, 2))
    words = {item["text"] for item in drawn(chart, "text")}
    for (source, target), told in found.items():
        theirs = moved(source, target, f"masks-{values}", round_)
        expected = 100 * (np.mean(theirs) - np.mean(own_ticket(target, round_)))
        assert told == pytest.approx(expected, abs=1e-6)
        assert f"{expected:+.1f}".replace("-", "−") in words
    assert f"masks-{values}" in titles(chart)[0] and f"{1 - 0.65**round_:.3%}" in titles(chart)[1]


@pytest.mark.parametrize("values", ["reset", "random"])
def test_the_chosen_task_stands_beside_the_targets_own_ticket(values: str) -> None:
    chart = transfer_map(TABLE, APART, values, 2, TASK)
    dots = [said(item) for item in drawn(chart, "symbol")]
    assert {dot["strategy"] for dot in dots} == {"ticket-target", f"masks-{values}"}
    for dot in dots:
        r = int(dot["round"])
        own = dot["strategy"] == "ticket-target"
        runs = own_ticket("garden", r) if own else moved(SOURCE, TARGET, dot["strategy"], r)
        assert float(dot["test accuracy" if "test accuracy" in dot else "mean"]) == pytest.approx(
            np.mean(runs)
        )
        assert dot["mean, area under ROC"] == f"{(1 + np.mean(runs)) / 2:.2%}"
    verdict = transfer_evidence(TABLE, SOURCE, TARGET, f"masks-{values}")
    *_, first, _, last = titles(chart)
    assert first == "music → garden: JSD 0.110 nats"
    assert f"{100 * abs(verdict.estimate):.1f}" in last
    assert last.endswith(PLACES.get(verdict.said, verdict.said))


def test_only_what_was_run_can_be_chosen() -> None:
    few = TABLE[(TABLE["experiment"] == "obtain") | (TABLE["target"] == "garden")]
    few = few[few["round"] != 2]
    controls = transfer_map(few, APART, "reset", 1, TASK).controls
    assert controls["task"].choices == ["books → garden", "music → garden"]
    assert controls["round"].choices == [0, 1, 3, 4] and not controls["round"].slides
    assert transfer_map(TABLE, APART, "reset", 1, TASK).controls["round"].slides


def test_runs_that_stopped_are_marked() -> None:
    table = TABLE.copy()
    mute = (table["source"] == "music") & (table["target"] == "garden") & (table["replicate"] > 0)
    table.loc[mute & (table["round"] == 3), "one_sided"] = True
    marked = {
        r: [text["text"] for text in drawn(transfer_map(table, APART, "reset", r, TASK), "text")]
        for r in (2, 3)
    }
    assert sum("×2" in text for text in marked[3]) == 1
    assert not any("×" in text for text in marked[2])


def test_what_is_lost_is_counted_run_by_run() -> None:
    losses = lost(TABLE, APART)
    assert len(losses) == 6 * 2 * (ROUNDS + 1)
    for row in losses.to_dict("records"):
        theirs = moved(row["source"], row["target"], row["strategy"], row["round"])
        expected = np.mean(theirs) - np.mean(own_ticket(row["target"], row["round"]))
        assert row["difference"] == pytest.approx(expected)
        assert (row["replicates"], row["stopped"]) == (REPLICATES, 0)
        assert row["nats"] == pytest.approx(0.01 * len(row["source"] + row["target"]))


def test_an_unknown_divergence_is_not_invented() -> None:
    chart = transfer_map(TABLE, APART.iloc[:0], "reset", 1, TASK)
    assert titles(chart)[-3].endswith("JSD not known")
    assert lost(TABLE, APART.iloc[:0])["nats"].isna().all()


def test_bad_input_gets_one_line() -> None:
    alone = TABLE[TABLE["experiment"] == "obtain"]
    assert_refused(lambda: transfer_map(alone, APART, "reset", 1, TASK), "transfer")
