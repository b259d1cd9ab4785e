"""Where files lie, and how a file comes to be there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import platformdirs

from ltlib.errors import InputError


def cache_dir() -> Path:
    """Folder for downloads, vocabularies and encoded corpora: `$LTLIB_CACHE`, else the user's."""
    path = Path(os.environ.get("LTLIB_CACHE") or platformdirs.user_cache_path("ltlib"))
    return existing_folder(path, "set LTLIB_CACHE to a folder that can be written")


def default_store() -> Path:
    """The run store of the user's cache."""
    return cache_dir() / "store"


def existing_folder(path: Path, remedy: str) -> Path:
    """Make `path` a folder if it is not one yet.

    Raises:
        InputError: something that is not a folder stands there, or it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(f"{path}: is a file, not a folder; {remedy}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be made ({error.strerror}); {remedy}") from None
    return path


def check_place(path: Path, ending: str) -> None:
    """Raise an InputError if no file can lie at `path`, which should have this `ending`."""
    if not path.resolve().parent.is_dir():
        raise InputError(f"{path.parent}: folder not found; make it first")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a {ending} file")


@contextmanager
def replace_into(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to; on success that file takes its place in one step."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Say in one line why something below `place` cannot be written: disk full, read-only.

    Raises:
        InputError: instead of any `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{place}: cannot be written ({error.strerror or error}); mend that and run again: "
            "what is done stays done"
        ) from None
