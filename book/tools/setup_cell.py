"""The cell that each notebook begins with: it installs `ltlib` where it is missing."""

SETUP_ID = "set-up"

SETUP_CELL = """\
# Installs ltlib where it is missing: on Colab, or beside a copy of this notebook
# alone. LTLIB_SOURCE (a folder or a pip requirement) replaces the repository.
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = "git+{url}"

if importlib.util.find_spec("ltlib") is None:
    try:  # a torch that is here already stays as it is
        torch_version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        torch_version = "{torch}"
    with tempfile.TemporaryDirectory() as folder:
        constraint = Path(folder, "constraint.txt")
        constraint.write_text(f"torch=={{torch_version}}\\n")
        pip = [sys.executable, "-m", "pip", "install", "--quiet"]
        source = os.environ.get("LTLIB_SOURCE") or REPOSITORY
        command = [*pip, "--constraint", str(constraint), source]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("ltlib could not be installed: " + done.stderr)
    importlib.invalidate_caches()"""


def setup_cell(url: str, torch_version: str) -> str:
    """Source of the cell.

    Args:
        url: address of the repository from which `ltlib` is installed.
        torch_version: the version that is installed with it where there is none.
    """
    return SETUP_CELL.format(url=url, torch=torch_version)
