"""Where a number comes from: versions, commit and processor."""

import platform
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

from ltlib.versions import version_of

PACKAGES = ("ltlib", "torch", "numpy", "sentencepiece")


def provenance() -> dict[str, Any]:
    """Versions of what computes, commit of the checkout (None outside one), processor."""
    return {
        "versions": {"python": platform.python_version()} | {p: version_of(p) for p in PACKAGES},
        "commit": _commit(),
        "processor": _processor(),
    }


@lru_cache(maxsize=1)
def _commit() -> str | None:
    """The commit ltlib runs from, with `-dirty` when its tree differs from it."""
    folder = Path(__file__).resolve().parents[1]
    git = ["git", "-C", str(folder), "describe", "--always", "--abbrev=40", "--dirty"]
    if not (folder.parent / ".git").exists():
        return None
    try:
        return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


@lru_cache(maxsize=1)
def _processor() -> str:
    """The processor's name: equal specs give equal bits on equal processors."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
