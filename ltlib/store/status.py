"""What has become of every run that a store was asked for."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

from ltlib.results.settings import EVERY_SETTING, Wanted, setting_of
from ltlib.store.failures import Failures
from ltlib.store.locks import locked
from ltlib.store.plans import Planned, read_plans
from ltlib.store.store import Store

State = Literal["done", "running", "failed", "blocked", "missing"]
STATES: tuple[State, ...] = ("done", "running", "failed", "blocked", "missing")
Surveyed = list[tuple[Planned, State]]


def survey(store: Store) -> Surveyed:
    """Every run that is planned or there, with its state; the files of runs are not read.

    A run is blocked when one it depends on failed. Running is what a driver has locked.

    Raises:
        InputError: a plan cannot be read.
    """
    there, failed = set(store.hashes()), Failures(store.path).names()
    running = locked(store.path)
    states: dict[str, State] = {}
    found: Surveyed = []
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


def status_text(store: Store, wanted: Wanted = EVERY_SETTING, each: bool = False) -> str:
    """For people: tables by experiment and domains, one a setting, and why runs failed.

    Args:
        wanted: the settings to be shown.
        each: show also the name and state of every run.

    Raises:
        InputError: a plan cannot be read; there are runs, and none of what is wanted.
    """
    surveyed = survey(store)
    settings = wanted.among(planned.setting for planned, _ in surveyed)
    if not settings:
        return "no runs yet"
    parts = []
    for setting in settings:
        there = [(planned, state) for planned, state in surveyed if planned.setting == setting]
        heading = [setting.label()] * (len(settings) > 1)
        names = [f"{run.run[:12]}  {state:7}  {run.label()}" for run, state in there] * each
        parts.append("\n".join([*heading, *_counted(there), *names, *_failed(there, store)]))
    return "\n\n".join(parts)


def _counted(surveyed: Surveyed) -> list[str]:
    counts: dict[tuple[str, str, str], Counter[State]] = {}
    for planned, state in surveyed:
        group = (planned.experiment, planned.source, planned.target)
        counts.setdefault(group, Counter())[state] += 1
    rows = [["experiment", "source", "target", *STATES]]
    for group in sorted(counts):
        rows.append([*group, *(str(counts[group][state]) for state in STATES)])
    return [*_aligned(rows), count_text(state for _, state in surveyed)]


def _failed(surveyed: Surveyed, store: Store) -> list[str]:
    failures = Failures(store.path)
    return [
        f"failed: {planned.label()} ({planned.run[:12]}): {failures.reason(planned.run)}"
        for planned, state in surveyed
        if state == "failed"
    ]


def status_json(store: Store, wanted: Wanted = EVERY_SETTING) -> dict[str, Any]:
    """For programs: counts by state, every run that is there, every other one with its state.

    Raises:
        InputError: as `status_text`.
    """
    surveyed = survey(store)
    settings = set(wanted.among(planned.setting for planned, _ in surveyed))
    surveyed = [found for found in surveyed if found[0].setting in settings]
    counts = Counter(state for _, state in surveyed)
    failures = Failures(store.path)
    others = [
        planned._asdict()
        | planned.setting._asdict()
        | {"setting": planned.setting.label(), "state": state}
        | {"reason": failures.reason(planned.run)}
        for planned, state in surveyed
        if state != "done"
    ]
    done = sorted(planned.run for planned, state in surveyed if state == "done")
    runs = [{"run": name} | store.row(name) for name in done]
    return {state: counts[state] for state in STATES} | {"runs": runs, "others": others}


def is_settled(store: Store) -> bool:
    """Whether nothing is running or missing."""
    return all(state not in ("running", "missing") for _, state in survey(store))


def count_text(states: Iterable[State]) -> str:
    """How many runs are in each state; done is always named."""
    counts = Counter(states)
    named = [f"{runs_text(counts['done'])} done"]
    return ", ".join(named + [f"{counts[s]} {s}" for s in STATES[1:] if counts[s]])


def runs_text(number: int) -> str:
    """So many runs, in words that agree."""
    return f"{number:,} run" + "s" * (number != 1)


def _unplanned(store: Store, name: str) -> Planned:
    """A run of a store older than plans, or brought from elsewhere."""
    row = store.identity(name)
    places = (row["experiment"], row["strategy"], row["source"], row["target"])
    return Planned(name, "", *places, row["round"], row["replicate"], setting_of(row))


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
