"""The names of `ltlib` are there when they are asked for."""

import ast
import inspect
import pickle
import pydoc
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import ltlib


def promised() -> dict[str, str]:
    """What editors and mypy read: names and the modules that they are imported from."""
    tree = ast.parse(Path(inspect.getfile(ltlib)).read_text())
    typing = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in typing.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def in_a_fresh_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_name_is_the_one_of_its_module() -> None:
    """Three lists say the same: `__all__`, what is given, what editors are told."""
    said = promised()
    assert said.pop("figures") == "ltlib"
    assert set(said) == set(ltlib.__all__)
    assert len(ltlib.__all__) == len(set(ltlib.__all__))
    for name, module in said.items():
        assert getattr(ltlib, name) is getattr(import_module(module), name)
        assert name in dir(ltlib)


def test_names_need_no_import_before_them() -> None:
    """A name is not one that a submodule hides, whatever was imported first."""
    attributes = "import ltlib; print(ltlib.run.__name__, ltlib.figures.obtaining.__name__)"
    assert in_a_fresh_process(attributes) == "run obtaining"
    stars = "from ltlib import *; from ltlib import figures; import ltlib; "
    missing = "print(figures.__name__, set(ltlib.__all__) - set(globals()))"
    assert in_a_fresh_process(stars + missing) == "ltlib.figures set()"


def test_a_wrong_name_is_said_as_ever() -> None:
    with pytest.raises(AttributeError, match="module 'ltlib' has no attribute 'nope'"):
        ltlib.nope  # type: ignore[attr-defined]  # noqa: B018
    assert not hasattr(ltlib, "nope")


def test_help_describes_every_name() -> None:
    text = pydoc.plain(pydoc.render_doc(ltlib))
    for name in ltlib.__all__:
        assert name in text


def test_objects_are_pickled_by_the_name_of_their_module() -> None:
    for name in ltlib.__all__:
        thing = getattr(ltlib, name)
        assert pickle.loads(pickle.dumps(thing)) is thing
    assert pickle.loads(pickle.dumps(ltlib.Protocol.smoke())) == ltlib.Protocol.smoke()
