"""Order, waiting and blocking in a plan, and its shards."""

import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltlib.experiments.planning import full_model, plan
from ltlib.runs.schedule import Schedule, shard, without
from ltlib.spec import RunSpec
from tests.support import tiny
from tests.support.matrix import first_of, needs_of

PAIRS = [("a", "b"), ("b", "c"), ("c", "a")]
FIRST = full_model("tiny", "h", replace(tiny.PROTOCOL, replicates=2), "")
SPECS = plan(FIRST, "all", ["a", "b", "c"], PAIRS)


def drain(schedule: Schedule) -> list[RunSpec]:
    order = []
    while (spec := schedule.next()) is not None:
        order.append(spec)
        schedule.done(spec)
    return order


def test_every_run_comes_once_after_what_it_needs() -> None:
    schedule = Schedule(SPECS, needs_of, ())
    order = drain(schedule)
    assert sorted(s.hash for s in order) == sorted(s.hash for s in SPECS)
    assert len(schedule) == 0
    place = {spec: number for number, spec in enumerate(order)}
    for spec in SPECS:
        needs = needs_of(spec)
        assert needs is None or place[needs] < place[spec]


def height(spec: RunSpec) -> int:
    """Length of the longest chain that hangs on a run, by searching the whole plan."""
    return max((1 + height(other) for other in SPECS if needs_of(other) == spec), default=0)


def test_of_the_ready_that_with_the_longest_chain_goes_first() -> None:
    heights = {spec: height(spec) for spec in SPECS}
    schedule, done = Schedule(SPECS, needs_of, ()), set[RunSpec]()
    while (spec := schedule.next()) is not None:
        ready = [s for s in SPECS if s not in done and needs_of(s) in done | {None}]
        assert heights[spec] == max(heights[other] for other in ready)
        schedule.done(spec)
        done.add(spec)
    assert len(done) == len(SPECS)


def test_a_transfer_is_ready_as_soon_as_its_round_is_done() -> None:
    schedule = Schedule(SPECS, needs_of, ())
    first = schedule.next()
    assert first is not None and first.round == 0
    schedule.done(first)
    ready = []
    while (spec := schedule.next()) is not None:
        ready.append(spec)
    assert {s for s in ready if s.experiment == "transfer"} == {
        s for s in SPECS if s.experiment == "transfer" and needs_of(s) == first
    }


def test_what_is_done_is_not_handed_out() -> None:
    done = {spec.hash for spec in SPECS if spec.round < 2}
    schedule = Schedule(SPECS, needs_of, done)
    assert {spec.round for spec in drain(schedule)} == {2, 3}


@given(st.data())
def test_a_failure_blocks_exactly_what_hangs_on_it(data: st.DataObject) -> None:
    victim = data.draw(st.sampled_from(SPECS))

    def hangs(spec: RunSpec) -> bool:
        needs = needs_of(spec)
        return needs is not None and (needs == victim or hangs(needs))

    schedule, done, blocked = Schedule(SPECS, needs_of, ()), [], []
    while (spec := schedule.next()) is not None:
        if spec == victim:
            blocked = schedule.failed(spec)
        else:
            schedule.done(spec)
            done.append(spec)
    assert {s.hash for s in blocked} == {s.hash for s in SPECS if hangs(s)}
    assert len(done) + len(blocked) + 1 == len(SPECS) and len(schedule) == 0


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9])
def test_shards_are_whole_chains_and_together_the_plan(count: int) -> None:
    parts = [shard(SPECS, first_of, number, count) for number in range(1, count + 1)]
    assert sorted(s.hash for part in parts for s in part) == sorted(s.hash for s in SPECS)
    for part in parts:
        inside = set(part)
        assert all(needs_of(spec) is None or needs_of(spec) in inside for spec in part)
        Schedule(part, needs_of, ())
    sizes = [len(part) for part in parts]
    chains = len({first_of(spec) for spec in SPECS})
    if chains % count == 0:
        assert max(sizes) == min(sizes)
    assert shard(SPECS, first_of, 1, count) == parts[0]


def test_a_hundred_thousand_runs_fit_in_a_gibibyte() -> None:
    """Time is measured by benchmarks/engine.py; memory does not depend on the machine."""
    protocol = replace(tiny.PROTOCOL, replicates=5, rounds=20)
    domains = [f"d{n}" for n in range(20)]
    pairs = [(a, b) for a in domains for b in domains if a != b][:76]
    tracemalloc.start()
    specs = plan(full_model("tiny", "h", protocol, ""), "all", domains, pairs)
    schedule = Schedule(specs, needs_of, ())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(schedule) == len(specs) > 20_000 - 100
    assert peak / len(specs) * 100_000 < 1 << 30


@given(st.sets(st.integers(0, len(SPECS) - 1)))
def test_what_is_published_is_run_again_only_for_its_ticket(published: set[int]) -> None:
    """By following the needs of each missing run to the beginning."""
    wanted = set()
    for number, spec in enumerate(SPECS):
        needed: RunSpec | None = None if number in published else spec
        while needed is not None:
            wanted.add(needed)
            needed = needs_of(needed)
    found = without(SPECS, needs_of, {SPECS[number].hash for number in published})
    assert found == [spec for spec in SPECS if spec in wanted]
