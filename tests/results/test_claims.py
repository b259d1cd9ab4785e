"""Verdicts on tables whose truth is known, and against slow recomputation."""

import math
import re
import statistics
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ltlib.errors import InputError
from ltlib.results.claims import judged, transfer_verdict, verdict
from ltlib.results.desai2019 import CLAIMS, Claim
from ltlib.results.grid import Measure, missing_runs
from ltlib.results.quantities import UNPRUNED
from ltlib.results.verdicts import Verdict
from tests.support import claim_worlds as worlds
from tests.support.results_table import results_table

Get = Callable[[str, str, str, int], float]  # accuracy of strategy, source, target, round

DOMAINS = ("books", "music", "garden")
IDS = [claim.id for claim in CLAIMS]


def table_of(gaps: dict[str, float], noise: float, replicates: int = 5) -> pd.DataFrame:
    """Every strategy at 0.7 plus its gap, with noise of a known deviation."""
    numbers = np.random.default_rng(7)

    def accuracy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        return 0.7 + gaps.get(strategy, 0.0) + noise * numbers.standard_normal()

    return results_table(accuracy, DOMAINS, rounds=8, replicates=replicates)


@pytest.mark.parametrize(
    ("gap", "place", "word"),
    [
        (-0.05, "below", "fails"),
        (0.0, "within", "holds"),
        (0.05, "above", "fails"),
        (0.01, "undecided", "undecided"),
    ],
)
def test_a_transfer_with_a_known_gap(gap: float, place: str, word: str) -> None:
    verdict = transfer_verdict(
        table_of({"masks-reset": gap}, 0.005), "books", "music", "masks-reset"
    )
    assert (verdict.place, verdict.word, verdict.replicates) == (place, word, 5)
    assert verdict.mean == pytest.approx(gap, abs=0.005)


def test_a_transfer_in_noise_is_undecided() -> None:
    for gap in (-0.02, 0.0, 0.02):
        noisy = table_of({"masks-random": gap}, 0.2)
        assert transfer_verdict(noisy, "music", "garden", "masks-random").word == "undecided"


def test_a_transfer_equals_a_loop_over_rows() -> None:
    table = table_of({"masks-reset": -0.01}, 0.03)
    rows = table.to_dict("records")
    leads = []
    for replicate in range(5):
        differences = [
            moved["test_accuracy"] - own["test_accuracy"]
            for moved in rows
            for own in rows
            if (moved["strategy"], moved["source"], moved["target"])
            == ("masks-reset", "music", "books")
            and (own["strategy"], own["source"]) == ("ticket-reset", "books")
            and moved["round"] == own["round"]
            and moved["replicate"] == own["replicate"] == replicate
            and 0 < moved["sparsity"] <= 0.9
        ]
        assert len(differences) == 5
        leads.append(statistics.mean(differences))
    verdict = transfer_verdict(table, "music", "books", "masks-reset")
    assert verdict.mean == pytest.approx(statistics.mean(leads))
    expected = stats.t.interval(0.9, 4, loc=np.mean(leads), scale=stats.sem(leads))
    assert (verdict.low, verdict.high) == pytest.approx(expected)


def test_a_transfer_without_the_targets_ticket_or_replicates() -> None:
    table = table_of({}, 0.01)
    transfers = table[table["experiment"] == "transfer"]
    assert transfer_verdict(transfers, "books", "music", "masks-reset").word == "not measured"
    without = table[(table["strategy"] != "ticket-reset") | (table["source"] != "music")]
    assert transfer_verdict(without, "books", "music", "masks-reset").word == "not measured"
    once = transfer_verdict(table_of({}, 0.01, 1), "books", "music", "masks-reset")
    assert (once.word, once.replicates) == ("undecided", 1)
    assert not math.isnan(once.mean)


def test_a_transfer_that_is_not_there_is_refused() -> None:
    table = table_of({}, 0.01)
    with pytest.raises(InputError, match=r"books:books.*there are books:music, books:garden"):
        transfer_verdict(table, "books", "books", "masks-reset")
    with pytest.raises(InputError, match=r"ticket-reset.*masks-reset, masks-random"):
        transfer_verdict(table, "books", "music", "ticket-reset")
    with pytest.raises(InputError, match="experiment 'transfer'"):
        transfer_verdict(table[table["experiment"] == "obtain"], "books", "music", "masks-reset")


def words(table: pd.DataFrame) -> dict[str, str]:
    found = judged(table)
    return dict(zip(found["id"], found["verdict"], strict=True))


def test_where_the_paper_is_right_every_claim_holds() -> None:
    assert words(worlds.table(worlds.as_claimed)) == dict.fromkeys(IDS, "holds")


