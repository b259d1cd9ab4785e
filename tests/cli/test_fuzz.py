"""Whatever is typed, the command ends well, or says in one line what is wrong.

`python -m tests.cli.test_fuzz 100` makes so many thousands of calls, and counts. Nothing trains:
that is replaced; all else is as users have it.
"""

import io
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ltlib.cli import run as running
from ltlib.cli.commands import cli, main
from ltlib.runs.driver import Report
from ltlib.store.failures import Failure, Failures
from ltlib.store.plans import write_plan
from ltlib.store.store import Store
from tests.support.data_helpers import write_folder
from tests.support.matrix import SPECS, needs_of

STATUSES = {0, 1, 2, 130}
METRICS = {"sparsity": 0.5, "validation_accuracy": 0.5, "test_accuracy": 0.5, "epochs": 1,
           "best_epoch": 1, "connected": 3, "seconds": 1.0, "test_reviews": 20}  # fmt: skip

# Paths are of the folder that the calls are made in; it is laid anew for each.
PLACES = ("own", "store", "empty", "none", "file", "table.csv", "bad.csv", "own/ants.jsonl", "",
          ".", "none/none", "memory://x.csv", "nonsense://x.csv", "\n", "é/ü.csv")  # fmt: skip
NUMBERS = ("0", "1", "2", "-1", "1e9", "99999999999999999999", "nan", "inf", "0.5", "½", "")
SPLITS = ("16/8/8", "16/8", "15/8/8", "0/0/0", "1/2", "2/2", "0/1", "3/2", "a/b", "/", "16/8/8/8")
NAMES = ("ants", "ants,bees", "ants:bees", "bees:ants,ants:bees", "ants:ants", "all", "a:b:c", ",",
         ":", "wasps", "smoke", "laptop", "paper", "obtain", "transfer", "control", "cpu", "cuda",
         "local", "ray", "127.0.0.1:1", "tiny", "h", "vader")  # fmt: skip
PREFIXES = (SPECS[0].hash, SPECS[0].hash[:7], SPECS[1].hash, SPECS[-1].hash, "0", "zzz", "*", "..")
LIKELY = {
    "corpus": ("own", "own", "./own", "none", "tiny"),
    "store": ("store", "store", "store", "empty", "new"),
    "out": ("o.csv", "o.parquet", "memory://o.csv"),
    "results": ("table.csv", "table.csv", "table.csv", "bad.csv"),
    "domains": NAMES[:2],
    "pairs": NAMES[2:4],
    "split": SPLITS[:1],
    "shard": SPLITS[4:6],
    "scale": ("smoke", "smoke", "laptop", "paper"),
    "replicates": ("1", "2"),
    "rounds": ("0", "1"),
    "experiment": ("all", "obtain", "transfer", "control"),
    "device": ("cpu",),
    "engine": ("local",),
    "runs": PREFIXES[:4],
    "run": PREFIXES[:5],
}  # fmt: skip


def words_of(name: str) -> st.SearchStrategy[str]:
    """Values of an option: those that it may well have, any others, and any text at all."""
    text = st.text(st.characters(codec="utf-8"), max_size=8)
    others = st.sampled_from(PLACES + NUMBERS + SPLITS + NAMES + PREFIXES)
    likely = st.sampled_from(LIKELY.get(name, NUMBERS + NAMES + PREFIXES))
    return st.integers(0, 29).flatmap(lambda n: likely if n < 27 else others if n < 29 else text)


@st.composite
def calls(draw: st.DrawFn) -> list[str]:
    """A command with some of its options, in any order, sometimes another's or none."""
    name = draw(st.sampled_from(sorted(cli.commands)))
    command = cli.commands[name]
    words = [name] if draw(st.integers(0, 30)) else [draw(words_of("")), name]
    parameters = [p for p in command.params if p.required or not draw(st.integers(0, 2))]
    for parameter in draw(st.permutations(parameters)):
        if not draw(st.integers(0, 40)):
            continue
        if isinstance(parameter, click.Option):
            words.append(parameter.opts[0])
            if parameter.is_flag:
                continue
        value = parameter.name or ""
        words.append(draw(words_of("results" if value in ("one", "other") else value)))
    if not draw(st.integers(0, 15)):
        words.append(draw(st.sampled_from(("--help", "--no-such", "--", "-", "extra", "--store"))))
    return words


