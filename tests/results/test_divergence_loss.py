"""Loss and divergence: against loops, SciPy and a simulation in which names do not matter."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from ltlib import figures
from ltlib.results.divergence_loss import losses, rank_correlation
from ltlib.results.evidence import transfer_evidence
from tests.support.results_table import falling, results_table

DOMAINS = ("a", "b", "c", "d")
TABLE = results_table(falling, DOMAINS, rounds=6, replicates=3)
APART = pd.DataFrame(
    [(s, t, abs(ord(s) - ord(t)) / 10) for s, t in itertools.permutations(DOMAINS, 2)],
    columns=["source", "target", "nats"],
)


def test_losses_are_those_that_verdicts_of_tasks_are_about() -> None:
    found = losses(TABLE, APART)
    assert len(found) == 12
    for row in found.to_dict("records"):
        same = transfer_evidence(TABLE, row["source"], row["target"], "masks-reset")
        assert row["estimate"] == pytest.approx(same.estimate)
        assert (row["low"], row["high"]) == pytest.approx((same.low, same.high))
        assert row["nats"] == abs(ord(row["source"]) - ord(row["target"])) / 10
    assert len(losses(TABLE, APART[APART["target"] != "d"])) == 9


def tasks(loss: np.ndarray) -> pd.DataFrame:
    return APART.assign(estimate=loss)


def test_the_correlation_is_spearmans_and_its_p_of_all_orders() -> None:
    random = np.random.default_rng(2)
    loss = -APART["nats"].to_numpy() + 0.1 * random.standard_normal(12)
    found, p = rank_correlation(tasks(loss))
    assert found == pytest.approx(spearmanr(APART["nats"], loss).statistic)
    as_strong = []
    for order in itertools.permutations(range(4)):
        nats = [
            abs(order[ord(s) - 97] - order[ord(t) - 97]) / 10
            for s, t in zip(APART["source"], APART["target"], strict=True)
        ]
        as_strong.append(abs(spearmanr(nats, loss).statistic) >= abs(found) - 1e-9)
    assert p == pytest.approx(np.mean(as_strong))


def test_where_names_do_not_matter_p_is_small_as_often_as_it_says() -> None:
    random = np.random.default_rng(6)
    ps = []
    for _ in range(300):
        own = {frozenset(p): random.standard_normal() for p in itertools.combinations(DOMAINS, 2)}
        loss = [own[frozenset(p)] for p in zip(APART["source"], APART["target"], strict=True)]
        ps.append(rank_correlation(tasks(np.array(loss)))[1])
    for level in (0.1, 0.3, 0.5):
        assert np.mean(np.array(ps) <= level) <= level + 3 * math.sqrt(level * (1 - level) / 300)


def test_too_few_tasks_have_no_correlation() -> None:
    for few in (tasks(np.arange(12.0))[:2], tasks(np.zeros(12))):
        assert all(map(math.isnan, rank_correlation(few)))
    assert all(map(math.isnan, rank_correlation(losses(TABLE, APART[:0]))))


def test_every_task_is_a_point_of_the_figure() -> None:
    found = losses(TABLE, APART)
    deeper = found.assign(estimate=found["estimate"] - 0.1)
    panels = figures.losses_by_divergence({"shallow": found, "deep": deeper}).axes
    assert [axes.get_title() for axes in panels] == ["shallow", "deep"]
    for axes, tasks in zip(panels, (found, deeper), strict=True):
        drawn = [line for line in axes.get_lines() if line.get_marker() != "None"]
        shapes = [np.asarray(line.get_xydata(), float) for line in drawn]
        points = [shape[0] for shape in shapes if len(shape) == 1]
        assert len(points) == len(tasks)
        for (x, y), row in zip(points, tasks.to_dict("records"), strict=True):
            assert x == pytest.approx(row["nats"], abs=0.002)
            assert y == pytest.approx(100 * row["estimate"])
        looks = {(line.get_color(), line.get_marker()) for line in drawn}
        assert len(looks) >= 12, "no two tasks look alike"
    unknown = deeper.assign(estimate=np.nan)
    assert len(figures.losses_by_divergence({"shallow": found, "deep": unknown}).axes) == 1
    assert figures.losses_by_divergence({"none": found[:0]}).png()
