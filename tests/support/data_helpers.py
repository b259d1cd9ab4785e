"""Generated domains, written as files."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te")


def sentences(number: int, seed: int, words: int = 8) -> list[str]:
    """Different sentences of made-up words."""
    generator = np.random.default_rng(seed)
    made: dict[str, None] = {}
    while len(made) < number:
        parts = generator.integers(len(SYLLABLES), size=(words, 2))
        made[" ".join(SYLLABLES[a] + SYLLABLES[b] for a, b in parts)] = None
    return list(made)


def labelled(number: int, seed: int) -> list[dict[str, Any]]:
    """Different sentences with labels in turn."""
    return [{"text": text, "label": i % 2} for i, text in enumerate(sentences(number, seed))]


def json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Rows as JSON lines, packed where the name ends in .gz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json_lines(rows)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def write_folder(folder: Path, domains: Iterable[str] = ("ants", "bees"), number: int = 60) -> Path:
    """A folder with `number` labelled sentences a domain, other ones for every domain's name."""
    for domain in domains:
        write(folder / f"{domain}.jsonl", labelled(number, seed=sum(domain.encode())))
    return folder
