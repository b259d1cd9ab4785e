"""Importing the figures is cheap, and their names are there."""

import subprocess
import sys
from pathlib import Path

from ltlib import figures

WITHOUT_TORCH = """
import sys
import ltlib.figures
heavy = {"torch", "ray", "sentencepiece", "datasets", "IPython", "ipywidgets"} & set(sys.modules)
sys.exit(f"imported: {heavy}" if heavy else 0)
"""


def test_figures_are_drawn_without_what_trains() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_TORCH], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_documented_names_are_there_and_described() -> None:
    assert figures.__all__ == sorted(figures.__all__)
    for name in figures.__all__:
        assert getattr(figures, name).__doc__


def test_charts_build_no_grammar_of_addresses(tmp_path: Path) -> None:
    """And leave the package that has it as they found it, to whoever wants it."""
    (tmp_path / "rfc3987_syntax.py").write_text("print('built')\nis_valid_syntax = None\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import ltlib.figures; "
        "print('charts'); import rfc3987_syntax"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["charts", "built"], done.stderr
