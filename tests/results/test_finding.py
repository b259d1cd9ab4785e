"""What was found, in words: against tables in which the answers are known, and a slow loop."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ltlib.results.desai2019 import CLAIMS
from ltlib.results.evidence import evidence_of
from ltlib.results.finding import PLACES, finding
from ltlib.results.finding_words import ALONE, IS, LACKING, LITTLE, TRAINS
from ltlib.results.kept import kept
from tests.support import claim_worlds as worlds
from tests.support.refusals import assert_refused
from tests.support.results_table import results_table

WORLDS = {
    "claimed": worlds.table(worlds.as_claimed, replicates=3),
    "against": worlds.table(worlds.against, replicates=3),
}
BETWEEN = {  # sparsities by the words that name them
    "up to 90%": (0.0, 0.90),
    "from 90% to 99%": (0.90, 0.99),
    "beyond 99%": (0.99, 1.0),
    "up to 96%": (0.0, 0.96),
    "beyond 96%": (0.96, 1.0),
}
MINUS = ("masks-reset", "masks-random", "ticket-random")  # whose noise has the other sign
COMPARED = {
    "places": ("masks-random", "masks-shuffled"),
    "moving": ("masks-reset", "ticket-target"),
    "values": ("ticket-reset", "ticket-random"),
}


def found(table: pd.DataFrame) -> dict[str, str]:
    """With the verdicts on places as they are before any correction: far quicker."""
    rows = []
    for claim in (claim for claim in CLAIMS if claim.id in PLACES.values()):
        own = evidence_of(claim, table)
        rows.append((claim.id, own.word(), own.estimate, own.low, own.high))
    columns = ["id", "verdict", "estimate", "low", "high"]
    return finding(table, pd.DataFrame(rows, columns=columns))


def means(sentence: str) -> dict[str, float]:
    """What a sentence says of each range of sparsities, in points."""
    said = re.findall(
        r"(up to \d+%|from \d+% to \d+%|beyond \d+%)(?: sparsity)? \(([+−]?\d+\.\d)", sentence
    )
    return {where: float(number.replace("−", "-")) for where, number in said}


def mean_of(table: pd.DataFrame) -> Callable[[str, str, str, int], float]:
    """The mean accuracy of a strategy's runs from a source to a target in a round."""
    runs: dict[tuple[str, str, str, int], list[float]] = {}
    for row in table.to_dict("records"):
        key = (row["strategy"], row["source"], row["target"], row["round"])
        runs.setdefault(key, []).append(row["test_accuracy"])

    def mean(strategy: str, source: str, target: str, round_: int) -> float:
        moved = strategy in ("masks-reset", "masks-random")
        own = "ticket-reset" if strategy == "ticket-target" else strategy
        return float(np.mean(runs[own, source if moved else target, target, round_]))

    return mean


@pytest.fixture(scope="module")
def told_of() -> dict[str, dict[str, str]]:
    return {name: found(table) for name, table in WORLDS.items()}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("about", COMPARED)
def test_the_numbers_are_means_over_tasks_and_rounds(
    told_of: dict[str, dict[str, str]], world: str, about: str
) -> None:
    one, other = COMPARED[about]
    home = about == "values"
    tasks = [(s, t) for s in worlds.DOMAINS for t in worlds.DOMAINS if (s == t) == home]
    table, told = WORLDS[world], means(told_of[world][about])
    assert len(told) == (2 if home else 3)
    mean = mean_of(table)
    for where, difference in told.items():
        above, upto = BETWEEN[where]
        rounds = [r for r in range(1, worlds.ROUNDS + 1) if above < worlds.sparsity(r) <= upto]
        differences = [mean(one, s, t, r) - mean(other, s, t, r) for s, t in tasks for r in rounds]
        assert difference == pytest.approx(100 * np.mean(differences), abs=0.0501), where


def test_the_words_follow_the_side(told_of: dict[str, dict[str, str]]) -> None:
    claimed, against = told_of["claimed"], told_of["against"]
    assert TRAINS[1] in claimed["places"] and TRAINS[-1] not in claimed["places"]
    assert TRAINS[-1] in against["places"] and TRAINS[1] not in against["places"]
    assert against["moving"].startswith(f"A moved ticket is {IS[-1]} than the target’s own")
    assert claimed["values"].rindex(IS[1]) < claimed["values"].index("beyond 96%")
    assert IS[-1] in against["values"]


def test_a_difference_that_is_not_told_is_called_that_and_ranges_alike_share_a_word() -> None:
    def noisy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        late = worlds.sparsity(round_) > 0.9 and strategy == "masks-shuffled"
        return (
            0.8
            + 0.01 * (replicate - 1) * (-1 if strategy == "masks-shuffled" else 1)
            - (0.2 if late else 0.0)
        )

    told = found(worlds.table(noisy, replicates=3))["places"]
    order = [told.index(part) for part in (TRAINS[0], "up to 90%", f"; {TRAINS[1]}", "from 90%")]
    assert order == sorted(order)
    assert told.count(TRAINS[1].split()[0]) == 2, "in 'neither better', and once for both ranges"
    assert told.count("interval") == 1 and told.count("points") == 1


