"""What has become of every run that a store was asked for."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

from ltlib.store.failures import Failures
from ltlib.store.locks import locked
from ltlib.store.plans import Planned, read_plans
from ltlib.store.store import Store

State = Literal["done", "running", "failed", "blocked", "missing"]
STATES: tuple[State, ...] = ("done", "running", "failed", "blocked", "missing")


def survey(store: Store) -> list[tuple[Planned, State]]:
    """Every run that is planned or there, with its state; the files of runs are not read.

    A run is blocked when one it depends on failed. Running is what a driver has locked.

    Raises:
        InputError: a plan cannot be read.
    """
    there, failed = set(store.hashes()), Failures(store.path).names()
    running = locked(store.path)
    states: dict[str, State] = {}
    found: list[tuple[Planned, State]] = []
    for planned in read_plans(store.path):
        name = planned.run
        state: State = "missing"
        if name in there:
            state = "done"
        elif name in running:
            state = "running"
        elif name in failed:
            state = "failed"
        elif states.get(planned.needs) in ("failed", "blocked"):
            state = "blocked"
        states[name] = state
        found.append((planned, state))
    return found + [(_unplanned(store, name), "done") for name in sorted(there - set(states))]


def status_text(store: Store) -> str:
    """For people: a table by experiment and domains, and why runs failed."""
    surveyed = survey(store)
    if not surveyed:
        return "no runs yet"
    counts: dict[tuple[str, str, str], Counter[State]] = {}
    for planned, state in surveyed:
        group = (planned.experiment, planned.source, planned.target)
        counts.setdefault(group, Counter())[state] += 1
    rows = [["experiment", "source", "target", *STATES]]
    for group in sorted(counts):
        rows.append([*group, *(str(counts[group][state]) for state in STATES)])
    lines = [*_aligned(rows), count_text(state for _, state in surveyed)]
    failures = Failures(store.path)
    for planned, state in surveyed:
        if state == "failed":
            lines.append(
                f"failed: {planned.label()} ({planned.run[:12]}): {failures.reason(planned.run)}"
            )
    return "\n".join(lines)


def status_json(store: Store) -> dict[str, Any]:
    """For programs: counts by state, every run that is there, every other one with its state."""
    surveyed = survey(store)
    counts = Counter(state for _, state in surveyed)
    failures = Failures(store.path)
    others = [
        planned._asdict() | {"state": state, "reason": failures.reason(planned.run)}
        for planned, state in surveyed
        if state != "done"
    ]
    runs = [{"run": name} | store.row(name) for name in store.hashes()]
    return {state: counts[state] for state in STATES} | {"runs": runs, "others": others}


def is_settled(store: Store) -> bool:
    """Whether nothing is running or missing."""
    return all(state not in ("running", "missing") for _, state in survey(store))


def count_text(states: Iterable[State]) -> str:
    """How many runs are in each state; done is always named."""
    counts = Counter(states)
    named = [f"{counts['done']} runs done"]
    return ", ".join(named + [f"{counts[s]} {s}" for s in STATES[1:] if counts[s]])


def _unplanned(store: Store, name: str) -> Planned:
    """A run of a store older than plans, or brought from elsewhere."""
    spec = store.run(name)["spec"]
    places = (spec["experiment"], spec["strategy"], spec["source"], spec["target"])
    return Planned(name, "", *places, spec["round"], spec["replicate"])


def _aligned(rows: list[list[str]]) -> list[str]:
    """Columns of words left, of numbers right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place < 3 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
