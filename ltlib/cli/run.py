"""What `ltlib run` does: the whole of an experiment, or a shard of it. Imports torch."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import torch

from ltlib.cli.options import Where, Which
from ltlib.cli.words import pairs_of
from ltlib.data.corpus import Corpus, load_corpus
from ltlib.data.mixtures import with_mixtures
from ltlib.errors import InputError
from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.tasks import plan_experiment
from ltlib.protocol import Protocol
from ltlib.results.origins import processors_of
from ltlib.results.table import read_table, specs_of
from ltlib.runs.driver import Report
from ltlib.runs.estimate import estimate
from ltlib.runs.execute import execute, sound_runs
from ltlib.runs.schedule import shard, without
from ltlib.spec import RunSpec
from ltlib.store.failures import Failures
from ltlib.store.provenance import provenance
from ltlib.store.status import runs_text
from ltlib.store.store import Store


def train_missing(
    source: str,
    protocol: Protocol,
    which: Which,
    where: Where,
    store: str,
    retry_failed: bool,
    quiet: bool,
) -> None:
    """Train what is asked for and not yet in `store`; exit status 1 when runs failed.

    Args:
        quiet: say nothing but what went wrong.
    """
    corpus, runs, specs = planned(source, protocol, which, where)
    opened = Store(store, create=True)
    if not quiet:
        _print_choice(corpus, protocol, which)
    origin = provenance() | {"corpus_source": source}
    report = execute(
        specs, opened, runs, origin, where.workers, not quiet, where.engine, where.address,
        where.gpus_per_run, retry_failed,
    )  # fmt: skip
    if not quiet:
        _print_report(report, len(specs), store)
    _print_failures(report, store)


def print_estimate(
    source: str, protocol: Protocol, which: Which, where: Where, store: Path
) -> None:
    """Count what is asked for, what is there, and what the rest would take; train nothing."""
    corpus, runs, specs = planned(source, protocol, which, where)
    opened = Store(store) if store.exists() else None
    _print_choice(corpus, protocol, which)
    there = sound_runs(opened, specs) if opened else set()
    missing = [spec for spec in specs if spec.hash not in there]
    failed = len(Failures(store).names() & {spec.hash for spec in missing})
    click.echo(f"runs: {len(specs)}; {len(there)} are there, {failed} failed before")
    if not missing:
        return
    splits = runs.examples(runs.load(missing[0].target), missing[0].protocol)
    cost = estimate(missing, runs.architecture, splits)
    unit = "core-hours" if where.device == "cpu" else "GPU-hours"
    click.echo(f"time: about {cost.hours:.2g} {unit}, as measured on this machine just now")
    place = next(p for p in (store.absolute(), *store.absolute().parents) if p.exists())
    free = shutil.disk_usage(place).free
    click.echo(f"disk: about {_bytes(cost.disk)}; {_bytes(free)} are free")


def planned(
    source: str, protocol: Protocol, which: Which, where: Where
) -> tuple[Corpus, DomainRuns, Sequence[RunSpec]]:
    """The corpus, how runs on it are trained, and those that are asked for."""
    if where.device == "cuda" and where.engine == "local" and not torch.cuda.is_available():
        raise InputError("--device cuda: torch sees no GPU here; leave it out to use the CPU")
    corpus = with_mixtures(load_corpus(source, protocol), which.domains or [])
    pairs = pairs_of(which.pairs, which.domains or list(corpus.domains))
    corpus = with_mixtures(corpus, [domain for pair in pairs or [] for domain in pair])
    specs = plan_experiment(
        corpus, protocol, which.experiment, which.domains, pairs, which.seed, where.device,
        which.replicates, which.rounds,
    )  # fmt: skip
    runs = DomainRuns(corpus.path)
    published = {spec.hash for path in which.tables for spec in specs_of(read_table(path))}
    missing = without(specs, runs.needs, published)
    return corpus, runs, shard(missing, runs.first, *which.shard)


def _print_choice(corpus: Corpus, protocol: Protocol, which: Which) -> None:
    """What was made of the corpus's files; and where a scale runs fewer domains than there are,
    which, and how to have others; and which tables cannot be gone on with here.
    """
    for remark in corpus.remarks:
        click.echo(remark, err=True)
    taken = corpus.domains[: protocol.domains]
    if which.domains is None and which.pairs is None and len(taken) < len(corpus.domains):
        click.echo(
            f"domains: {', '.join(taken)}, the first {len(taken)} of {len(corpus.domains)}; "
            f"for others --domains {','.join(corpus.domains)}",
            err=True,
        )
    here = provenance()["processor"]
    for table in which.tables:
        others = [processor for processor in processors_of(table) if processor != here]
        if others:
            click.echo(
                f"{table}: computed on {', '.join(others)}; this is {here}, which rounds "
                "otherwise, so tickets that are trained again are not the table's: go on there, "
                "or leave out --table and compute whole chains here",
                err=True,
            )


def _bytes(number: int) -> str:
    """For people; more digits than these are not known."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.1f} MB"


def _print_report(report: Report, planned: int, store: str) -> None:
    done, failed, blocked = len(report.done), len(report.failed), len(report.blocked)
    there = planned - done - failed - blocked
    if there == planned:
        click.echo(f"nothing to do: all {runs_text(planned)} are in {store}")
        return
    were = "was" if there == 1 else "were"
    click.echo(f"{runs_text(done)} done, {there:,} {were} there already: {store}")


def _print_failures(report: Report, store: str) -> None:
    failed, blocked = len(report.failed), len(report.blocked)
    if failed:
        for spec, reason in report.failed.items():
            click.echo(f"failed: {spec.label()} ({spec.hash[:12]}): {reason}", err=True)
        click.echo(
            f"ltlib: {runs_text(failed)} failed, and so {blocked:,} more cannot be done; "
            f"tracebacks are in {store}/failed; try again with --retry-failed",
            err=True,
        )
        sys.exit(1)