def test_what_a_correction_leaves_undecided_only_seems_so() -> None:
    """The words of a verdict that many claims together make undecided."""
    table = WORLDS["claimed"]
    columns = ["id", "verdict", "estimate", "low", "high"]
    numbers = [(0.01, -0.01, 0.03), (0.05, 0.03, 0.07), (0.18, 0.09, 0.27)]
    rows = [(name, "undecided", *n) for name, n in zip(PLACES.values(), numbers, strict=True)]
    told = finding(table, pd.DataFrame(rows, columns=columns))
    order = [told["places"].index(part) for part in (TRAINS[0], "up to 90%", TRAINS[3], "from 90%")]
    assert order == sorted(order) and told["places"].count("it seems") == 1
    assert told["in_short"].startswith(
        "Where the surviving weights lie seems to matter only beyond 90% sparsity; "
    )
    surely = [rows[0], (rows[1][0], "holds", *numbers[1]), rows[2]]
    told = finding(table, pd.DataFrame(surely, columns=columns))
    assert told["places"].count("it seems") == 1 and f"; {TRAINS[1]} from" in told["places"]
    assert told["in_short"].startswith(
        "Where the surviving weights lie matters only beyond 90% sparsity; "
    )
    against = [(n, v, -e, -h, -low) for n, v, e, low, h in rows]
    told = finding(table, pd.DataFrame(against, columns=columns))
    assert told["in_short"].startswith("Random places seem to be better only beyond 90%")


def test_what_was_not_run_is_said() -> None:
    lone = results_table(worlds.as_claimed, worlds.DOMAINS, 17, 2, transfers=False)
    told = found(lone)
    assert (told["places"], told["moving"]) == (LACKING["places"], LACKING["moving"])
    assert found(lone[lone["strategy"] != "ticket-random"])["values"] == LACKING["values"]


def test_in_short_it_says_where_a_side_is_told(told_of: dict[str, dict[str, str]]) -> None:
    assert told_of["claimed"]["in_short"].startswith("Where the surviving weights lie matters at")
    assert "random places are better at every sparsity" in told_of["against"]["in_short"].lower()
    assert "random values are better than initial ones" in told_of["against"]["in_short"]

    def late(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        lost = 0.2 if worlds.sparsity(round_) > 0.9 and strategy == "masks-shuffled" else 0.0
        return 0.8 - lost + 0.01 * (replicate - 1) * (-1 if strategy in MINUS else 1)

    told = found(worlds.table(late, replicates=3))["in_short"]
    assert told == (
        "Where the surviving weights lie matters only beyond 90% sparsity; a ticket found "
        "elsewhere is as good as a domain’s own, as far as can be told; initial values make no "
        "difference that can be told."
    )


def test_in_short_it_says_where_a_difference_is_within_the_margin() -> None:
    """Initial values lead by `early` points up to 96%, by `late` beyond; seeds differ by 0.1."""

    def told(early: float, late: float) -> str:
        def world(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
            behind = early if worlds.sparsity(round_) <= 0.96 else late
            noise = 0.0005 * (replicate - 1) * (-1 if strategy in MINUS else 1)
            return 0.8 + noise - (behind / 100 if strategy == "ticket-random" else 0.0)

        *_, values = found(worlds.table(world, replicates=3))["in_short"].split("; ")
        return values.removeprefix("initial values are better than random ones ")

    assert told(3.0, 4.0) == "at every sparsity."
    assert told(0.4, 4.0) == f"at every sparsity (up to 96% {LITTLE})."
    assert told(0.4, 0.5) == f"at every sparsity, {LITTLE}."
    assert told(0.4, 0.0) == f"only up to 96% sparsity, {LITTLE}."
    assert told(0.9, 4.0) == "at every sparsity.", "its interval goes beyond the margin"


def test_one_chain_has_no_interval() -> None:
    told = found(worlds.table(worlds.as_claimed, replicates=1))
    for about in COMPARED:
        assert told[about].count(ALONE) == 1 and "interval" not in told[about]
    assert told["in_short"].startswith("One chain cannot tell whether it matters")
    assert told["in_short"].count("or whether") == 2
    assert f"worse{ALONE}" in found(worlds.table(worlds.against, replicates=1))["places"]
    assert "difference" not in told["in_short"] and "neither" not in "".join(told.values())


def test_what_a_run_keeps_is_beside_its_targets_full_model() -> None:
    table = WORLDS["against"].copy()
    table.loc[[7, 300], "connected"] = 0.0
    table.loc[[20, 400], "one_sided"] = True
    runs = kept(table)
    runs_of = {
        (row["strategy"], row["source"], row["target"], row["round"], row["replicate"]): row
        for row in table.to_dict("records")
    }
    slow = []
    for (strategy, source, target, round_, replicate), row in runs_of.items():
        if not (strategy.startswith("masks-re") or strategy == "masks-random"):
            continue
        full = runs_of["full-model", target, target, 0, replicate]
        home = (target, target, round_, replicate)
        own = runs_of["ticket-reset", *home] if round_ else full
        beside = {strategy: row}
        if strategy == "masks-reset":  # what is the target's own, once beside each task
            beside |= {"ticket-target": own}
            beside |= {"masks-shuffled": runs_of["masks-shuffled", *home]} if round_ else {}
        for named, one in beside.items():
            stops = bool(one["one_sided"]) or one["connected"] == 0
            difference = one["test_accuracy"] - full["test_accuracy"]
            slow.append((named, source, target, round_, replicate, difference, stops))
    assert {row[-1] for row in slow} == {True, False}
    columns = ["strategy", "source", "target", "round", "replicate", "difference", "stopped"]
    fast = [tuple(row) for row in runs[columns].itertuples(index=False)]
    assert sorted(fast) == sorted(slow)


def test_without_transfers_nothing_is_kept() -> None:
    alone = results_table(worlds.as_claimed, worlds.DOMAINS, 3, 2, transfers=False)
    assert_refused(lambda: kept(alone), "transfer")
