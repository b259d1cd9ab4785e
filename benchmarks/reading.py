"""How soon `ltlib` answers when it only reads: its help, and the status of 10,000 runs.

    python benchmarks/reading.py [--repeats 9] [--json]

Measured against what a bare `python -c "import pandas"` takes, every command in turn, so that a
machine busy for a while slows them all. Medians in seconds; exit status 1 when a limit is not kept.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine import UNREAD, specs_of

from ltlib.store.plans import write_plan
from ltlib.store.store import Store

RUNS = 10_000
LIMITS = {"help": 3.0, "status": 6.0}  # times a bare import of pandas
BARE = "import pandas"


def write_runs(store: Store) -> None:
    """`RUNS` runs that nobody trained, and the plan that asked for them."""
    specs = specs_of(RUNS)
    metrics = dict.fromkeys(("sparsity", "seconds", "connected", "test_accuracy"), 0.5)
    metrics |= {"validation_accuracy": 0.5, "epochs": 1, "best_epoch": 1}
    write_plan(store.path, specs, UNREAD.needs)
    for spec in specs:
        store.write(spec, metrics, {}, {})


def seconds_of(words: list[str], expected: str) -> float:
    """Seconds until a process has ended that prints `expected`."""
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - begin
    assert expected in done.stdout
    return seconds


def medians(store: Path, repeats: int) -> dict[str, float]:
    """Median seconds of each command over `repeats` rounds of them all, after one that warms up."""
    commands = {
        BARE: (["-c", BARE], ""),
        "help": (["-m", "ltlib", "--help"], "status"),
        "status": (["-m", "ltlib", "status", "--store", str(store)], f"{RUNS} runs done"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for repeat in range(repeats + 1):
        for name, command in commands.items():
            taken = seconds_of(*command)
            if repeat:
                seconds[name].append(taken)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name), create=True)
        write_runs(store)
        seconds = medians(store.path, given.repeats)
    bare = seconds.pop(BARE)
    ratios = {name: taken / bare for name, taken in seconds.items()}
    if given.json:
        print(json.dumps({"bare_seconds": bare} | ratios))
    else:
        print(f"python -c '{BARE}': {bare:.2f} s")
        for name, ratio in ratios.items():
            print(f"{name:>8} {seconds[name]:6.2f} s, {ratio:5.2f} times (limit {LIMITS[name]:g})")
    sys.exit(any(ratio > LIMITS[name] for name, ratio in ratios.items()))


if __name__ == "__main__":
    main()
