"""The archive for Zenodo: complete, verifiable, the same bytes for the same files."""

import io
import json
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

from book.tools.archive import MANIFEST, write_archive, zenodo_metadata
from ltlib.errors import InputError
from tests.support.project import ROOT


def git(folder: Path, *command: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project under version control, with a published table."""
    root = tmp_path / "project"
    (root / "results").mkdir(parents=True)
    for name in ("README.md", "LICENSE", "CITATION.cff"):
        shutil.copy(ROOT / name, root)
    (root / "results" / "small.parquet").write_bytes(b"table")
    (root / "results" / "small.provenance.json").write_text("{}")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A book that was built and printed."""
    pages = tmp_path / "out" / "source" / "_build" / "html"
    (pages / "notebooks").mkdir(parents=True)
    (pages / "index.html").write_text("<p>first page</p>")
    (pages / "notebooks" / "01 ä.html").write_text("<p>a chapter</p>")
    (pages.parent / "book.pdf").write_bytes(b"%PDF-1.4")
    return tmp_path / "out"


def unpacked(archive: Path, place: Path) -> Path:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(place)
    return place / archive.stem


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["sha256sum", "--check", "--strict", MANIFEST]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_all_is_in_it_and_nothing_is_without_a_checksum(
    project: Path, out: Path, tmp_path: Path
) -> None:
    folder = unpacked(write_archive(project, out), tmp_path / "unpacked")
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert files == {
        *("README.md", "LICENSE", "CITATION.cff", "zenodo.json", "source.tar", MANIFEST),
        *("results/small.parquet", "results/small.provenance.json"),
        *("book/index.html", "book/notebooks/01 ä.html", "book.pdf"),
    }
    listed = [line.split("  ", 1)[1] for line in (folder / MANIFEST).read_text().splitlines()]
    assert sorted(listed) == sorted(files - {MANIFEST})


def test_sha256sum_confirms_it_and_notices_an_altered_file(
    project: Path, out: Path, tmp_path: Path
) -> None:
    folder = unpacked(write_archive(project, out), tmp_path / "unpacked")
    assert checked(folder).returncode == 0
    (folder / "results" / "small.parquet").write_bytes(b"tablf")
    failed = checked(folder)
    assert failed.returncode != 0
    assert "results/small.parquet: FAILED" in failed.stdout
    assert failed.stdout.count("FAILED") == 1


def test_the_source_is_that_of_the_commit(project: Path, out: Path, tmp_path: Path) -> None:
    (project / "notes.txt").write_text("not under version control")
    folder = unpacked(write_archive(project, out), tmp_path / "unpacked")
    with tarfile.open(fileobj=io.BytesIO((folder / "source.tar").read_bytes())) as tar:
        assert {m.name for m in tar if m.isfile()} == {
            *("README.md", "LICENSE", "CITATION.cff"),
            *("results/small.parquet", "results/small.provenance.json"),
        }


def test_equal_files_give_equal_bytes(project: Path, out: Path) -> None:
    archive = write_archive(project, out)
    first = archive.read_bytes()
    for path in out.rglob("*.html"):
        path.touch()  # when a file was written does not count
    assert write_archive(project, out).read_bytes() == first
    (out / "source" / "_build" / "html" / "index.html").write_text("<p>another</p>")
    assert write_archive(project, out).read_bytes() != first


def test_without_a_book_it_says_how_to_get_one(project: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make book"):
        write_archive(project, tmp_path / "nothing")


def test_changes_must_be_committed(project: Path, out: Path) -> None:
    (project / "README.md").write_text("changed")
    with pytest.raises(InputError, match="commit"):
        write_archive(project, out)


def test_a_copy_without_history_is_refused(project: Path, out: Path) -> None:
    shutil.rmtree(project / ".git")
    with pytest.raises(InputError, match=r"git .*clone"):
        write_archive(project, out)


def test_the_metadata_are_those_of_the_citation() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    metadata = zenodo_metadata(ROOT / "CITATION.cff")
    for field in ("title", "version", "license", "keywords"):
        assert metadata[field] == citation[field]
    assert metadata["publication_date"] == str(citation["date-released"])
    assert metadata["creators"] == [{"name": "the ltlib contributors"}]
    related = {entry["identifier"] for entry in metadata["related_identifiers"]}
    assert related == {citation["repository-code"], "10.18653/v1/D19-6117"}
    json.dumps(metadata)


def test_a_person_is_named_family_first(tmp_path: Path) -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    citation["authors"] = [{"family-names": "Lovelace", "given-names": "Ada"}]
    path = tmp_path / "CITATION.cff"
    path.write_text(yaml.safe_dump(citation))
    assert zenodo_metadata(path)["creators"] == [{"name": "Lovelace, Ada"}]


def test_a_citation_without_a_field_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "CITATION.cff"
    path.write_text("title: x\ntype: software\n")
    with pytest.raises(InputError, match=r"CITATION\.cff: no field 'abstract'"):
        zenodo_metadata(path)
