"""The `ltlib` command. Bad input: one line on stderr, exit status 2."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import torch

from ltlib.corpus import load_corpus
from ltlib.errors import InputError
from ltlib.execute import execute
from ltlib.experiment import Experiment, plan_experiment
from ltlib.export import write_table
from ltlib.protocol import Protocol
from ltlib.provenance import provenance
from ltlib.search import search_path
from ltlib.show import command_of, status_of
from ltlib.store import Store

EXPERIMENTS = click.Choice(["obtain", "transfer", "all"])
SCALES = click.Choice(["smoke", "laptop", "paper"])


def _corpus_options(command: Callable[..., None]) -> Callable[..., None]:
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


@click.group()
@click.version_option(package_name="ltlib")
def cli() -> None:
    """Find lottery tickets in domains of text and transfer them between domains."""


@cli.command()
@_corpus_options
def prepare(corpus: str, scale: str, split: str | None) -> None:
    """Fetch, check, split and encode a corpus; print what came out."""
    loaded = load_corpus(corpus, _protocol(scale, split))
    click.echo(loaded.summary.T.to_string(float_format="%.1f"))
    click.echo(f"vocabulary: {loaded.vocabulary.size} subwords; corpus hash: {loaded.hash[:16]}")


@cli.command()
@_corpus_options
@click.option("--store", required=True, metavar="DIR", help="folder of the run store")
@click.option("--experiment", type=EXPERIMENTS, default="all", show_default=True)
@click.option("--domains", metavar="a,b", help="default: all; at smoke scale the first two")
@click.option("--pairs", metavar="a:b,c:d|all", help="transfers, source:target")
@click.option("--replicates", type=int, metavar="N")
@click.option("--rounds", type=int, metavar="N", help="rounds 0 to N")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N")
@click.option("--workers", type=int, default=0, metavar="N", help="processes; default: one a core")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
def run(
    corpus: str,
    scale: str,
    split: str | None,
    store: str,
    experiment: Experiment,
    domains: str | None,
    pairs: str | None,
    replicates: int | None,
    rounds: int | None,
    seed: int,
    workers: int,
    device: str,
) -> None:
    """Carry out an experiment; what the store holds already is not run again."""
    protocol = _protocol(scale, split, replicates=replicates, rounds=rounds)
    if workers < 0:
        raise InputError(f"--workers is {workers}; it must be 0 (one a core) or more")
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: torch sees no GPU here; leave it out to use the CPU")
    loaded = load_corpus(corpus, protocol)
    names = domains.split(",") if domains else None
    tasks = _pairs(pairs, names or list(loaded.domains))
    specs = plan_experiment(loaded, protocol, experiment, names, tasks, seed)
    opened = Store(store, create=True)
    missing = sum(spec not in opened for spec in specs)
    if not missing:
        click.echo(f"nothing to do: all {len(specs)} runs are in {store}")
        return
    written_with = provenance() | {"corpus_source": corpus}
    click.echo(f"maxima are searched in {search_path(protocol.search, torch.device(device))}")
    execute(specs, opened, loaded.path, written_with, workers, device, progress=True)
    click.echo(f"{missing} runs done, {len(specs) - missing} were there already: {store}")


@cli.command()
@click.option("--store", required=True, metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="for programs; names every run")
def status(store: str, as_json: bool) -> None:
    """What a store holds, by experiment and domains."""
    table = Store(store).named_table()
    if as_json:
        click.echo(json.dumps({"done": len(table), "runs": table.to_dict("records")}))
    else:
        click.echo(status_of(table))


@cli.command()
@click.option("--store", required=True, metavar="DIR")
@click.argument("run")
def show(store: str, run: str) -> None:
    """One run: its spec, its numbers, the command that repeats it. RUN may be shortened."""
    opened = Store(store)
    name = opened.find(run)
    record = opened.run(name)
    shown = {"run": name} | record | {"metrics": opened.metrics(name)}
    click.echo(json.dumps(shown, indent=1))
    click.echo(command_of(record, store))


@cli.command()
@click.option("--store", required=True, metavar="DIR")
@click.option("--out", required=True, metavar="FILE", help="a .parquet file")
def export(store: str, out: str) -> None:
    """Write the results table of a store as Parquet."""
    rows = write_table(Store(store), Path(out))
    click.echo(f"{rows} runs: {out}")


@cli.command()
@click.option("--scale", type=SCALES, default="laptop", show_default=True)
@click.option("--corpus", default="vader", show_default=True, metavar="C")
@click.option("--results", default="", metavar="FILE", help="published table: nothing trains")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N")
@click.option("--out", default="_build", show_default=True, metavar="DIR")
def book(scale: str, corpus: str, results: str, seed: int, out: str) -> None:
    """Execute every notebook and build the book; ends with the path of its first page."""
    from ltlib.book import build_book  # needs the extra `book`, which no other command does

    click.echo(build_book(Path.cwd(), Path(out), scale, corpus, results, seed))


def _protocol(scale: str, split: str | None, **changes: Any) -> Protocol:
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


def _pairs(text: str | None, domains: list[str]) -> list[tuple[str, str]] | None:
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


def main() -> None:
    """Entry point: every error a user can mend is one line."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message(), err=True)
        sys.exit(2)
    except click.exceptions.Exit as finished:
        sys.exit(finished.exit_code)
    except click.ClickException as error:
        _fail(error.format_message())
    except InputError as error:
        _fail(str(error))
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped; run the same command again to go on", err=True)
        sys.exit(130)


def _fail(message: str) -> None:
    click.echo("ltlib: " + " ".join(message.split()), err=True)
    sys.exit(2)
