"""Reviews as integer tensors, in memory and in one file that worker processes map."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors.torch import save_file
from torch import Tensor

from ltlib.data.cleaning import Review
from ltlib.data.reviews import Reviews, Splits
from ltlib.data.splits import SPLITS, Chosen
from ltlib.data.vocabulary import Vocabulary
from ltlib.errors import InputError
from ltlib.paths import cache_dir, existing_folder, replace_into

FORMAT = 1  # raised whenever an older file must not be taken for a new one


def encode_reviews(vocabulary: Vocabulary, reviews: Sequence[Review], max_length: int) -> Reviews:
    """Cut every text into subwords and keep the first `max_length` of each; none is neutral."""
    texts = [review.text for review in reviews]
    encoded = [ids[:max_length] for ids in vocabulary.encode_all(texts)]
    lengths = torch.tensor([0, *map(len, encoded)], dtype=torch.int64)
    return Reviews(
        tokens=torch.tensor([i for ids in encoded for i in ids], dtype=torch.int32),
        offsets=lengths.cumsum(0),
        labels=torch.tensor([review.label for review in reviews], dtype=torch.int64),
    )


def cached_splits(
    vocabulary: Vocabulary, domains: dict[str, Chosen], max_length: int
) -> tuple[Path, dict[str, Splits]]:
    """Encode the splits of every domain once; the file that holds them, and what it holds."""
    key = hashlib.sha256(json.dumps([FORMAT, max_length, domains]).encode())
    key.update(vocabulary.model)

    def encoded() -> dict[str, Splits]:
        return {
            domain: Splits(
                *(encode_reviews(vocabulary, chosen[split], max_length) for split in SPLITS)
            )
            for domain, chosen in domains.items()
        }

    return saved_splits(key.hexdigest(), encoded)


def saved_splits(key: str, made: Callable[[], dict[str, Splits]]) -> tuple[Path, dict[str, Splits]]:
    """What `made` gives, kept under a key that says all that decides it; the file, and the splits.

    Args:
        key: hexadecimal digits.
    """
    folder = existing_folder(cache_dir() / "encoded", "remove it")
    path = folder / f"{key[:32]}.safetensors"
    if not _sound(path):
        _save_splits(made(), path)
    return path, load_splits(path)


def _sound(path: Path) -> bool:
    """Whether the file is there and holds what was once written to it."""
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            written = file.metadata()["hash"]
        return bool(written == hash_of(load_splits(path)))
    except (InputError, safetensors.SafetensorError, KeyError, TypeError, OSError):
        return False


def _save_splits(splits: dict[str, Splits], path: Path) -> None:
    tensors = {
        f"{domain}/{split}/{field.name}": getattr(reviews, field.name)
        for domain, parts in splits.items()
        for split, reviews in parts.named().items()
        for field in fields(Reviews)
    }
    metadata = {"domains": json.dumps(list(splits)), "hash": hash_of(splits)}
    with replace_into(path) as temporary:
        save_file(tensors, temporary, metadata)


def load_splits(path: Path) -> dict[str, Splits]:
    """Splits by domain, mapped from the file that `Corpus.path` names.

    Raises:
        InputError: there is no such file, or it holds something else.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            domains = json.loads(file.metadata()["domains"])
            return {
                domain: Splits(*(_load_reviews(file, f"{domain}/{split}") for split in SPLITS))
                for domain in domains
            }
    except FileNotFoundError:
        raise InputError(f"{path}: not found; load_corpus writes it") from None
    except (safetensors.SafetensorError, KeyError, TypeError, OSError) as error:
        raise InputError(
            f"{path}: no encoded corpus ({error}); delete it, load_corpus writes it anew"
        ) from None


def _load_reviews(file: Any, name: str) -> Reviews:
    return Reviews(*(file.get_tensor(f"{name}/{field.name}") for field in fields(Reviews)))


def hash_of(splits: dict[str, Splits]) -> str:
    """sha256 over the names and tensors of all splits, in order."""
    digest = hashlib.sha256()
    for domain, parts in splits.items():
        for split, reviews in parts.named().items():
            for field in fields(Reviews):
                tensor: Tensor = getattr(reviews, field.name)
                digest.update(f"{domain}/{split}/{field.name}/{len(tensor)}\n".encode())
                digest.update(tensor.numpy().astype(tensor.numpy().dtype.newbyteorder("<")).data)
    return digest.hexdigest()
