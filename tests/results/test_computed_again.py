"""What a second computation finds otherwise, against loops over runs and over single answers."""

import itertools
import math
import statistics
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from ltlib.errors import InputError
from ltlib.figures import computed_again_table
from ltlib.results.computed_again import WHAT, computed_again
from ltlib.results.correct import from_bits, to_bits
from tests.support.refusals import assert_refused
from tests.support.results_table import REVIEWS, results_table

ROUNDS, REPLICATES = 7, 3  # of round 6, 92.5% is pruned
DOMAINS = ("books", "garden")
KINDS = [
    ("full-model", False),
    *((strategy, late) for strategy in ("ticket-reset", "masks-reset") for late in (False, True)),
]


def with_answers(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same runs with answers drawn at random, more of them right in early rounds."""
    draws = np.random.default_rng(seed)
    rights = [draws.random(REVIEWS) < 0.9 - 0.03 * r for r in table["round"]]
    return table.assign(
        test_correct=[to_bits(right) for right in rights],
        test_accuracy=[right.mean() for right in rights],
    )


RUNS = results_table(lambda *_: 0.5, DOMAINS, ROUNDS, REPLICATES)
FIRST = with_answers(RUNS, 0)
SECOND = with_answers(RUNS[~RUNS["strategy"].str.contains("random") & (RUNS["round"] != 3)], 1)
# One run came out alike, one was never computed again.
ALIKE = FIRST.index[(FIRST["strategy"] == "masks-reset") & (FIRST["round"] == 7)][0]
LACKING = SECOND.index[SECOND["strategy"] == "full-model"][0]
SECOND.loc[ALIKE, ["test_correct", "test_accuracy"]] = FIRST.loc[
    ALIKE, ["test_correct", "test_accuracy"]
]
SECOND = SECOND.drop(LACKING).sample(frac=1, random_state=0)


Row = dict[Any, Any]


def rows_of(table: pd.DataFrame) -> dict[int, Row]:
    return {int(str(i)): row for i, row in table.to_dict("index").items()}


def apart(one: Row, other: Row) -> float:
    answers = [from_bits(row["test_correct"], REVIEWS).tolist() for row in (one, other)]
    return statistics.mean(a != b for a, b in zip(*answers, strict=True))


@pytest.mark.parametrize(("strategy", "beyond"), KINDS)
def test_every_kind_of_run_against_loops(strategy: str, beyond: bool) -> None:
    found = {
        (r["strategy"], r["beyond"]): r for r in computed_again(FIRST, SECOND).to_dict("records")
    }
    assert sorted(found) == sorted(KINDS)
    row = found[strategy, beyond]
    first, second = rows_of(FIRST), rows_of(SECOND)
    own = [
        i for i, r in second.items() if (r["strategy"], r["sparsity"] > 0.9) == (strategy, beyond)
    ]
    assert row["runs"] == len(own)
    assert row["apart"] == pytest.approx(statistics.mean(apart(first[i], second[i]) for i in own))
    assert row["equal"] == (ALIKE in own)
    by_seed = [
        apart(first[i], first[j])
        for i, j in itertools.combinations(own, 2)
        if all(first[i][name] == first[j][name] for name in WHAT)
    ]
    assert row["apart_by_seed"] == pytest.approx(statistics.mean(by_seed))
    chains: dict[str, dict[int, list[float]]] = {domain: {} for domain in DOMAINS}
    for i in own:
        changed = second[i]["test_accuracy"] - first[i]["test_accuracy"]
        chains[first[i]["source"]].setdefault(first[i]["replicate"], []).append(changed)
    means = [[statistics.mean(runs) for runs in of.values()] for of in chains.values()]
    mean = statistics.mean(map(statistics.mean, means))
    assert row["adds"] == pytest.approx(mean)
    # Stratified, with Satterthwaite's degrees of freedom.
    parts = [statistics.variance(of) / len(of) / len(means) ** 2 for of in means]
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(of) - 1) for part, of in zip(parts, means, strict=True)
    )
    reach = float(scipy.stats.t.ppf(0.975, freedom)) * math.sqrt(sum(parts))
    assert (row["low"], row["high"]) == pytest.approx((mean - reach, mean + reach))


def test_a_constant_change_has_an_interval_of_one_point() -> None:
    again = FIRST.assign(test_accuracy=FIRST["test_accuracy"] - 0.02)
    found = computed_again(FIRST, again)
    assert found[["adds", "low", "high"]].to_numpy() == pytest.approx(-0.02)
    assert found["equal"].tolist() == found["runs"].tolist()
    assert (found["apart"] == 0).all()


def test_one_replicate_has_no_other_seed() -> None:
    found = computed_again(FIRST[FIRST["replicate"] == 1], SECOND)
    assert found["apart_by_seed"].isna().all() and found["apart"].notna().all()


def test_the_table_that_is_read() -> None:
    shown = computed_again_table(FIRST, FIRST, "alike")
    full, *_, last = shown.rows
    assert full[:5] == ["full-model", "0%", "6", "6", "0.0 (0.0\u00a0to\u00a00.0)"]
    assert full[5] == "0.0%" and float(full[6][:-1]) > 10, "other seeds answer otherwise"
    assert last[1] == "beyond 90%"


def test_tables_that_do_not_belong_together() -> None:
    on_gpu = SECOND.assign(device="cuda")
    assert_refused(lambda: computed_again(FIRST, on_gpu), "differ in 'device'")
    elsewhere = SECOND.assign(corpus_hash="x")
    assert_refused(lambda: computed_again(FIRST, elsewhere), "differ in 'corpus_hash'")
    other = SECOND.assign(replicate=SECOND["replicate"] + 10)
    assert_refused(lambda: computed_again(FIRST, other), "no run in common")
    silent = SECOND.assign(test_correct=None)
    assert_refused(lambda: computed_again(FIRST, silent), "no run in common")
    with pytest.raises(InputError):
        computed_again(FIRST, pd.concat([SECOND, SECOND.assign(protocol='{"epochs": 3}')]))
