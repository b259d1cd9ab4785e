"""The contracts of imports in pyproject.toml notice what they forbid; `make lint` keeps them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.project import ROOT

# A contract, a module of each kind that it guards, and a line that this module must not say.
FORBIDDEN = [
    ("layers", "protocol", "import ltlib.data.corpus"),
    ("layers", "data/splits", "import ltlib.networks.text_cnn"),
    ("layers", "networks/precision", "import ltlib.training"),
    ("layers", "training", "import ltlib.tickets"),
    ("layers", "compact", "import ltlib.training"),
    ("layers", "packed", "import ltlib.evaluation"),
    ("layers", "ticket_file", "import ltlib.tickets"),
    ("layers", "transfer", "import ltlib.store.tickets"),
    ("layers", "store/locks", "import ltlib.runs.driver"),
    ("table", "store/locks", "import ltlib.results.quantities"),
    ("layers", "results/table", "import ltlib.store.store"),
    ("layers", "experiments/domains", "import ltlib.runs.front"),
    ("layers", "runs/schedule", "import ltlib.figures.looks"),
    ("layers", "results/quantities", "import ltlib.figures.tables"),
    ("layers", "figures/looks", "import ltlib.cli.commands"),
    ("text", "pruning", "import ltlib.data.vocabulary"),
    ("text", "training", "import ltlib.networks.pooling"),
    ("text", "compact", "import ltlib.data.vocabulary"),
    ("text", "packed", "import ltlib.data.portable"),
    ("text", "ticket_file", "import ltlib.networks.text"),
    ("text", "store/plans", "import ltlib.networks.text_cnn"),
    ("text", "runs/schedule", "import ltlib.data.corpus"),
    ("reading", "results/table", "import torch"),
    ("reading", "results/packed_tickets", "import torch"),
    ("reading", "results/verdicts", "from matplotlib.figure import Figure"),
    ("reading", "store/status", "import ltlib.store.tickets"),
    ("reading", "spec", "import altair"),
    ("book", "errors", "import book.tools.build"),
    ("book", "runs/interrupts", "def later() -> None:\n    import tests.support.tiny"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the library and of its contracts."""
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copytree(ROOT / "ltlib", folder / "ltlib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def broken(library: Path, contract: str) -> str:
    """What the linter says of a contract, line breaks and columns aside."""
    linter = str(Path(sys.executable).with_name("lint-imports"))
    words = [linter, "--no-cache", "--contract", contract]
    done = subprocess.run(words, cwd=library, env={}, capture_output=True, text=True)
    assert "Analyzed" in done.stdout, done.stdout + done.stderr
    return " ".join(done.stdout.split())


@pytest.mark.parametrize(("contract", "module", "line"), FORBIDDEN)
def test_a_forbidden_import_is_named(library: Path, contract: str, module: str, line: str) -> None:
    path = library / "ltlib" / f"{module}.py"
    written = path.read_text()
    path.write_text(f"{written}\n\n{line}\n")
    try:
        said = broken(library, contract)
    finally:
        path.write_text(written)
    number = len(written.splitlines()) + 3 + line.count("\n")
    assert "BROKEN" in said
    name = f"ltlib.{module.replace('/', '.')}"
    assert re.search(rf"{re.escape(name)} -> \S+ \([^)]*l\.{number}\)", said), said
