"""Everything that a deposit on Zenodo should hold, in one zip: equal input gives equal bytes.

`python -m book.tools.archive _build` bundles the published results with their provenance, the book
that `ltlib book --out _build` built, the source, the citation, metadata for Zenodo, and checksums
of all of it: `sha256sum --check MANIFEST.sha256` where it was unpacked.
"""

import hashlib
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import click
import yaml

from book.tools.command import start
from ltlib.errors import InputError

CITATION = "CITATION.cff"
MANIFEST = "MANIFEST.sha256"
PLAIN_FILES = ("README.md", "LICENSE", CITATION)
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can state, for every member


def write_archive(root: Path, out: Path) -> Path:
    """Bundle the project at `root` and the book in `out`; the path of the zip.

    Raises:
        InputError: no book in `out`, a file or a field of the citation is missing, or the tree is
            not one that git has.
    """
    metadata = zenodo_metadata(root / CITATION)
    name = f"ltlib-{metadata['version']}"
    members = contents(root, out) | {
        "zenodo.json": (json.dumps(metadata, indent=2, ensure_ascii=False) + "\n").encode()
    }
    members[MANIFEST] = manifest(members)
    archive = out / f"{name}.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for member, content in sorted(members.items()):
            entry = zipfile.ZipInfo(f"{name}/{member}", LONG_AGO)
            entry.external_attr = 0o644 << 16
            opened.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return archive


def contents(root: Path, out: Path) -> dict[str, bytes]:
    """What is archived, by its path there; without manifest and metadata.

    Raises:
        InputError: see `write_archive`.
    """
    built = out / "source" / "_build"
    if not (built / "html" / "index.html").exists():
        raise InputError(f"{built / 'html'}: no book to archive; run `make book` first")
    files = {name: root / name for name in PLAIN_FILES}
    files |= _below(root / "results", "results")
    files |= _below(built / "html", "book")
    if (built / "book.pdf").exists():
        files["book.pdf"] = built / "book.pdf"
    return {name: _bytes(path) for name, path in files.items()} | {"source.tar": _source(root)}


def manifest(members: dict[str, bytes]) -> bytes:
    """A line a member, as `sha256sum` writes and checks it."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(members.items())
    ]
    return "".join(lines).encode()


def zenodo_metadata(path: Path) -> dict[str, Any]:
    """The fields of a `.zenodo.json`, from the citation at `path`.

    Raises:
        InputError: no such file, or a field is missing.
    """
    try:
        citation = yaml.safe_load(_bytes(path))
        return {
            "title": citation["title"],
            "upload_type": citation["type"],
            "description": " ".join(citation["abstract"].split()),
            "creators": [{"name": _name(author)} for author in citation["authors"]],
            "version": citation["version"],
            "publication_date": str(citation["date-released"]),
            "license": citation["license"],
            "keywords": citation["keywords"],
            "related_identifiers": [
                {"relation": "isSupplementTo", "identifier": citation["repository-code"]},
                *(
                    {"relation": "references", "identifier": r["doi"]}
                    for r in citation["references"]
                ),
            ],
        }
    except KeyError as error:
        raise InputError(f"{path}: no field {error}; state it there") from None


def _name(author: dict[str, str]) -> str:
    """`Family, Given` of a person; the name of a group."""
    if "name" in author:
        return author["name"]
    return f"{author['family-names']}, {author['given-names']}"


def _below(folder: Path, place: str) -> dict[str, Path]:
    return {
        f"{place}/{path.relative_to(folder).as_posix()}": path
        for path in folder.rglob("*")
        if path.is_file()
    }


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; it belongs into the archive") from None


def _source(root: Path) -> bytes:
    """A tar of the commit that the tree is at."""
    if _git(root, "status", "--porcelain", "--untracked-files=no"):
        raise InputError(f"{root.resolve()}: changes that are not committed; commit them first")
    return _git(root, "archive", "--format=tar", "HEAD")


def _git(root: Path, *command: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(root), *command], capture_output=True, check=True)
    except FileNotFoundError:
        raise InputError("git is not installed; the archive takes the source from it") from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip()
        raise InputError(f"git {command[0]}: {reason}; archive a clone of the project") from None
    return done.stdout


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
def main(out: Path) -> None:
    """Bundle the book that was built into the folder OUT; ends with the path of the zip."""
    click.echo(write_archive(Path(), out))


if __name__ == "__main__":
    start(main)