def test_where_the_paper_is_wrong_every_claim_fails() -> None:
    assert words(worlds.table(worlds.against)) == dict.fromkeys(IDS, "fails")


def test_in_noise_nothing_is_decided_that_the_noise_hides() -> None:
    numbers = np.random.default_rng(3)

    def noisy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        shared = 0.2 * np.sin(7 * replicate + len(strategy))  # no mean over rounds takes it away
        return float(0.7 + shared + 0.1 * numbers.standard_normal())

    found = words(worlds.table(noisy))
    assert {found[name] for name in ("early-lead", "transfer-cost-reset")} == {"undecided"}
    assert {"alike", "transfer-alike"} <= {k for k, word in found.items() if word != "holds"}


def test_one_replicate_decides_nothing_and_has_no_deviation() -> None:
    found = words(worlds.table(worlds.as_claimed, replicates=1))
    varying = {claim.id for claim in CLAIMS if claim.varies}
    assert {name for name, word in found.items() if word == "not measured"} == varying
    assert set(found.values()) == {"not measured", "undecided"}


def test_what_a_table_lacks_is_not_measured() -> None:
    table = worlds.table(worlds.as_claimed)
    found = words(table[table["sparsity"] <= 0.96])
    late = ("phase-transition", "random-unstable", "deep-stable", "transfer-transition")
    for name in (*late, "transfer-unstable", "cds-better-late"):
        assert found.pop(name) == "not measured"
    assert set(found.values()) == {"holds"}
    found = words(table[table["experiment"] == "obtain"])
    moved = {claim.id for claim in CLAIMS if claim.experiment == "transfer"}
    assert {name for name, word in found.items() if word == "not measured"} == moved
    found = words(table[table["experiment"] == "transfer"])
    assert {word for name, word in found.items() if name not in moved} == {"not measured"}


def test_claims_about_named_domains_need_them_unless_they_are_general() -> None:
    table = worlds.table(worlds.as_claimed)
    names = {"books": "films", "electronics": "phones", "cds": "songs"}
    renamed = table.assign(**{c: table[c].replace(names) for c in ("source", "target")})
    found = words(renamed)
    named = {"cds-better", "cds-better-late", "cds-worst", "books-random", "others-reset"}
    assert {name for name, word in found.items() if word == "not measured"} == named
    # Over all sources, songs among them, the loss is no longer three to five points.
    assert found["transfer-cost-reset"] == "fails"
    mean = judged(renamed).set_index("id").loc["transfer-cost-reset", "mean"]
    assert mean == pytest.approx((-0.04 - 0.04 + 0.05) / 3)


def test_every_mean_and_interval_equals_slow_recomputation() -> None:
    numbers = np.random.default_rng(1)
    runs: dict[tuple[str, str, str, int, int], float] = {}

    def accuracy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        run = (strategy, source, target, round_, replicate)
        return runs.setdefault(run, float(numbers.uniform(0.5, 0.9)))

    found = judged(worlds.table(accuracy)).set_index("id")

    def get(replicate: int) -> Get:
        def one(strategy: str, source: str, target: str, round_: int) -> float:
            if strategy == "full-model" or (round_ == 0 and strategy.startswith("ticket")):
                return runs["full-model", source, target, 0, replicate]
            return runs[strategy, source, target, round_, replicate]

        return one

    def far(replicate: int) -> Get:
        def one(*run: str | int) -> float:
            values = [get(k)(*run) for k in range(5)]  # type: ignore[arg-type]
            return abs(values[replicate] - statistics.mean(values))

        return one

    assert set(SLOW) == set(found.index)
    for name, slow in SLOW.items():
        look = far if "unstable" in name else get
        values = [slow(look(replicate)) for replicate in range(5)]
        row = found.loc[name]
        assert row["mean"] == pytest.approx(statistics.mean(values)), name
        error = stats.sem(values)
        low, high = stats.t.interval(0.9, 4, loc=statistics.mean(values), scale=error)
        assert (row["low"], row["high"]) == pytest.approx((low, high)), name
        assert row["replicates"] == 5


UP_TO_90, UP_TO_96 = range(1, 6), range(1, 8)  # 1 - 0.65^5 = 0.884, 1 - 0.65^7 = 0.951
BEYOND_96, BEYOND_99, BEYOND_999 = range(8, 18), range(11, 18), range(17, 18)
HALF_TO_90 = range(2, 6)  # 1 - 0.65^2 = 0.578


def tickets(a: str, b: str, rounds: range) -> Callable[[Get], float]:
    return lambda get: statistics.mean(
        get(a, d, d, r) - get(b, d, d, r) for d in worlds.DOMAINS for r in rounds
    )


