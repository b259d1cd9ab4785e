"""A folder of the reader's own domains, one file each."""

from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

from ltlib.data.cleaning import Review
from ltlib.data.sources.fields import (
    WORDS,
    checked_names,
    label_field,
    label_word,
    printable,
    rating_field,
    suffice,
    text_field,
)
from ltlib.data.sources.lines import read_objects
from ltlib.data.sources.tables import Located, Say, opened, read_parquet, separated
from ltlib.errors import InputError

# A domain's name becomes part of file names, of table columns and of `--domains a,b --pairs a:b`.
FORBIDDEN = frozenset("/\\.,:")

# What may hold reviews and is not read, and what to do with it.
REMEDIES = {
    (".json", ".ndjson"): "write one object a line, into a file named .jsonl",
    (".xlsx", ".xls", ".ods", ".numbers"): "export as .csv",
    (".feather", ".arrow", ".pkl", ".pickle"): "write as .parquet",
    (".zip", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst", ".gz"): "unpack",
}
LISTED = 20  # names in one line


def read_folder(folder: Path, say: Say) -> dict[str, Generator[Review]]:
    """The reviews of every domain, by name; the domains in alphabetical order.

    A file's name is the domain's, followed by one of the endings in `READERS`. Hidden files, whose
    names begin with a dot, are passed over. Where a file has both label and rating, the label
    counts.

    Args:
        say: takes a line each about what was skipped, now, and about what was understood how,
            while reading.

    Raises:
        InputError: no such folder, nothing in it, a bad name, two files of one domain; while
            reading, whatever is wrong with a line or row.
    """
    files: dict[str, Path] = {}
    others: list[Path] = []
    for path in _visible(folder):
        ending = _ending(path)
        if ending is None:
            others.append(path)
            continue
        domain = path.name[: -len(ending)]
        check_domain_name(domain, printable(str(path)))
        if domain in files:
            first, second = (printable(str(one)) for one in (files[domain], path))
            raise InputError(f"{first} and {second} are both of domain '{domain}'; keep one")
        files[domain] = path
    skipped = _skipped(others)
    if not files:
        found = "; ".join(skipped) or "it is empty but for hidden files"
        raise InputError(
            f"{printable(str(folder))} holds no domain ({found}); "
            f"name its files DOMAIN{' or '.join(READERS)}"
        )
    for remark in skipped:
        say(remark)
    return {domain: _reviews(files[domain], say) for domain in sorted(files)}


def _visible(folder: Path) -> list[Path]:
    place = printable(str(folder))
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        raise InputError(f"folder {place} not found") from None
    except NotADirectoryError:
        raise InputError(
            f"{place} is a file; give the folder that holds a file for each domain"
        ) from None
    except OSError as error:
        raise InputError(
            f"{place}: cannot be read ({error.strerror or error}); give a folder you may read"
        ) from None
    return [path for path in paths if not path.name.startswith(".")]


def check_domain_name(domain: str, place: str) -> None:
    """Raise an InputError for a name that could not be a part of file names and commands."""
    if (
        not domain
        or domain != domain.strip()
        or not domain.isprintable()
        or FORBIDDEN & set(domain)
    ):
        raise InputError(
            f"{place}: {domain!r} cannot be a domain's name; rename it without any of "
            f"{' '.join(sorted(FORBIDDEN))}, spaces at its ends and control characters"
        )


def _ending(path: Path) -> str | None:
    matching = [ending for ending in READERS if path.name.lower().endswith(ending)]
    return matching[0] if matching and not _is_folder(path) else None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a link to where one may not look
        return False


def _skipped(paths: Iterable[Path]) -> list[str]:
    """A line for those that need the same; a folder's name ends in a slash."""
    names: dict[str, list[str]] = {}
    for path in paths:
        name = path.name + "/" * _is_folder(path)
        remedy = next((do for ends, do in REMEDIES.items() if name.lower().endswith(ends)), "")
        names.setdefault(remedy, []).append(printable(name))
    return [_line(some, remedy) for remedy, some in names.items()]


def _line(names: list[str], remedy: str) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    what_to_do = f"; to have them read: {remedy}" if remedy else ""
    return f"skipped: {', '.join(names[:LISTED])}{more}{what_to_do}"


def _reviews(path: Path, say: Say) -> Generator[Review]:
    ending = _ending(path)
    assert ending is not None
    words: set[str] = set()
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for who writes to it
            raise InputError(f"{printable(str(path))}: a pipe or device; put a file in its place")
        for here, found in READERS[ending](path, say):
            record = _as_asked(found, here)
            if word := label_word(record.get("label")):
                words.add(word)
            yield _review(record, here)
    except OSError as error:
        raise InputError(
            f"{printable(str(path))}: cannot be read ({error.strerror or error})"
        ) from None
    if words:
        read = ", ".join(f"'{word}' read as {WORDS[word]}" for word in WORDS if word in words)
        say(f"{path.name}: label {read}")


def _as_asked(found: dict[str, Any], here: str) -> dict[str, Any]:
    """By the names that are asked for."""
    if suffice(found):  # as nearly every row does
        return found
    return dict(zip(checked_names(list(found), here), found.values(), strict=True))


def _review(record: dict[str, Any], here: str) -> Review:
    of_class = (
        label_field(record, "label", here)
        if "label" in record
        else rating_field(record, "rating", here)
    )
    return Review(text_field(record, "text", here), of_class)


def _json_lines(path: Path, _: Say) -> Located:
    with opened(path) as file:
        yield from read_objects(file, printable(str(path)))


READERS: dict[str, Callable[[Path, Say], Located]] = {
    ".jsonl": _json_lines,
    ".jsonl.gz": _json_lines,
    ".csv": separated(","),
    ".csv.gz": separated(","),
    ".tsv": separated("\t"),
    ".tsv.gz": separated("\t"),
    ".parquet": read_parquet,
}
