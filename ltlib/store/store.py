"""The run store: one folder a run, named by its spec, there whole or not at all."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd

from ltlib.errors import DamagedError, InputError
from ltlib.paths import existing_folder, writing
from ltlib.results.table import COLUMNS, LATER, in_order
from ltlib.spec import RunSpec
from ltlib.store.version import check_run, check_version, write_version

REMEDY = "`ltlib run` does this run again"
WRITING = ".writing-"  # begins the name of a folder that is not yet, or no longer, a run
ABANDONED = 3600  # seconds after which a half-written folder is nobody's


class Store:
    """Runs under `path`.

    Raises:
        InputError: `path` is a file; or it is not there and `create` is not set; or it cannot be
            written and `create` is set; or another version of the spec wrote it.
    """

    def __init__(self, path: str | Path, create: bool = False) -> None:
        self.path = Path(path)
        if create:
            existing_folder(self.path, "name a folder for the store")
        elif self.path.is_file():
            raise InputError(f"{self.path}: is a file, not a store; name the store's folder")
        elif not self.path.is_dir():
            raise InputError(f"{self.path}: store not found; make one with `ltlib run --store`")
        check_version(self.path)
        if create:
            write_version(self.path)
            self._sweep()

    def folder(self, spec: RunSpec) -> Path:
        """Where the run lies, or would."""
        return self.path / spec.hash

    def __contains__(self, spec: RunSpec) -> bool:
        return self.folder(spec).is_dir()

    def hashes(self) -> list[str]:
        """Names of all runs that are there."""
        with os.scandir(self.path) as folders:
            names = [f.name for f in folders if f.is_dir() and f.name[0] != "."]
        return sorted(name for name in names if (self.path / name / "run.json").is_file())

    def write(
        self,
        spec: RunSpec,
        metrics: dict[str, Any],
        tensors: dict[str, bytes],
        provenance: dict[str, Any],
    ) -> None:
        """Write a run into a temporary folder, then rename it into place.

        A run that is already there stays: equal specs give equal runs.

        Raises:
            InputError: the store cannot be written.
        """
        files = {"metrics.json": _json(metrics)} | tensors
        run = {
            "spec": spec.canonical(),
            "provenance": provenance,
            "sha256": {name: _sha256(content) for name, content in files.items()},
        }
        run["sha256"]["run.json"] = _sha256(_json(run))
        temporary = self.path / f"{WRITING}{uuid4().hex}"
        try:
            with writing(self.path):
                temporary.mkdir()
                for name, content in (files | {"run.json": _json(run)}).items():
                    (temporary / name).write_bytes(content)
                if spec not in self:
                    temporary.rename(self.folder(spec))
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def discard(self, name: str) -> None:
        """Remove the run called `name`, in one step as far as anybody else sees."""
        with writing(self.path):
            temporary = (self.path / name).rename(self.path / f"{WRITING}{uuid4().hex}")
        shutil.rmtree(temporary, ignore_errors=True)

    def verify(self, name: str) -> None:
        """Compare every file of a run with its checksum.

        Raises:
            DamagedError: the first that is missing, or not as it was written.
        """
        for file, stated in self.run(name)["sha256"].items():
            if _sha256(self._bytes(name, file)) != stated:
                raise self._damaged(name, file)

    def read(self, name: str, file: str) -> bytes:
        """A file of the run called `name`, verified.

        Raises:
            DamagedError: missing, or not as it was written; names the file.
        """
        content = self._bytes(name, file)
        if self.run(name)["sha256"].get(file) != _sha256(content):
            raise self._damaged(name, file)
        return content

    def run(self, name: str) -> dict[str, Any]:
        """`run.json` of a run, verified: spec, provenance and checksums."""
        content = self._bytes(name, "run.json")
        try:
            run: dict[str, Any] = json.loads(content)
            stated = run["sha256"].pop("run.json")
        except (ValueError, KeyError, TypeError):
            raise self._damaged(name, "run.json") from None
        if stated != _sha256(_json(run)):
            raise self._damaged(name, "run.json")
        return run

    def metrics(self, name: str) -> dict[str, Any]:
        """What was measured in a run."""
        return dict(json.loads(self.read(name, "metrics.json")))

    def find(self, prefix: str) -> str:
        """The one run whose name begins with `prefix`.

        Raises:
            InputError: none or several do.
        """
        return the_one(prefix, self.hashes(), self.path)

    def table(self, specs: Iterable[RunSpec] | None = None) -> pd.DataFrame:
        """The results table of `specs` (default: of all runs that are there), one row a run."""
        names = self.hashes() if specs is None else [spec.hash for spec in specs]
        return in_order(map(self.row, names))

    def row(self, name: str) -> dict[str, Any]:
        """The row of a run in the results table.

        Raises:
            InputError: damaged, or of another version of the spec.
        """
        values = self.identity(name) | self.metrics(name)
        return {column: values[column] for column in COLUMNS}

    def identity(self, name: str) -> dict[str, Any]:
        """What the row of a run holds but for what was measured.

        Raises:
            InputError: as `row`; nothing measured is read.
        """
        spec = self.run(name)["spec"]
        check_run(self.path / name, spec["spec_version"])
        spec["protocol"] = json.dumps(spec["protocol"], sort_keys=True)
        return LATER | spec

    def _bytes(self, name: str, file: str) -> bytes:
        try:
            return (self.path / name / file).read_bytes()
        except OSError as error:
            raise DamagedError(
                name, f"{self.path / name / file}: {error.strerror}; {REMEDY}"
            ) from None

    def _damaged(self, name: str, file: str) -> DamagedError:
        return DamagedError(name, f"{self.path / name / file}: damaged (checksum); {REMEDY}")

    def _sweep(self) -> None:
        """Remove what a killed process left half-written."""
        for folder in self.path.glob(f"{WRITING}*"):
            with suppress(FileNotFoundError):  # another driver has just renamed it
                if time.time() - folder.stat().st_mtime > ABANDONED:
                    shutil.rmtree(folder, ignore_errors=True)


def the_one(prefix: str, names: Iterable[str], store: Path) -> str:
    """The one of `names` that begins with `prefix`, of runs of the store at `store`.

    Raises:
        InputError: none or several do.
    """
    found = [name for name in names if name.startswith(prefix)]
    if len(found) != 1 or not prefix:
        count = f"{len(found)} runs" if len(found) > 1 else "no run"
        raise InputError(
            f"{store}: {count} called '{prefix}'; "
            f"`ltlib status --store {store} --runs` names them all"
        )
    return found[0]


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, sort_keys=True, indent=1) + "\n").encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