def moved(
    a: str, b: str, rounds: range, sources: tuple[str, ...] = worlds.DOMAINS
) -> Callable[[Get], float]:
    def mean(get: Get) -> float:
        return statistics.mean(
            get(a, s, t, r) - (get(b, s, t, r) if b in (RESET, RANDOM) else get(b, t, t, r))
            for s in sources
            for t in worlds.DOMAINS
            for r in rounds
            if s != t
        )

    return mean


def settled(a: str) -> Callable[[Get], float]:
    return lambda get: statistics.mean(
        statistics.mean(get(a, s, t, r) for r in HALF_TO_90) - get(a, s, t, 0)
        for s in worlds.DOMAINS
        for t in worlds.DOMAINS
        if s != t
    )


def late_change(get: Get) -> float:
    return statistics.mean(
        statistics.mean(get("ticket-reset", d, d, r) for r in BEYOND_999)
        - statistics.mean(get("ticket-reset", d, d, r) for r in BEYOND_96 if r < 17)
        for d in worlds.DOMAINS
    )


def full_of_cds(get: Get) -> float:
    full = {d: get("full-model", d, d, 0) for d in worlds.DOMAINS}
    return full["cds"] - min(full["books"], full["electronics"])


RESET, RANDOM = "masks-reset", "masks-random"
SLOW: dict[str, Callable[[Get], float]] = {
    "winning-tickets": tickets("ticket-reset", "full-model", HALF_TO_90),
    "early-lead": tickets("ticket-reset", "full-model", UP_TO_90),
    "alike": tickets("ticket-reset", "ticket-random", UP_TO_96),
    "phase-transition": tickets("ticket-reset", "ticket-random", BEYOND_96),
    "random-unstable": tickets("ticket-random", "ticket-reset", BEYOND_96),
    "deep-stable": late_change,
    "transfer-cost-reset": moved(RESET, "ticket-reset", UP_TO_90, ("books", "electronics")),
    "transfer-cost-random": moved(RANDOM, "ticket-reset", UP_TO_90, ("books", "electronics")),
    "transfer-stable-reset": settled(RESET),
    "transfer-stable-random": settled(RANDOM),
    "transfer-alike": moved(RESET, RANDOM, UP_TO_96, ("electronics", "cds")),
    "transfer-transition": moved(RESET, RANDOM, BEYOND_96),
    "transfer-unstable": moved(RANDOM, RESET, BEYOND_96),
    "cds-better": moved(RESET, "ticket-reset", range(1, 18), ("cds",)),
    "cds-better-late": moved(RESET, "ticket-reset", BEYOND_99, ("cds",)),
    "cds-worst": full_of_cds,
    "books-random": moved(RESET, RANDOM, range(1, 18), ("books",)),
    "others-reset": moved(RESET, RANDOM, range(1, 18), ("electronics", "cds")),
    "inductive-bias": moved(RANDOM, "masks-shuffled", range(1, 18)),
}


Run = tuple[str, str, str, int]  # strategy, source, target, round: as a table's row names it


def runs_of(slow: Callable[[Get], float]) -> set[Run]:
    """The runs that a slow recomputation looks at."""
    seen: set[Run] = set()

    def get(strategy: str, source: str, target: str, round_: int) -> float:
        dense = strategy == "full-model" or (round_ == 0 and strategy.startswith("ticket"))
        seen.add(("full-model", source, target, 0) if dense else (strategy, source, target, round_))
        return 0.7

    slow(get)
    return seen


WORLD = worlds.table(worlds.as_claimed)
WHOLE = {claim.id: verdict(claim, WORLD) for claim in CLAIMS}
NEEDED = {name: runs_of(slow) for name, slow in SLOW.items()}


def lost(
    table: pd.DataFrame, replicate: int, strategy: str, source: str | None, rounds: range
) -> pd.Series:
    """Which rows a replicate loses."""
    gone = (table["replicate"] == replicate) & (table["strategy"] == strategy)
    if source is not None:
        gone &= table["source"] == source
    return gone & table["round"].isin(rounds)


