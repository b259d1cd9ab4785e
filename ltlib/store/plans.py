"""Plans that a store was asked to carry out, so that it knows what it lacks."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ltlib.errors import InputError
from ltlib.paths import existing_folder, replace_into, writing
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
    rows = []
    for spec in stored:
        needed = needs(spec)
        rows.append(
            Planned(
                stored[spec], "" if needed is None else stored[needed], spec.experiment,
                spec.strategy, spec.source, spec.target, spec.round, spec.replicate,
            )
        )  # fmt: skip
    content = json.dumps(rows, separators=(",", ":"), ensure_ascii=False).encode()
    path = store / FOLDER / f"{hashlib.sha256(content).hexdigest()[:16]}.json"
    if path.exists():
        return
    with writing(path):
        existing_folder(path.parent, "mend the store's folder")
        with replace_into(path) as temporary:
            temporary.write_bytes(content)


def read_plans(store: Path) -> Iterator[Planned]:
    """The runs of every plan of the store at `store`, each once, after the one it needs.

    Raises:
        InputError: a plan cannot be read.
    """
    seen: set[str] = set()
    for path in sorted((store / FOLDER).glob("[!.]*.json")):
        try:
            rows = [Planned(*row) for row in json.loads(path.read_bytes())]
        except (ValueError, TypeError):
            raise InputError(f"{path}: damaged; remove it, `ltlib run` writes it anew") from None
        for row in rows:
            if row.run not in seen:
                seen.add(row.run)
                yield row
