"""Where only texts are read, no tensor library is loaded: it takes longer than reading them."""

import subprocess
import sys

from tests.support.project import ROOT

READING = (
    "ltlib.data.cleaning",
    "ltlib.data.splits",
    "ltlib.data.vocabulary",
    "ltlib.data.sources.amazon",
    "ltlib.data.sources.fields",
    "ltlib.data.sources.folder",
    "ltlib.data.sources.lines",
    "ltlib.data.sources.tables",
    "ltlib.data.sources.vader",
)
HEAVY = ("torch", "ray", "datasets", "matplotlib", "altair", "pandas")

# The package's own `__init__` is passed over: what users call needs all of it.
SCRIPT = """
import importlib, sys, types
package = types.ModuleType("ltlib")
package.__path__ = [sys.argv[1]]
sys.modules["ltlib"] = package
for name in sys.argv[2].split(","):
    importlib.import_module(name)
print(*sorted(set(sys.argv[3].split(",")) & set(sys.modules)))
"""


def loaded_by(*modules: str) -> set[str]:
    words = [sys.executable, "-c", SCRIPT, str(ROOT / "ltlib"), ",".join(modules), ",".join(HEAVY)]
    return set(subprocess.run(words, capture_output=True, text=True, check=True).stdout.split())


def test_reading_texts_loads_nothing_heavy() -> None:
    assert loaded_by(*READING) == set()
    assert "torch" in loaded_by("ltlib.data.encoding"), "this test can fail"