CUTS = st.tuples(
    st.integers(1, 4),  # replicate 0 stays whole, so that the table speaks of the whole grid
    st.sampled_from(["full-model", "ticket-reset", "ticket-random", RESET, RANDOM]),
    st.sampled_from([None, *worlds.DOMAINS]),
    st.integers(0, 17).flatmap(lambda first: st.integers(first + 1, 18).map(partial(range, first))),
)


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.sampled_from(CLAIMS), st.lists(CUTS, max_size=3))
def test_a_claim_is_judged_on_the_whole_grid_or_not_at_all(
    claim: Claim, cuts: list[tuple[int, str, str | None, range]]
) -> None:
    gone = pd.Series(False, WORLD.index)
    for cut in cuts:
        gone |= lost(WORLD, *cut)
    missing: dict[int, set[Run]] = {}
    for row in WORLD[gone].to_dict("records"):
        run = (row["strategy"], row["source"], row["target"], row["round"])
        if run in NEEDED[claim.id]:
            missing.setdefault(row["replicate"], set()).add(run)
    found = verdict(claim, WORLD[~gone])
    if not missing:
        assert found == WHOLE[claim.id], "as before, to the bit"
        return
    assert (found.word, found.replicates) == ("not measured", 0)
    assert math.isnan(found.mean) and math.isnan(found.low) and math.isnan(found.high)
    said = re.findall(r"replicate (\d) lacks (\d+) runs?,", found.missing)
    assert {int(k): int(n) for k, n in said} == {k: len(runs) for k, runs in missing.items()}


@pytest.mark.parametrize("name", IDS)
def test_one_run_that_a_claim_is_of_and_one_that_it_is_not_of(name: str) -> None:
    """The first run and the last, of either kind."""
    every = [
        (row["strategy"], row["source"], row["target"], row["round"])
        for row in WORLD[WORLD["replicate"] == 3].to_dict("records")
    ]
    of = [run for run in every if run in NEEDED[name]]
    others = [run for run in every if run not in NEEDED[name]]
    (claim,) = [claim for claim in CLAIMS if claim.id == name]
    for run in (of[0], of[-1], others[0], others[-1]):
        strategy, source, target, round_ = run
        gone = lost(WORLD, 3, strategy, source, range(round_, round_ + 1))
        found = verdict(claim, WORLD[~(gone & (WORLD["target"] == target))])
        if run in others:
            assert found == WHOLE[name]
            continue
        place = source if source == target else f"{source}:{target}"
        assert found.missing == f"replicate 3 lacks 1 run, {strategy} {place} round {round_}"
        assert found.word == "not measured"


def verdict_on(name: str, table: pd.DataFrame) -> Verdict:
    (claim,) = [claim for claim in CLAIMS if claim.id == name]
    return verdict(claim, table)


def test_replicates_cut_to_their_first_rounds_are_not_judged_on_these() -> None:
    table = worlds.table(worlds.against)
    found = judged(table[(table["round"] <= 2) | (table["replicate"] < 3)])
    words_ = dict(zip(found["id"], found["verdict"], strict=True))
    assert words_.pop("cds-worst") == "fails", "it is about unpruned networks"
    assert set(words_.values()) == {"not measured"}
    missing = dict(zip(found["id"], found["missing"], strict=True))
    assert missing["early-lead"] == (
        "replicate 3 lacks 9 runs, first ticket-reset books round 3; "
        "replicate 4 lacks 9 runs, first ticket-reset books round 3"
    )
    assert all(missing[name] for name in words_) and not missing["cds-worst"]


def test_what_every_replicate_lacks_of_the_grid_is_missing_too() -> None:
    late = (WORLD["experiment"] == "obtain") & (WORLD["round"] > 5)
    table = WORLD[~(late & (WORLD["source"] == "books"))]
    assert verdict_on("early-lead", table) == WHOLE["early-lead"]
    assert verdict_on("phase-transition", table).missing.startswith(
        "replicate 0 lacks 20 runs, first ticket-reset books round 8; replicate 1 lacks 20"
    )


def test_unpruned_networks_are_a_grid_of_their_own() -> None:
    dense = WORLD[WORLD["strategy"] == "full-model"]
    assert verdict_on("cds-worst", dense) == WHOLE["cds-worst"]
    without = dense[~lost(dense, 3, "full-model", "books", range(1))]
    assert verdict_on("cds-worst", without).missing == (
        "replicate 3 lacks 1 run, full-model books round 0"
    )


def test_early_rounds_are_not_missed_by_claims_about_late_ones() -> None:
    early = WORLD[~lost(WORLD, 3, "ticket-reset", "cds", range(2, 5))]
    assert verdict_on("phase-transition", early) == WHOLE["phase-transition"]
    early = WORLD[~lost(WORLD, 3, RESET, "cds", range(2, 5))]
    assert verdict_on("cds-better-late", early) == WHOLE["cds-better-late"]


