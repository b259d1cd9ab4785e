"""Runs that failed: reason and traceback, kept beside the runs and never as one."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ltlib.paths import existing_folder, replace_into, writing
from ltlib.spec import RunSpec


@dataclass(frozen=True)
class Failure:
    """Why a run was not trained; `died`: its worker ended without a word."""

    reason: str
    traceback: str = ""
    died: bool = False


class Failures:
    """The failures recorded in the store at `store`."""

    def __init__(self, store: Path) -> None:
        self._folder = store / "failed"

    def names(self) -> set[str]:
        """Names of the runs that failed."""
        return {path.stem for path in self._folder.glob("*.json") if path.name[0] != "."}

    def reason(self, name: str) -> str | None:
        """Why the run called `name` failed; None: it did not."""
        record = self.read(name)
        return None if record is None else str(record.get("reason"))

    def read(self, name: str) -> dict[str, Any] | None:
        """Spec, reason and traceback of a failed run; None: it did not fail."""
        try:
            record: dict[str, Any] = json.loads(self._path(name).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            return {"reason": "its record cannot be read", "traceback": ""}
        return record

    def find(self, prefix: str) -> dict[str, Any] | None:
        """The record of the one failed run called `prefix`...; None: there is not just one."""
        found = [name for name in self.names() if name.startswith(prefix)]
        return self.read(found[0]) if len(found) == 1 else None

    def write(self, spec: RunSpec, failure: Failure) -> None:
        """Record a failure.

        Raises:
            InputError: the store cannot be written.
        """
        record = {"spec": spec.canonical(), "reason": failure.reason, "time": time.time()}
        record["traceback"] = failure.traceback
        with writing(self._folder):
            existing_folder(self._folder, "mend the store's folder")
            with replace_into(self._path(spec.hash)) as temporary:
                temporary.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

    def clear(self, name: str) -> None:
        """Forget a failure: the run is done, or is to be tried again."""
        with writing(self._folder):
            self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"
