"""Options that belong together.

This module is imported for `ltlib --help`: it names options and imports nothing that trains.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Literal, NamedTuple, TypeVar, get_args

import click

from ltlib.cli.words import gpus_of, replicates_of, rounds_of, shard_of
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
    replicates: Sequence[int] | None  # their numbers
    rounds: Sequence[int] | None
    seed: int
    reading: str
    shard: tuple[int, int]
    tables: tuple[str, ...]  # whose runs need not be run again


class Where(NamedTuple):
    """Where they are trained."""

    workers: int
    device: Device
    engine: Literal["local", "ray"]
    address: str | None
    gpus_per_run: float


def corpus_options(command: Command) -> Command:
    """`--corpus`, `--scale`, `--split` and `--set`, as they are."""
    return _with_options(
        command,
        click.option(
            "--corpus", required=True, metavar="C", help="vader, amazon[:...] or a folder"
        ),
        click.option("--scale", type=SCALES, default="smoke", show_default=True),
        click.option(
            "--split",
            metavar="TRAIN/VALIDATION/TEST",
            help="reviews a domain; all; or a test of `rest`: what the domain has left",
        ),
        click.option(
            "--set",
            "changes",
            multiple=True,
            metavar="FIELD=VALUE",
            help="a field of the protocol; may be given repeatedly",
        ),
    )


def which_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--experiment` to `--shard`, handed on as `which`."""

    @wraps(command)
    def reading(
        experiment: Chosen,
        domains: str | None,
        pairs: str | None,
        replicates: str | None,
        rounds: str | None,
        seed: int,
        reading: str,
        shard: str | None,
        tables: tuple[str, ...],
        **others: Any,
    ) -> None:
        names = domains.split(",") if domains else None
        which = Which(
            experiment, names, pairs, replicates_of(replicates), rounds_of(rounds), seed, reading,
            shard_of(shard), tables,
        )  # fmt: skip
        command(which=which, **others)

    return _with_options(
        reading,
        click.option("--experiment", type=EXPERIMENTS, default="all", show_default=True),
        click.option(
            "--domains",
            metavar="a,b",
            help="default: all; at smoke scale the first two; a+25%b is a with a quarter of b",
        ),
        click.option("--pairs", metavar="a:b,c:d|all", help="transfers, source:target"),
        click.option("--replicates", metavar="N|A-B|A,B", help="the first N, or which"),
        click.option(
            "--rounds", metavar="N|A-B|A,B", help="0 to N, or which transfers and controls"
        ),
        click.option("--seed", type=int, default=0, show_default=True, metavar="N"),
        click.option(
            "--reading", type=READ, default="tensor", show_default=True, help="of what is left open"
        ),
        click.option("--shard", metavar="i/n", help="part i of n: whole chains; merge at export"),
        click.option(
            "--table",
            "tables",
            multiple=True,
            metavar="FILE",
            help="a results table: of its runs only those whose tickets are needed are run again",
        ),
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
        gpus = gpus_of(engine, address, gpus_per_run, device)
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


def _with_options(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):  # as if they stood above the function, the first on top
        command = option(command)
    return command
