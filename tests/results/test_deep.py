"""Chains that stop: counted by a loop, compared by going through every exchange."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.results.deep import chains_that_stop, stop_alike
from tests.support.results_table import falling, results_table

DOMAINS = ("books", "music", "garden")
RESET, RANDOM = "ticket-reset", "ticket-random"
COUNTS = ["chains", "stopped", "one-sided", "cut in two"]


def with_fates(mute: set[tuple[str, str, int]], cut: set[tuple[str, str, int]]) -> pd.DataFrame:
    """Chains (strategy, domain, replicate) that are mute or cut in two from round 12 to 14."""
    table = results_table(falling, DOMAINS, rounds=14, replicates=4, transfers=False)
    chains = list(zip(table["strategy"], table["source"], table["replicate"], strict=True))
    late = (table["round"] >= 12).to_numpy()
    is_mute = np.array([chain in mute for chain in chains]) & late
    is_cut = np.array([chain in cut for chain in chains]) & late
    return table.assign(
        one_sided=is_mute | is_cut,  # a network without a path gives every text the same answer
        connected=np.where(is_cut, 0.0, 10.0),
        test_accuracy=np.where(is_mute | is_cut, 0.5, table["test_accuracy"]),
    )


MUTE = {(RESET, "books", 0), (RANDOM, "books", 1), (RANDOM, "music", 0), (RANDOM, "music", 2)}
CUT = {(RANDOM, "garden", 3)}
TABLE = with_fates(MUTE, CUT)


def test_chains_are_counted_by_what_stops_them() -> None:
    found = chains_that_stop(TABLE, (RESET, RANDOM, "masks-shuffled")).set_index("strategy")
    assert list(found.index) == [RESET, RANDOM], "the last was not run"
    assert list(found.loc[RESET, COUNTS]) == [
        12,
        1,
        1,
        0,
    ]
    assert list(found.loc[RANDOM, COUNTS]) == [
        12,
        4,
        3,
        1,
    ]
    late = TABLE[(TABLE["strategy"] == RANDOM) & (TABLE["round"] >= 11)]  # 1 - 0.65^11 = 0.991
    assert found.loc[RANDOM, "accuracy"] == pytest.approx(late["test_accuracy"].mean())
    works = late[late["test_accuracy"] != 0.5]
    assert found.loc[RANDOM, "accuracy of the others"] == pytest.approx(
        works["test_accuracy"].mean()
    )
    assert found.loc[RANDOM, "area"] == pytest.approx(late["test_auc"].mean())
    early = chains_that_stop(TABLE[TABLE["round"] < 12], (RESET, RANDOM))
    assert early["stopped"].tolist() == [0, 0]


def test_the_comparison_goes_through_every_exchange() -> None:
    """Which of the two is called reset, in every choice of the twelve chains."""
    chains = list(product(DOMAINS, range(4)))

    def more(chain: tuple[str, int]) -> int:
        reset, random = (((name, *chain) in MUTE | CUT) for name in (RESET, RANDOM))
        return int(reset) - int(random)

    seen = sum(map(more, chains))
    ways = [
        sum(sign * more(chain) for sign, chain in zip(signs, chains, strict=True))
        for signs in product((-1, 1), repeat=len(chains))
    ]
    expected = np.mean([abs(way) >= abs(seen) for way in ways])
    assert seen == -3 and stop_alike(TABLE, RESET, RANDOM) == pytest.approx(expected)
    assert stop_alike(TABLE, RANDOM, RESET) == pytest.approx(expected)


def test_all_that_is_moved_from_a_chain_is_one_observation() -> None:
    """Six tasks of one chain stop: that is one chain, and decides nothing."""
    table = results_table(falling, DOMAINS, rounds=14, replicates=4)
    own = (table["strategy"] == "masks-random") & (table["source"] == "books")
    stops = own & (table["replicate"] == 1) & (table["round"] > 12)
    table = table.assign(one_sided=stops)
    found = chains_that_stop(table, ("masks-reset", "masks-random"), experiment="transfer")
    assert found["stopped"].tolist() == [0, 2]
    assert stop_alike(table, "masks-reset", "masks-random", experiment="transfer") == 1.0
    several = table.assign(one_sided=own & (table["round"] > 12))
    p = stop_alike(several, "masks-reset", "masks-random", experiment="transfer")
    assert p == pytest.approx(2 * 0.5**4)


def test_what_was_not_run_cannot_be_compared() -> None:
    assert np.isnan(stop_alike(TABLE, RESET, "masks-shuffled"))


def test_where_nothing_stops_nothing_differs() -> None:
    assert stop_alike(with_fates(set(), set()), RESET, RANDOM) == 1.0


def test_a_table_that_does_not_say_is_refused() -> None:
    unknown = TABLE.assign(one_sided=pd.array([None] * len(TABLE), dtype="boolean"))
    with pytest.raises(InputError, match="'one_sided' is empty"):
        chains_that_stop(unknown, (RESET,))
