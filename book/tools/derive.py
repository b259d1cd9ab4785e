"""What is written from a place that states it, so that it is stated once.

`python -m book.tools.derive` writes what follows from `repository.url` in `_config.yml`: the set-up
cells of the notebooks, the README's badges, the address in CITATION.cff and pyproject.toml; and
from each chapter's parameters its section on running it. Run it after changing either.
"""

import json
import re
from pathlib import Path

import click

from book.tools.badges import badges
from book.tools.command import start
from book.tools.how_to_run import RUN_ID, run_section
from book.tools.notebooks import notebook_text
from book.tools.repository import Repository
from book.tools.setup_cell import SETUP_ID, setup_cell
from ltlib.errors import InputError

BADGES = re.compile(r"(<!-- badges -->\n).*?(<!-- /badges -->)", re.DOTALL)
ADDRESS_LINES = {  # in these files, the lines that state the address
    "CITATION.cff": re.compile(r'^(repository-code: ")[^"]*(")', re.MULTILINE),
    "pyproject.toml": re.compile(r'^(Repository = ")[^"]*(")', re.MULTILINE),
}


def derived(root: Path) -> dict[Path, str]:
    """What every file with a derived part should hold, by path; files not there are left out.

    Raises:
        InputError: `_config.yml`, the pin of torch in `constraints.txt` or a cell is missing.
    """
    repository = Repository.of(root)
    contents: dict[Path, str] = {}
    source = setup_cell(repository.url, _pinned_torch(root))
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        section = run_section(path, repository.raw("notebooks"))
        contents[path] = _with_cells(path, {SETUP_ID: source, RUN_ID: section})
    for name, pattern in ADDRESS_LINES.items():
        if (path := root / name).exists():
            contents[path] = pattern.sub(rf"\g<1>{repository.url}\g<2>", _read(path))
    if (path := root / "README.md").exists():
        contents[path] = BADGES.sub(rf"\g<1>{badges(repository)}\g<2>", _read(path))
    return contents


def write(root: Path) -> list[Path]:
    """Bring every derived part up to date; gives the files that changed."""
    changed = {path: text for path, text in derived(root).items() if _read(path) != text}
    for path, text in changed.items():
        path.write_text(text, encoding="utf-8")
    return list(changed)


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


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@click.command()
def main() -> None:
    """Write badges, set-up cells, addresses and sections on running; print the changed files."""
    for path in write(Path()):
        click.echo(path)


if __name__ == "__main__":
    start(main)
