"""Options that several commands share, and how their words are read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from ltlib.errors import InputError
from ltlib.protocol import Protocol

EXPERIMENTS = click.Choice(["obtain", "transfer", "all"])
SCALES = click.Choice(["smoke", "laptop", "paper"])


def corpus_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--corpus`, `--scale` and `--split`."""
    options = [
        click.option(
            "--corpus", required=True, metavar="C", help="vader, amazon[:...] or a folder"
        ),
        click.option("--scale", type=SCALES, default="smoke", show_default=True),
        click.option("--split", metavar="TRAIN/VALIDATION/TEST", help="reviews a domain"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def protocol_of(scale: str, split: str | None, **changes: Any) -> Protocol:
    """The protocol of `--scale` and `--split`; of `changes`, those that are not None."""
    protocol = Protocol.named(scale)
    if split is not None:
        changes["split"] = _split(split)
    return replace(protocol, **{k: v for k, v in changes.items() if v is not None})


def _split(text: str) -> tuple[int, int, int]:
    try:
        train, validation, test = (int(part) for part in text.split("/"))
    except ValueError:
        raise InputError(
            f"--split '{text}': give TRAIN/VALIDATION/TEST, such as 200/100/100"
        ) from None
    return train, validation, test


def pairs_of(text: str | None, domains: list[str]) -> list[tuple[str, str]] | None:
    """The pairs of `--pairs`."""
    if text is None:
        return None
    if text == "all":
        return [(source, target) for source in domains for target in domains if source != target]
    pairs = []
    for pair in text.split(","):
        source, colon, target = pair.partition(":")
        if not (source and colon and target):
            raise InputError(f"--pairs '{pair}': give source:target, such as movies:tweets")
        pairs.append((source, target))
    return pairs
