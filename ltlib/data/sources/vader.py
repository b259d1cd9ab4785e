"""The embedded corpus: the four hand-rated domains of Hutto & Gilbert (2014), MIT licence.

They ship inside the source distribution of vaderSentiment 3.3.2 (not in its wheel), which pip
fetches once; both archives are verified by checksum whenever they are opened.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Generator
from pathlib import Path

from ltlib.data.cleaning import NEGATIVE, POSITIVE, Review
from ltlib.errors import InputError
from ltlib.paths import cache_dir, existing_folder, replace_into

REQUIREMENT = "vaderSentiment==3.3.2"
ARCHIVE = "vaderSentiment-3.3.2.tar.gz"
ARCHIVE_SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
MEMBER = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
MEMBER_SHA256 = "d5bb07d87474b3eb8d30b4deccbc23f19d742a6c5718fbacc65485b70b95c5fa"

FILES = {
    "products": "amazonReviewSnippets_GroundTruth.txt",
    "movies": "movieReviewSnippets_GroundTruth.txt",
    "editorials": "nytEditorialSnippets_GroundTruth.txt",
    "tweets": "tweets_GroundTruth.txt",
}
# Here an id reads document_sentence; in the other two every sentence stands for itself.
OF_DOCUMENTS = ("products", "editorials")
# Mean scores run from -4 to 4; those nearer to zero than this carry no clear sentiment.
CLEAR_SCORE = 0.5


def read_vader() -> dict[str, Generator[Review]]:
    """Fetch the corpus if it is not cached; its sentences by domain.

    Raises:
        InputError: it cannot be fetched, or a checksum does not match.
    """
    path = existing_folder(cache_dir() / "downloads", "remove it") / ARCHIVE
    if not path.exists():
        _download(path)
    archive = path.read_bytes()
    remedy = f"delete it, then repeat or put a sound {ARCHIVE} there"
    _verify(archive, ARCHIVE_SHA256, str(path), remedy)
    inner = _member(archive, MEMBER)
    _verify(inner, MEMBER_SHA256, f"{path}, {MEMBER}", remedy)
    return {domain: _sentences(inner, domain) for domain in FILES}


def _download(path: Path) -> None:
    """Have pip fetch the source distribution into a folder of its own, then verify and keep it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", REQUIREMENT, "--no-deps"]
        command += ["--no-binary", ":all:", "--dest", folder, "--disable-pip-version-check"]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        fetched = sorted(Path(folder).glob("*.tar.gz"))
        if finished.returncode or not fetched:
            reason = (finished.stderr.strip() or "it left no file").splitlines()[-1]
            raise InputError(
                f"pip could not download {REQUIREMENT} ({reason}); with no network, download the "
                f"file {ARCHIVE} from the Python package index elsewhere and put it into "
                f"{path.parent}"
            )
        archive = fetched[0].read_bytes()
    _verify(archive, ARCHIVE_SHA256, f"{ARCHIVE} as downloaded", f"put a sound one at {path}")
    with replace_into(path) as temporary:
        temporary.write_bytes(archive)


def _verify(content: bytes, expected: str, place: str, remedy: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise InputError(f"{place}: checksum mismatch (sha256 {found}, not {expected}); {remedy}")


def _member(archive: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        file = tar.extractfile(name)
        assert file is not None, f"{name} is a file in the archive of this checksum"
        return file.read()


def _sentences(inner: bytes, domain: str) -> Generator[Review]:
    """Lines of id, mean score and text, parted by tabs; the last line lacks its end."""
    content = _member(inner, f"hutto_ICWSM_2014/{FILES[domain]}").decode("utf-8")
    for line in content.split("\r\n"):
        if not line:
            continue
        identifier, score, text = line.split("\t")
        document = identifier.split("_")[0] if domain in OF_DOCUMENTS else None
        yield Review(text, label_of_score(float(score)), document)


def label_of_score(score: float) -> int | None:
    """The sign of a mean score that is clear enough, else None."""
    if abs(score) < CLEAR_SCORE:
        return None
    return POSITIVE if score > 0 else NEGATIVE
