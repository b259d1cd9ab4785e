"""The words of options, read: each with an error that says what it should have been."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from ltlib.errors import InputError
from ltlib.protocol import Protocol, Split

ELSEWHERE = {  # fields of the protocol that have an option of their own
    "split": "--split",
    "rounds": "--rounds",
    "replicates": "--replicates",
    "domains": "--domains",
}


def protocol_of(scale: str, split: str | None, changes: Sequence[str] = ()) -> Protocol:
    """The protocol of `--scale` and `--split`, with what `--set` changes in it."""
    changed = dict(map(_change, changes))
    if split is not None:
        changed["split"] = split_of(split)
    return replace(Protocol.named(scale), **changed)


def _change(text: str) -> tuple[str, Any]:
    """A field of the protocol and its value, written as JSON or as a plain word."""
    field, equals, written = text.partition("=")
    known = asdict(Protocol())
    if field in ELSEWHERE:
        raise InputError(f"--set {text}: for {field} there is {ELSEWHERE[field]}")
    if not equals or field not in known:
        fields = ", ".join(name for name in known if name not in ELSEWHERE)
        raise InputError(f"--set {text}: give FIELD=VALUE; fields are {fields}")
    try:
        value = json.loads(written)
    except ValueError:
        value = written
    value = tuple(value) if isinstance(value, list) else value
    if not _fits(value, known[field]):
        raise InputError(f"--set {text}: the value must be like {json.dumps(known[field])}")
    return field, value


def _fits(value: object, usual: object) -> bool:
    """Of the same kind; a whole number is a number, and what may be missing is a whole number."""
    if isinstance(value, tuple) and isinstance(usual, tuple):
        return all(_fits(one, usual[0]) for one in value)
    if usual is None:
        return value is None or type(value) is int
    return type(value) is type(usual) or (type(value), type(usual)) == (int, float)


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


def split_of(text: str) -> Split | None:
    """The split of `--split`."""
    if text == "all":
        return None
    try:
        train, validation, test = text.split("/")
        return int(train), int(validation), "rest" if test == "rest" else int(test)
    except ValueError:
        raise InputError(
            f"--split '{text}': give TRAIN/VALIDATION/TEST, such as 200/100/100 or 200/100/rest, "
            "or all"
        ) from None


def replicates_of(text: str | None) -> Sequence[int] | None:
    """The numbers of `--replicates`."""
    remedy = "give how many, such as 3, or which: 3-6 or 0,2"
    return None if text is None else _numbers("--replicates", text, 0, remedy)


def rounds_of(text: str | None, option: str = "--rounds") -> Sequence[int] | None:
    """The numbers of `--rounds`, or of another option that takes rounds."""
    remedy = "give the last one, such as 20, or which: 12-20 or 5,10,20"
    return None if text is None else _numbers(option, text, 1, remedy)


def _numbers(option: str, text: str, more: int, remedy: str) -> Sequence[int]:
    """Of `7` the first 7 numbers and `more`, of `2-4` these three, of `2,4` these two."""
    first, dash, last = text.partition("-")
    try:
        if dash:
            numbers: Sequence[int] = range(int(first), int(last) + 1)
        elif "," in text:
            numbers = sorted({int(part) for part in text.split(",")})
        else:
            numbers = range(int(text) + more)
    except ValueError:
        numbers = []
    if not numbers:
        raise InputError(f"{option} '{text}': {remedy}")
    return numbers


def shard_of(text: str | None) -> tuple[int, int]:
    """Part and number of parts of `--shard`."""
    if text is None:
        return 1, 1
    try:
        number, count = (int(part) for part in text.split("/"))
    except ValueError:
        number, count = 0, 0
    if not 1 <= number <= count:
        raise InputError(f"--shard '{text}': give i/n with i from 1 to n, such as 2/4")
    return number, count


def gpus_of(engine: str, address: str | None, gpus_per_run: float | None, device: str) -> float:
    """The share of a GPU that a run takes."""
    if engine == "local":
        for option, value in (("--address", address), ("--gpus-per-run", gpus_per_run)):
            if value is not None:
                raise InputError(f"{option} is for Ray; add --engine ray")
    if gpus_per_run is None:
        return 1.0 if device == "cuda" else 0.0
    if gpus_per_run < 0 or (gpus_per_run > 0) != (device == "cuda"):
        raise InputError(f"--gpus-per-run {gpus_per_run}: give a share above 0 with --device cuda")
    return gpus_per_run
