"""The extensions of Sphinx load wherever a reader stands, as Jupyter Book loads them."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.project import ROOT

LOAD = """
import sys
from importlib import import_module
from pathlib import Path

from jupyter_book.config import get_final_config

root = Path(sys.argv[1])
config, _ = get_final_config(
    user_yaml=root / "_config.yml", cli_config={"latex_individualpages": False}, sourcedir=root
)
for name in config["extensions"]:
    module = import_module(name)
    if name.startswith("book."):
        assert Path(module.__file__).is_relative_to(root), module.__file__
        assert callable(module.setup)
        print(name)
"""


def listed() -> set[str]:
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return set(settings["sphinx"]["local_extensions"])


def test_they_load_from_another_folder_without_a_search_path(tmp_path: Path) -> None:
    """As `jupyter-book build CLONE` does, started by hand."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(ROOT)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == listed()


def test_every_extension_there_is_is_listed() -> None:
    there = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "book" / "_ext").rglob("*.py")
        if "\ndef setup(app" in path.read_text(encoding="utf-8")
    }
    assert there == listed()
