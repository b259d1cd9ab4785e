"""Plans that a store was asked to carry out, so that it knows what it lacks."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence, Set
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ltlib.errors import InputError
from ltlib.paths import existing_folder, replace_into, writing
from ltlib.protocol import Protocol
from ltlib.results.settings import Setting
from ltlib.spec import RunSpec, label

FOLDER = "plans"


class Planned(NamedTuple):
    """A run of a plan, as far as people ask of it; `needs` is the name of another, or empty."""

    run: str
    needs: str
    experiment: str
    strategy: str
    source: str
    target: str
    round: int
    replicate: int
    setting: Setting

    def label(self) -> str:
        """For people: strategy, domains, round, replicate."""
        return label(self.strategy, self.source, self.target, self.round, self.replicate)


def write_plan(
    store: Path, specs: Sequence[RunSpec], needs: Callable[[RunSpec], RunSpec | None]
) -> None:
    """Note a plan in the store at `store`; the same plan is one file, however often it is run.

    Args:
        specs: each after the one it `needs`.

    Raises:
        InputError: the store cannot be written.
    """
    stored = {spec: spec.hash for spec in specs}
    runs: dict[Setting, list[Planned]] = {}
    for spec in stored:
        needed, setting = needs(spec), _setting(spec)
        planned = Planned(
            stored[spec], "" if needed is None else stored[needed], spec.experiment,
            spec.strategy, spec.source, spec.target, spec.round, spec.replicate, setting,
        )  # fmt: skip
        runs.setdefault(setting, []).append(planned)
    for setting, planned_there in runs.items():
        _write(store, setting, planned_there)


def _setting(spec: RunSpec) -> Setting:
    return Setting(spec.corpus, spec.corpus_hash, _as_json(spec.protocol), spec.device)


@lru_cache(maxsize=64)
def _as_json(protocol: Protocol) -> str:
    """As in a results table; a plan of many thousand runs has one protocol or a few."""
    return json.dumps(protocol.differences(), sort_keys=True)


def _write(store: Path, setting: Setting, runs: Sequence[Planned]) -> None:
    content = json.dumps(
        {"setting": setting, "runs": [run[:-1] for run in runs]},
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()
    path = store / FOLDER / f"{hashlib.sha256(content).hexdigest()[:16]}.json"
    if path.exists():
        return
    with writing(path):
        existing_folder(path.parent, "mend the store's folder")
        with replace_into(path) as temporary:
            temporary.write_bytes(content)


def forget(store: Path, names: Set[str]) -> None:
    """Take runs out of every plan of the store at `store`.

    Raises:
        InputError: a plan cannot be read, or the store not be written.
    """
    for path in _paths(store):
        planned = _read(path)
        left = [run for run in planned if run.run not in names]
        if len(left) == len(planned):
            continue
        if left:  # before the old one goes: a plan is there twice rather than not at all
            _write(store, left[0].setting, left)
        with writing(path):
            path.unlink()


def read_plans(store: Path) -> Iterator[Planned]:
    """The runs of every plan of the store at `store`, each once, after the one it needs.

    Raises:
        InputError: a plan cannot be read.
    """
    seen: set[str] = set()
    for path in _paths(store):
        for planned in _read(path):
            if planned.run not in seen:
                seen.add(planned.run)
                yield planned


def _paths(store: Path) -> list[Path]:
    return sorted((store / FOLDER).glob("[!.]*.json"))


def _read(path: Path) -> list[Planned]:
    try:
        plan = json.loads(path.read_bytes())
        if isinstance(plan, list):  # of a time when plans named no corpus: the next run names it
            return []
        setting = Setting(*plan["setting"])
        return [Planned._make([*row, setting]) for row in plan["runs"]]
    except (ValueError, TypeError, KeyError):
        raise InputError(f"{path}: damaged; remove it, `ltlib run` writes it anew") from None
