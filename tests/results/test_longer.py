"""What longer training is worth, against a loop over chains."""

import statistics
from collections.abc import Callable

import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.figures import longer_table
from ltlib.results.longer import longer
from tests.support.results_table import results_table

DOMAINS = ("books", "music", "garden")
ROUNDS, REPLICATES = (3, 5, 6), 3
STRATEGIES = ("ticket-reset", "masks-reset", "masks-random", "masks-shuffled")
LAST = ("garden", 6, 2)  # of one chain a round was not trained anew


def before(strategy: str, source: str, round_: int, replicate: int) -> float:
    slope = {"ticket-reset": 0.01, "masks-random": 0.02, "masks-shuffled": 0.03}[strategy]
    return 0.8 - slope * round_ + 0.001 * replicate * len(source)


def after(strategy: str, source: str, round_: int, replicate: int) -> float:
    own = "ticket-reset" if strategy == "masks-reset" else strategy
    gain = {"ticket-reset": 0.01, "masks-random": 0.004, "masks-shuffled": 0.02}[own]
    return before(own, source, round_, replicate) + gain + 0.002 * replicate**2


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    found = results_table(lambda *_: 0.5, DOMAINS, max(ROUNDS), REPLICATES, transfers=False)
    template = found[found["strategy"] == "ticket-reset"]
    every = pd.concat(template.assign(strategy=name) for name in STRATEGIES)
    keys = every[["strategy", "source", "round", "replicate"]]
    names = keys["strategy"]
    one = every[names != "masks-reset"].copy()
    other = every[(names != "ticket-reset") & keys["round"].isin(ROUNDS)].copy()
    for table, accuracy in ((one, before), (other, after)):
        table["test_accuracy"] = [
            accuracy(*row) for row in table[keys.columns].itertuples(index=False, name=None)
        ]
    lacking = (other["source"] == LAST[0]) & (other["round"] == LAST[1])
    other = other[
        ~(lacking & (other["replicate"] == LAST[2]) & (other["strategy"] == STRATEGIES[1]))
    ]
    return one.assign(protocol="{}"), other.assign(protocol='{"retrain_epochs": 45}')


def mean(accuracy: Callable[[str, str, int, int], float], strategy: str) -> float:
    of_domains = []
    for source in DOMAINS:
        of_chains = []
        for replicate in range(REPLICATES):
            rounds = [r for r in ROUNDS if (source, r, replicate) != LAST]
            of_chains.append(
                statistics.mean(accuracy(strategy, source, r, replicate) for r in rounds)
            )
        of_domains.append(statistics.mean(of_chains))
    return statistics.mean(of_domains)


def test_means_and_leads_are_those_of_a_loop() -> None:
    rows = longer(*tables())
    found = rows.set_index("quantity")
    initial, values, places = STRATEGIES[1:]
    begun = [mean(before, name) for name in ("ticket-reset", values, places)]
    ended = [mean(after, name) for name in (initial, values, places)]
    for means, column in ((begun, "before"), (ended, "after")):
        leads = [means[0] - means[1], means[1] - means[2]]
        assert found[column].tolist() == pytest.approx([*means, *leads])
    assert found["gained"].tolist() == pytest.approx(found["after"] - found["before"])
    assert (found["chains"] == REPLICATES).all()
    *_, random, _, _, lead = rows.to_dict("records")
    assert lead["gained"] == pytest.approx(-0.016)
    assert (lead["low"], lead["high"]) == pytest.approx((-0.016, -0.016)), "noise is the chain's"
    assert random["low"] < mean(after, values) - mean(before, values) < random["high"]


def test_the_table_that_is_read() -> None:
    table = longer_table(*tables(), "longer")
    assert table.headings[1:3] == ["15 epochs", "45 epochs"]
    assert [row[1][-1] == "%" for row in table.rows] == [True, True, True, False, False]
    assert table.rows[4][3] == "−1.6 (−1.6\u00a0to\u00a0−1.6)"


def test_tables_that_do_not_belong_together() -> None:
    one, other = tables()
    with pytest.raises(InputError, match="another corpus"):
        longer(one, other.assign(corpus_hash="x"))
    with pytest.raises(InputError, match="no chain in common"):
        longer(one, other.assign(round=other["round"] + 10))
    with pytest.raises(InputError):
        longer(pd.concat([one, other]), other)
