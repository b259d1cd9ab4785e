"""Options that belong together, and how their words are read.

This module is imported for `ltlib --help`: it names options and imports nothing that trains.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Literal, NamedTuple, TypeVar, get_args

import click

from ltlib.errors import InputError
from ltlib.protocol import Protocol
from ltlib.results.settings import SCALES as SCALE_NAMES
from ltlib.results.settings import Wanted
from ltlib.spec import Device
from ltlib.strategies import Chosen

EXPERIMENTS = click.Choice(get_args(Chosen))
SCALES = click.Choice(SCALE_NAMES)
READ = click.Choice(list(Protocol.READINGS))

Command = TypeVar("Command", bound=Callable[..., None])


class Which(NamedTuple):
    """Which runs `ltlib run` is asked for."""

    experiment: Chosen
    domains: list[str] | None
    pairs: str | None  # read by `pairs_of`, once the corpus has said which domains it has
    replicates: int | None
    rounds: int | None
    seed: int
    reading: str
    shard: tuple[int, int]


class Where(NamedTuple):
    """Where they are trained."""

    workers: int
    device: Device
    engine: Literal["local", "ray"]
    address: str | None
    gpus_per_run: float


def corpus_options(command: Command) -> Command:
    """`--corpus`, `--scale` and `--split`, as they are."""
    return _with_options(
        command,
        click.option(
            "--corpus", required=True, metavar="C", help="vader, amazon[:...] or a folder"
        ),
        click.option("--scale", type=SCALES, default="smoke", show_default=True),
        click.option("--split", metavar="TRAIN/VALIDATION/TEST", help="reviews a domain"),
    )


def which_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--experiment` to `--shard`, handed on as `which`."""

    @wraps(command)
    def reading(
        experiment: Chosen,
        domains: str | None,
        pairs: str | None,
        replicates: int | None,
        rounds: int | None,
        seed: int,
        reading: str,
        shard: str | None,
        **others: Any,
    ) -> None:
        names = domains.split(",") if domains else None
        which = Which(experiment, names, pairs, replicates, rounds, seed, reading, _shard(shard))
        command(which=which, **others)

    return _with_options(
        reading,
        click.option("--experiment", type=EXPERIMENTS, default="all", show_default=True),
        click.option("--domains", metavar="a,b", help="default: all; at smoke scale the first two"),
        click.option("--pairs", metavar="a:b,c:d|all", help="transfers, source:target"),
        click.option("--replicates", type=int, metavar="N"),
        click.option("--rounds", type=int, metavar="N", help="rounds 0 to N"),
        click.option("--seed", type=int, default=0, show_default=True, metavar="N"),
        click.option(
            "--reading", type=READ, default="tensor", show_default=True, help="of what is left open"
        ),
        click.option("--shard", metavar="i/n", help="part i of n: whole chains; merge at export"),
    )


def where_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--workers` to `--gpus-per-run`, handed on as `where`."""

    @wraps(command)
    def reading(
        workers: int,
        device: Device,
        engine: Literal["local", "ray"],
        address: str | None,
        gpus_per_run: float | None,
        **others: Any,
    ) -> None:
        gpus = _gpus(engine, address, gpus_per_run, device)
        if workers < 0:
            raise InputError(f"--workers is {workers}; it must be 0 (one a core) or more")
        command(where=Where(workers, device, engine, address, gpus), **others)

    return _with_options(
        reading,
        click.option(
            "--workers", type=int, default=0, metavar="N", help="runs at once; default: every core"
        ),
        click.option(
            "--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True
        ),
        click.option(
            "--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True
        ),
        click.option(
            "--address", metavar="A", help="of a Ray cluster; default: one is started here"
        ),
        click.option("--gpus-per-run", type=float, metavar="F", help="share of a GPU; with cuda 1"),
    )


def setting_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--corpus`, `--protocol` and `--device`, handed on as `wanted`."""

    @wraps(command)
    def reading(
        corpus: str | None, protocol: str | None, device: str | None, **others: Any
    ) -> None:
        command(wanted=Wanted(corpus, protocol, device), **others)

    return _with_options(
        reading,
        click.option(
            "--corpus", metavar="C", help="where there are several: a name or first digits"
        ),
        click.option("--protocol", metavar="P", help="a scale, or the first digits shown"),
        click.option("--device", metavar="D", help="cpu or cuda"),
    )


def protocol_of(scale: str, split: str | None, **changes: Any) -> Protocol:
    """The protocol of `--scale` and `--split`; of `changes`, those that are not None."""
    protocol = Protocol.named(scale)
    if split is not None:
        changes["split"] = _split(split)
    return replace(protocol, **{k: v for k, v in changes.items() if v is not None})


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


def _with_options(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):  # as if they stood above the function, the first on top
        command = option(command)
    return command


def _split(text: str) -> tuple[int, int, int]:
    try:
        train, validation, test = (int(part) for part in text.split("/"))
    except ValueError:
        raise InputError(
            f"--split '{text}': give TRAIN/VALIDATION/TEST, such as 200/100/100"
        ) from None
    return train, validation, test


def _shard(text: str | None) -> tuple[int, int]:
    if text is None:
        return 1, 1
    try:
        number, count = (int(part) for part in text.split("/"))
    except ValueError:
        number, count = 0, 0
    if not 1 <= number <= count:
        raise InputError(f"--shard '{text}': give i/n with i from 1 to n, such as 2/4")
    return number, count


def _gpus(engine: str, address: str | None, gpus_per_run: float | None, device: str) -> float:
    if engine == "local":
        for option, value in (("--address", address), ("--gpus-per-run", gpus_per_run)):
            if value is not None:
                raise InputError(f"{option} is for Ray; add --engine ray")
    if gpus_per_run is None:
        return 1.0 if device == "cuda" else 0.0
    if gpus_per_run < 0 or (gpus_per_run > 0) != (device == "cuda"):
        raise InputError(f"--gpus-per-run {gpus_per_run}: give a share above 0 with --device cuda")
    return gpus_per_run