def test_unpruned_tickets_are_the_full_model() -> None:
    unpruned = Measure(len, ("ticket-reset", "ticket-random"), (UNPRUNED,))
    assert missing_runs(WORLD, "obtain", unpruned) == ""
    without = WORLD[~lost(WORLD, 3, "full-model", "books", range(1))]
    said = "replicate 3 lacks 1 run, full-model books round 0"
    assert missing_runs(without, "obtain", unpruned) == said


def test_seeds_are_named_where_there_are_several() -> None:
    other = WORLD.assign(seed=1)
    both = pd.concat([WORLD, other[~lost(other, 2, "ticket-reset", "cds", range(4, 5))]])
    assert verdict_on("early-lead", both).missing == (
        "replicate 2 of seed 1 lacks 1 run, ticket-reset cds round 4"
    )
    assert verdict_on("phase-transition", both).replicates == 10


OBTAINED = WORLD["experiment"] == "obtain"
SMALLER = {
    "one domain": (OBTAINED & (WORLD["source"] == "books"), "early-lead"),
    "obtained alone": (OBTAINED, "phase-transition"),
    "fewer rounds": (WORLD["round"] <= 6, "transfer-cost-reset"),
    "some rounds": (WORLD["round"].isin([0, 3, 9]), "transfer-transition"),
    "fewer replicates": (WORLD["replicate"] < 3, "transfer-unstable"),
    "transfers of fewer replicates": (OBTAINED | (WORLD["replicate"] < 2), "cds-better"),
    "tickets of fewer replicates": (~OBTAINED | (WORLD["replicate"] < 2), "early-lead"),
    "some tasks": (OBTAINED | (WORLD["target"] == "books"), "others-reset"),
}


@pytest.mark.parametrize("what", SMALLER)
def test_whole_tables_of_less_are_judged(what: str) -> None:
    """Fewer domains, rounds, replicates or tasks for all of a table leave no gap."""
    kept, name = SMALLER[what]
    found = verdict_on(name, WORLD[kept])
    assert (found.word == "not measured", found.missing) == (False, "")
    fewer = {"fewer replicates": 3}
    fewer |= {f"{runs} of fewer replicates": 2 for runs in ("transfers", "tickets")}
    assert found.replicates == fewer.get(what, 5)


def test_without_the_targets_tickets_only_what_needs_them_is_missing() -> None:
    found = judged(WORLD[WORLD["experiment"] == "transfer"]).set_index("id")
    moved = found[found["experiment"] == "transfer"]
    targets = {"ticket-reset", "masks-shuffled"}  # the target's own runs
    need = {name for name in moved.index if targets & {run[0] for run in NEEDED[name]}}
    assert set(moved.index[moved["missing"] != ""]) == need
    assert set(moved.index[moved["verdict"] != "holds"]) == need
    assert set(found.drop(moved.index)["missing"]) == {""}, "none of that experiment was asked for"


def test_a_task_is_judged_on_its_own_whole_grid() -> None:
    whole = transfer_verdict(WORLD, "books", "cds", RESET)
    assert (whole.replicates, whole.missing) == (5, "")
    at_4 = range(4, 5)
    elsewhere = lost(WORLD, 2, RESET, "electronics", at_4) | lost(WORLD, 2, RANDOM, None, at_4)
    elsewhere |= lost(WORLD, 2, "ticket-reset", "books", at_4) | lost(
        WORLD, 2, RESET, None, range(6, 9)
    )
    elsewhere |= lost(WORLD, 2, RESET, "books", range(1))  # nothing is pruned there
    assert transfer_verdict(WORLD[~elsewhere], "books", "cds", RESET) == whole
    for strategy, source, said in (
        (RESET, "books", "masks-reset books:cds round 4"),
        ("ticket-reset", "cds", "ticket-reset cds round 4"),
    ):
        found = transfer_verdict(
            WORLD[~lost(WORLD, 2, strategy, source, at_4)], "books", "cds", RESET
        )
        assert (found.place, found.replicates) == ("not measured", 0)
        assert found.missing == f"replicate 2 lacks 1 run, {said}"


def test_claims_are_named_once_and_placed() -> None:
    assert len({claim.id for claim in CLAIMS}) == len({claim.statement for claim in CLAIMS})
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)
    for claim in CLAIMS:
        assert re.fullmatch(r"abstract|§\d(\.\d)?(, §\d)?", claim.section)
        assert claim.claimed.above < claim.claimed.below


def test_a_table_that_mixes_corpora_is_refused() -> None:
    table = worlds.table(worlds.as_claimed)
    with pytest.raises(InputError, match="corpus_hash"):
        judged(pd.concat([table, table.assign(corpus_hash="1" * 64)]))
    with pytest.raises(InputError, match="no rows"):
        judged(table[:0])
