"""The hosting address, stated once in `_config.yml` and written from there wherever it is needed.

`python -m book.tools.set_up` writes the set-up cells of the notebooks and their sections on running
them, the README's badges, and the address in CITATION.cff and pyproject.toml. Run it after changing
`repository.url` or the parameters of a chapter.
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import yaml

from book.tools.how_to_run import RUN_ID, run_section
from ltlib.errors import InputError

BADGES = re.compile(r"(<!-- badges -->\n).*?(<!-- /badges -->)", re.DOTALL)
ADDRESS_LINES = {  # in these files, the lines that state the address
    "CITATION.cff": re.compile(r'^(repository-code: ")[^"]*(")', re.MULTILINE),
    "pyproject.toml": re.compile(r'^(Repository = ")[^"]*(")', re.MULTILINE),
}
SETUP_ID = "set-up"
FIRST_CHAPTER = "notebooks/01_data.ipynb"

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


@dataclass(frozen=True)
class Repository:
    """Where the project is hosted.

    Attributes:
        url: its address, without a slash at the end.
        branch: the branch that badges point at.
    """

    url: str
    branch: str

    @classmethod
    def of(cls, root: Path) -> "Repository":
        """As `_config.yml` in the folder `root` states it.

        Raises:
            InputError: the file or the field is missing.
        """
        path = root / "_config.yml"
        try:
            settings = yaml.safe_load(path.read_text(encoding="utf-8"))
            repository = settings["repository"]
            return cls(str(repository["url"]).rstrip("/"), str(repository.get("branch", "main")))
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}; name the project's folder") from None
        except (KeyError, TypeError):
            raise InputError(
                f"{path}: repository.url is missing; state the address there"
            ) from None

    def badges(self) -> str:
        """Markdown of the buttons that open the notebooks on Binder and on Colab."""
        parts = urlsplit(self.url)
        place = f"{parts.path.strip('/')}/{self.branch}"
        on_github = parts.netloc == "github.com"
        binder = f"gh/{place}" if on_github else f"git/{quote(self.url, safe='')}/{self.branch}"
        lines = [
            _badge(
                "Binder",
                "mybinder.org/badge_logo.svg",
                f"mybinder.org/v2/{binder}?urlpath=lab/tree/{FIRST_CHAPTER}",
            ),
        ]
        if on_github:
            colab = "colab.research.google.com"
            address = f"{colab}/github/{parts.path.strip('/')}/blob/{self.branch}/{FIRST_CHAPTER}"
            lines.append(_badge("Colab", f"{colab}/assets/colab-badge.svg", address))
        return "\n".join(lines) + "\n"

    def raw(self, folder: str) -> str:
        """Address from which the files of a folder of the project are downloaded."""
        return f"{self.url}/raw/{self.branch}/{folder}"


def pages_address(url: str) -> str | None:
    """Where GitHub publishes the pages of the repository at `url`; None for another host."""
    parts = urlsplit(url)
    owner, _, name = parts.path.strip("/").partition("/")
    if parts.netloc != "github.com" or not name:
        return None
    site = f"{owner.lower()}.github.io"
    return f"https://{site}/" if name.lower() == site else f"https://{site}/{name}/"


def setup_cell(repository: Repository, torch_version: str) -> str:
    """Source of the cell that each notebook begins with."""
    return SETUP_CELL.format(url=repository.url, torch=torch_version)


def derived(root: Path) -> dict[Path, str]:
    """What every file that states the address should hold, by path; files not there are left out.

    Raises:
        InputError: `_config.yml`, the pin of torch in `constraints.txt` or a cell is missing.
    """
    repository = Repository.of(root)
    contents: dict[Path, str] = {}
    source = setup_cell(repository, _pinned_torch(root))
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        section = run_section(path, repository.raw("notebooks"))
        contents[path] = _with_cells(path, {SETUP_ID: source, RUN_ID: section})
    for name, pattern in ADDRESS_LINES.items():
        if (path := root / name).exists():
            contents[path] = pattern.sub(rf"\g<1>{repository.url}\g<2>", _read(path))
    if (path := root / "README.md").exists():
        contents[path] = BADGES.sub(rf"\g<1>{repository.badges()}\g<2>", _read(path))
    return contents


def write(root: Path) -> list[Path]:
    """Bring every derived place up to date; gives the files that changed."""
    changed = [path for path, content in derived(root).items() if _read(path) != content]
    for path in changed:
        path.write_text(derived(root)[path], encoding="utf-8")
    return changed


def notebook_text(notebook: dict[str, Any]) -> str:
    """A notebook as it is stored: stable, readable in a diff, UTF-8."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _with_cells(path: Path, sources: dict[str, str]) -> str:
    """The notebook at `path` with new sources for the cells of these ids."""
    notebook = json.loads(_read(path))
    cells = {cell.get("id"): cell for cell in notebook["cells"]}
    for name, source in sources.items():
        if name not in cells:
            raise InputError(f"{path}: no cell with id '{name}'; put an empty one there")
        cells[name]["source"] = source.splitlines(keepends=True)
    return notebook_text(notebook)


def _pinned_torch(root: Path) -> str:
    path = root / "constraints.txt"
    if not path.exists():
        raise InputError(f"{path}: not found; it pins the version of torch")
    found = re.search(r"^torch==([\w.]+)", _read(path), re.MULTILINE)
    if found is None:
        raise InputError(f"{path}: no line 'torch==…'; pin the version of torch there")
    return found[1]


def _badge(name: str, image: str, address: str) -> str:
    return f"[![Open in {name}](https://{image})](https://{address})"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


if __name__ == "__main__":
    try:
        for written in write(Path(sys.argv[1] if len(sys.argv) > 1 else ".")):
            print(written)
    except InputError as error:
        sys.exit(f"error: {error}")
