"""`ltlib run`: the whole of an experiment, or a shard of it."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import torch

from ltlib.cli.options import EXPERIMENTS, corpus_options, pairs_of, protocol_of
from ltlib.data.corpus import load_corpus
from ltlib.errors import InputError
from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.tasks import Chosen, plan_experiment
from ltlib.runs.driver import Report
from ltlib.runs.estimate import estimate
from ltlib.runs.execute import EngineName, execute, sound_runs
from ltlib.runs.schedule import shard
from ltlib.spec import Device, RunSpec
from ltlib.store.failures import Failures
from ltlib.store.provenance import provenance
from ltlib.store.store import Store


@click.command()
@corpus_options
@click.option("--store", required=True, metavar="DIR", help="folder of the run store")
@click.option("--experiment", type=EXPERIMENTS, default="all", show_default=True)
@click.option("--domains", metavar="a,b", help="default: all; at smoke scale the first two")
@click.option("--pairs", metavar="a:b,c:d|all", help="transfers, source:target")
@click.option("--replicates", type=int, metavar="N")
@click.option("--rounds", type=int, metavar="N", help="rounds 0 to N")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N")
@click.option("--shard", "part", metavar="i/n", help="part i of n: whole chains; merge at export")
@click.option(
    "--workers", type=int, default=0, metavar="N", help="runs at once; default: every core"
)
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--address", metavar="A", help="of a Ray cluster; default: one is started here")
@click.option("--gpus-per-run", type=float, metavar="F", help="share of a GPU; with cuda 1")
@click.option("--retry-failed", is_flag=True, help="try again what is recorded as failed")
@click.option("--dry-run", is_flag=True, help="count and estimate; train nothing")
def run(
    corpus: str,
    scale: str,
    split: str | None,
    store: str,
    experiment: Chosen,
    domains: str | None,
    pairs: str | None,
    replicates: int | None,
    rounds: int | None,
    seed: int,
    part: str | None,
    workers: int,
    device: Device,
    engine: EngineName,
    address: str | None,
    gpus_per_run: float | None,
    retry_failed: bool,
    dry_run: bool,
) -> None:
    """Carry out an experiment; what the store holds already is not run again."""
    protocol = protocol_of(scale, split, replicates=replicates, rounds=rounds)
    gpus = _gpus(engine, address, gpus_per_run, device)
    if workers < 0:
        raise InputError(f"--workers is {workers}; it must be 0 (one a core) or more")
    if device == "cuda" and engine == "local" and not torch.cuda.is_available():
        raise InputError("--device cuda: torch sees no GPU here; leave it out to use the CPU")
    numbers = _shard(part)
    loaded = load_corpus(corpus, protocol)
    names = domains.split(",") if domains else None
    tasks = pairs_of(pairs, names or list(loaded.domains))
    specs = plan_experiment(loaded, protocol, experiment, names, tasks, seed, device)
    runs = DomainRuns(loaded.path)
    specs = shard(specs, runs.first, *numbers)
    if dry_run:
        _print_estimate(specs, runs, Path(store))
        return
    opened = Store(store, create=True)
    origin = provenance() | {"corpus_source": corpus}
    report = execute(
        specs, opened, runs, origin, workers, True, engine, address, gpus, retry_failed
    )
    _print_report(report, len(specs), store)


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


def _print_estimate(specs: Sequence[RunSpec], runs: DomainRuns, store: Path) -> None:
    opened = Store(store) if store.exists() else None
    there = sound_runs(opened, specs) if opened else set()
    missing = [spec for spec in specs if spec.hash not in there]
    failed = len(Failures(store).names() & {spec.hash for spec in missing})
    click.echo(f"runs: {len(specs)}; {len(there)} are there, {failed} failed before")
    if not missing:
        return
    splits = runs.examples(runs.load(missing[0].target), missing[0].protocol)
    cost = estimate(missing, runs.architecture, splits)
    unit = "core-hours" if missing[0].device == "cpu" else "GPU-hours"
    click.echo(f"time: about {cost.hours:.2g} {unit}, as measured on this machine just now")
    place = next(p for p in (store.absolute(), *store.absolute().parents) if p.exists())
    free = shutil.disk_usage(place).free
    click.echo(f"disk: about {_bytes(cost.disk)}; {_bytes(free)} are free")


def _bytes(number: int) -> str:
    """For people; more digits than these are not known."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.1f} MB"


def _print_report(report: Report, planned: int, store: str) -> None:
    done, failed, blocked = len(report.done), len(report.failed), len(report.blocked)
    there = planned - done - failed - blocked
    if there == planned:
        click.echo(f"nothing to do: all {planned} runs are in {store}")
        return
    click.echo(f"{done} runs done, {there} were there already: {store}")
    if failed:
        for spec, reason in report.failed.items():
            click.echo(f"failed: {spec.label()} ({spec.hash[:12]}): {reason}", err=True)
        click.echo(
            f"ltlib: {failed} runs failed and block {blocked} more; tracebacks are in "
            f"{store}/failed; try again with --retry-failed",
            err=True,
        )
        sys.exit(1)
