"""A folder of packed tickets beside a results table: a vocabulary, and a file for each round.

`ltlib.packed` says what such a file holds, `ltlib.data.portable` what the vocabulary does.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from ltlib.errors import InputError
from ltlib.packed import Sparse, about_packed, unpacked
from ltlib.paths import writing
from ltlib.results.table import without_ending

ENDING = ".tickets"
VOCABULARY = "vocabulary.json"
ROUND = "round-{:02}.safetensors"


def path_beside(results: str | Path) -> Path:
    """Where the packed tickets lie that belong to the results table at this path."""
    return Path(without_ending(results) + ENDING)


def check_folder(folder: Path) -> None:
    """Raise an InputError if what stands at this path is no folder of packed tickets."""
    if folder.is_dir():
        others = sorted({path.name for path in folder.iterdir()} - _names(folder))
        if others:
            raise InputError(f"{folder}: holds {others[0]}, which is no ticket; take it out")
    elif folder.exists():
        raise InputError(f"{folder}: is a file, where a folder of tickets should be; remove it")


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write packed tickets, whole or not at all, in the place of those that lay there.

    Args:
        files: contents by name, `VOCABULARY` and `ROUND` of each round.

    Raises:
        InputError: something else lies there; it cannot be written.
    """
    check_folder(folder)
    new, old = (folder.with_name(f".{folder.name}.{uuid4().hex}") for _ in range(2))
    try:
        with writing(folder):
            new.mkdir(parents=True)
            for name, content in files.items():
                (new / name).write_bytes(content)
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
    finally:
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)


def rounds_in(folder: Path) -> dict[Path, dict[str, Any]]:
    """The files of a folder of packed tickets in the order of their rounds, and what each says.

    Empty if there is no such folder.

    Raises:
        InputError: a file holds something else; names it.
    """
    found = {path: _about(path) for path in folder.glob(ROUND.replace("{:02}", "*"))}
    return dict(sorted(found.items(), key=lambda item: int(item[1]["round"])))


def read_packed(folder: Path, round_: int) -> dict[str, Sparse]:
    """The tickets of a round, by domain.

    Raises:
        InputError: there is no such file, or it holds something else; names it.
    """
    path = folder / ROUND.format(round_)
    try:
        return unpacked(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{path}: not found; `ltlib export --tickets` writes it") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _about(path: Path) -> dict[str, Any]:
    try:
        return about_packed(path.read_bytes())
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _names(folder: Path) -> set[str]:
    return {VOCABULARY, *(path.name for path in folder.glob(ROUND.replace("{:02}", "*")))}
