"""What is compiled, how often, and where it lies."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import config

from ltlib.networks.kernels import compiled as module
from ltlib.networks.kernels.compiled import compiled

USE = """
import json, sys, time
import numpy as np
from ltlib.networks.kernels.maxima import best_windows
one = np.zeros((1, 1), np.float32)
place = (np.array([0]), np.array([0, 1]), np.array([1]), 0, 1)
best_windows(one, *place, np.zeros((1, 1), np.int32), one)
stats = best_windows.stats
json.dump([sum(stats.cache_misses.values()), sum(stats.cache_hits.values())], sys.stdout)
"""


def use(cache: Path) -> Any:
    environment = os.environ | {"LTLIB_CACHE": str(cache)}
    found = subprocess.run(
        [sys.executable, "-c", USE], env=environment, capture_output=True, check=True, text=True
    )
    return json.loads(found.stdout)


def test_a_second_process_does_not_compile_and_another_cache_does(tmp_path: Path) -> None:
    assert use(tmp_path / "one") == [1, 0]
    assert use(tmp_path / "one") == [0, 1]
    assert use(tmp_path / "two") == [1, 0]
    (kept,) = (tmp_path / "one" / "kernels").iterdir()
    assert list(kept.rglob("*.nbc")), "the machine code lies beside what else is kept"


def test_a_change_in_any_of_the_sources_is_compiled_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Numba itself looks at the file of the loop alone, not at what it calls in others."""
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "b.py").write_text("2")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "a.py"))
    before = module._folder()
    assert module._folder() == before
    (tmp_path / "b.py").write_text("3")
    assert module._folder() != before


def test_the_folder_of_others_stays_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    settings: Any = config
    monkeypatch.setattr(settings, "CACHE_DIR", "theirs")
    compiled(lambda: 0)
    assert settings.CACHE_DIR == "theirs"


def in_order(first: np.ndarray, second: np.ndarray) -> Any:
    found = first.dtype.type(0)
    for i in range(len(first)):
        found += first[i] * second[i]
    return found


def in_any_order(first: np.ndarray, second: np.ndarray) -> Any:
    """The same: machine code is kept by a loop's name, not by how it was to be compiled."""
    found = first.dtype.type(0)
    for i in range(len(first)):
        found += first[i] * second[i]
    return found


def test_sums_are_taken_in_order_unless_they_may_be_reordered() -> None:
    """Bit for bit as one product after the other is rounded and added."""
    one, other = np.random.default_rng(0).standard_normal((2, 1000)).astype(np.float32)
    expected = in_order(one, other)
    assert compiled(in_order)(one, other) == expected
    reordered = compiled(in_any_order, reordered=True)(one, other)
    assert reordered != expected
    assert abs(reordered - one.astype(np.float64) @ other) < 1e-4
