"""A line for everything that happens to a run: for people in log.txt, for programs in log.jsonl."""

import json
import os
import time
from pathlib import Path
from typing import Any

from ltlib.paths import writing
from ltlib.spec import RunSpec


class RunLog:
    """The log of the store at `store`; several drivers may write it."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def add(self, event: str, spec: RunSpec, **details: Any) -> str:
        """Write a line of either kind; return the one for people.

        Args:
            event: `done`, `failed`, `blocked`, `again` (its worker died) or `damaged`.

        Raises:
            InputError: the store cannot be written.
        """
        now = time.time()
        names = ("experiment", "strategy", "source", "target", "round", "replicate", "seed")
        record = {"time": now, "event": event, "run": spec.hash, "driver": os.getpid()}
        record |= {name: getattr(spec, name) for name in names} | details
        clock = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
        said = "".join(f", {name} {_short(value)}" for name, value in details.items())
        line = f"{clock} {event} {spec.label()} ({spec.hash[:12]}){said}"
        _append(self._store / "log.jsonl", json.dumps(record))
        _append(self._store / "log.txt", line)
        return line


def read_log(store: Path) -> list[dict[str, Any]]:
    """What happened in the store at `store`, in order; a line that was cut short is left out."""
    try:
        lines = (store / "log.jsonl").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    records = []
    for line in lines:
        try:
            records.append(json.loads(line))
        except ValueError:
            continue
    return records


def _append(path: Path, line: str) -> None:
    """One write a line: lines of two drivers do not mix, and a kill leaves whole ones."""
    with writing(path), path.open("ab", buffering=0) as file:
        file.write(line.encode() + b"\n")


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