def lay(folder: Path) -> None:
    """A corpus, a store of untrained runs and one that failed, tables sound and broken."""
    write_folder(folder / "own", ("ants", "bees", "crabs"))
    (folder / "empty").mkdir()
    (folder / "file").write_text("no folder")
    store = Store(folder / "store", create=True)
    write_plan(store.path, SPECS, needs_of)
    for spec in SPECS[:4]:
        store.write(spec, METRICS, {}, {"corpus_source": "own"})
    Failures(store.path).write(SPECS[4], Failure("out of luck", "Traceback"))
    store.table().to_csv(folder / "table.csv", index=False)
    (folder / "bad.csv").write_bytes(b'experiment,"\x00\n1,2,3\n')


@contextmanager
def nothing_trains(folder: Path) -> Iterator[None]:
    """Calls are made in `folder`; they neither train, wait, build a book nor ask a cluster."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("LTLIB_CACHE", str(folder.parent / "cache"))
        patch.setattr(running, "execute", lambda *_, **__: Report())
        patch.setattr("ltlib.cli.stores.time.sleep", interrupted)
        patch.setattr("sys.stdin", io.StringIO())
        yield


def interrupted(_: float) -> None:
    """A user who has waited long enough."""
    raise KeyboardInterrupt


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and age of every file: what was written or touched shows."""
    files = ((p, p.stat()) for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): (stat.st_size, stat.st_mtime_ns) for p, stat in files}


def check_call(words: list[str], template: Path, folder: Path) -> int:
    """Make one call in a copy of `template` that no other call has changed; its exit status."""
    before = stamps(template)
    if not folder.exists() or stamps(folder) != before:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)
    out, err = io.StringIO(), io.StringIO()
    status: Any = 0
    with nothing_trains(folder), redirect_stdout(out), redirect_stderr(err):
        sys.argv[1:] = words
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
    assert status in STATUSES, (words, status)
    said = err.getvalue()
    assert "Traceback" not in said
    after = stamps(folder)
    assert not [name for name in after if "/." in f"/{name}"], "nothing is left half written"
    if status == 2:
        *_, last = said.splitlines() or [""]
        told_how = said.startswith("Usage: ")  # no word at all, or no command
        assert re.fullmatch(r"ltlib: \S.*", last) or told_how, (words, said)
        assert not out.getvalue(), (words, out.getvalue())
        new = {n for n in after if before.get(n) != after[n]} - {"new/store.json"}
        assert not new and set(before) <= set(after), (words, new)
    return int(status)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("fuzz") / "template"
    place.mkdir()
    lay(place)
    return place


# Odd in other ways than chance soon finds, or mended once: each with the exit status it has.
ODD = [
    ("status --store store --watch --every nan", 2),
    ("status --store store --watch --every 1e9", 130),
    ("show --store store ..", 2),
    ("rm --store store --yes *", 2),
    ("export --store store --store store --out o.csv", 0),
    ("export --store store --store empty --out none/o.parquet", 2),
    ("export --store store --out own --atlas", 2),
    ("claims --results own/ants.jsonl", 2),
    ("compare table.csv table.csv --csv", 0),
    ("run --corpus own --store store --split 16/8/8 --pairs ants:ants", 2),
    ("run --corpus own --store file --split 16/8/8", 2),
    ("prepare --corpus . --split 16/8/8", 2),
]


@pytest.mark.parametrize(("words", "status"), ODD)
def test_odd_calls(words: str, status: int, template: Path, tmp_path: Path) -> None:
    assert check_call(words.split(), template, tmp_path / "here") == status


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=calls())
def test_whatever_is_typed(words: list[str], template: Path) -> None:
    check_call(words, template, template.parent / "here")


def fuzz(number: int) -> Counter[str]:
    """Make `number` calls; how many ended in which way, by command."""
    ends: Counter[str] = Counter()

    @settings(max_examples=number, deadline=None, suppress_health_check=list(HealthCheck))
    @given(words=calls())
    def call(words: list[str]) -> None:
        status = check_call(words, folder, folder.parent / "here")
        ends[f"{next((w for w in words if w in cli.commands), '-')} {status}"] += 1

    with TemporaryDirectory() as place:
        folder = Path(place) / "template"
        folder.mkdir()
        lay(folder)
        call()
    return ends


if __name__ == "__main__":
    counted = Counter[str]()
    for _ in range(int(sys.argv[1])):  # Hypothesis keeps in memory what it has tried
        counted += fuzz(1000)
        print(counted.total(), "calls:", dict(sorted(counted.items())), flush=True)
