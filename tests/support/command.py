"""How the command is called in tests, what it reads, and what it says to bad input."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

Run = Callable[..., tuple[int, str, str]]  # exit status, stdout, stderr
WORDS = ("plot", "lens", "sound", "pages", "cable", "voice", "story", "screen", "box", "cover")


def write_domain(path: Path, seed: int, reviews: int = 500) -> None:
    generator = np.random.default_rng(seed)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for index in range(reviews):
            words = generator.choice(WORDS, 8)
            mood = (
                ("good", "fine")[index % 3 == 0] if index % 2 else ("bad", "poor")[index % 3 == 0]
            )
            text = f"{mood} {' '.join(words)} number {index} of {path.name[0]}"
            file.write(json.dumps({"text": text, "label": index % 2}) + "\n")


def failed(result: tuple[int, str, str], *expected: str) -> None:
    status, out, err = result
    assert status == 2, err
    assert out == ""
    assert err.startswith("ltlib: ") and err.count("\n") == 1 and err.endswith("\n"), err
    for part in expected:
        assert part in err
