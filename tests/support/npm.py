"""What the tests of built pages take from npm's registry: versions pinned, contents checked."""

import base64
import functools
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

AXE = "axe-core@4.14.1"
AXE_SHA512 = (
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
)


def needed(there: bool, what: str) -> None:
    """Skip the test where something is missing; fail it where CI runs it."""
    if not there:
        message = f"A TEST OF THE BUILT BOOK WAS LEFT OUT: {what}"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


def unpacked(package: str, folder: Path, sha512: str | None = None) -> Path:
    """The package's folder, fetched into `folder`.

    Args:
        package: with its version, `name@1.2.3`.
        sha512: of the archive, base64; None: whoever takes the package checks what it needs.
    """
    needed(shutil.which("npm") is not None, "npm is not installed")
    packed = subprocess.run(["npm", "pack", package], cwd=folder, capture_output=True, check=False)
    needed(packed.returncode == 0, f"npm pack {package} failed: {packed.stderr.decode()[-300:]}")
    archive = next(folder.glob("*.tgz"))
    if sha512 is not None:
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        assert found == sha512, f"{package}: not the archive that was expected"
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / "package"


@functools.cache
def axe_script() -> str:
    """The source of axe-core, which looks for what breaks rules of accessibility."""
    with tempfile.TemporaryDirectory() as folder:
        package = unpacked(AXE, Path(folder), AXE_SHA512)
        return (package / "axe.min.js").read_text(encoding="utf-8")
