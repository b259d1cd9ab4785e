"""The `ltlib` command. Bad input: one line on stderr, exit status 2.

Each command imports what it needs when it is called: `ltlib --help` waits for none of it, and what
only reads imports no torch.
"""

import json
import sys
import time
from pathlib import Path

import click

from ltlib.cli.book import book
from ltlib.cli.options import (
    Where,
    Which,
    corpus_options,
    protocol_of,
    where_options,
    which_options,
)
from ltlib.errors import InputError


@click.group()
@click.version_option(package_name="ltlib")
def cli() -> None:
    """Find lottery tickets in domains of text and transfer them between domains."""


@cli.command()
@corpus_options
def prepare(corpus: str, scale: str, split: str | None) -> None:
    """Fetch, check, split and encode a corpus; print what came out."""
    from ltlib.data.corpus import load_corpus

    loaded = load_corpus(corpus, protocol_of(scale, split))
    for remark in loaded.remarks:
        click.echo(remark, err=True)
    click.echo(loaded.summary.T.to_string(float_format="%.1f"))
    click.echo(f"vocabulary: {loaded.vocabulary.size} subwords; corpus hash: {loaded.hash[:16]}")


@cli.command()
@corpus_options
@click.option("--store", required=True, metavar="DIR", help="folder of the run store")
@which_options
@where_options
@click.option("--retry-failed", is_flag=True, help="try again what is recorded as failed")
@click.option("--dry-run", is_flag=True, help="count and estimate; train nothing")
def run(
    corpus: str,
    scale: str,
    split: str | None,
    store: str,
    which: Which,
    where: Where,
    retry_failed: bool,
    dry_run: bool,
) -> None:
    """Carry out an experiment; what the store holds already is not run again."""
    from ltlib.cli.run import print_estimate, train_missing

    protocol = protocol_of(scale, split, replicates=which.replicates, rounds=which.rounds)
    if dry_run:
        print_estimate(corpus, protocol, which, where, Path(store))
    else:
        train_missing(corpus, protocol, which, where, store, retry_failed)


@cli.command()
@click.option("--store", required=True, metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="for programs; names every run")
@click.option("--watch", is_flag=True, help="show it again until nothing is left to do")
@click.option("--every", type=float, default=2.0, show_default=True, metavar="SECONDS")
def status(store: str, as_json: bool, watch: bool, every: float) -> None:
    """What was asked of a store and what it holds, by experiment and domains."""
    from ltlib.store.status import is_settled, status_json, status_text
    from ltlib.store.store import Store

    opened = Store(store)
    if as_json:
        click.echo(json.dumps(status_json(opened)))
        return
    click.echo(status_text(opened))
    while watch and not is_settled(opened):
        time.sleep(every)
        click.clear()
        click.echo(status_text(opened))


@cli.command()
@click.option("--store", required=True, metavar="DIR")
@click.argument("run")
def show(store: str, run: str) -> None:
    """One run: its spec, its numbers, the command that repeats it. RUN may be shortened.

    Of a run that failed: its spec, the reason, the traceback.
    """
    from ltlib.cli.repeat import repeating_command
    from ltlib.store.failures import Failures
    from ltlib.store.store import Store

    opened = Store(store)
    failure = Failures(opened.path).find(run)
    if failure is not None:
        traceback = failure.pop("traceback")
        click.echo(json.dumps(failure, indent=1))
        click.echo(traceback)
        return
    name = opened.find(run)
    record = opened.run(name)
    shown = {"run": name} | record | {"metrics": opened.metrics(name)}
    click.echo(json.dumps(shown, indent=1))
    click.echo(repeating_command(record, store))


@cli.command()
@click.option(
    "--store", "stores", required=True, multiple=True, metavar="DIR", help="may be given repeatedly"
)
@click.option("--out", required=True, metavar="FILE", help="a .parquet file, or a URL (s3://...)")
@click.option("--atlas", is_flag=True, help="also what the book shows of the first store's tickets")
def export(stores: tuple[str, ...], out: str, atlas: bool) -> None:
    """Write the results table of stores as Parquet, a run that several hold once."""
    from ltlib.store.export import write_table
    from ltlib.store.status import count_text, survey
    from ltlib.store.store import Store

    opened = [Store(store) for store in stores]
    rows = write_table(opened, out)
    click.echo(f"{rows} runs: {out}")
    if atlas:
        from ltlib.experiments.atlas import write_atlas_of  # of tickets and a corpus: needs torch

        click.echo(f"atlas: {write_atlas_of(opened[0], out)}")
    for store in opened:
        states = [state for _, state in survey(store)]
        if set(states) != {"done"}:
            click.echo(f"{store.path} is not complete: {count_text(states)}", err=True)


@cli.command()
@click.option("--results", required=True, metavar="FILE", help="a table that `ltlib export` wrote")
@click.option("--json", "as_json", is_flag=True, help="for programs; differences as fractions")
def claims(results: str, as_json: bool) -> None:
    """The paper's claims and what a results table says of each: differences in points.

    A claim holds when the 90% interval of its quantity over replicates lies within what is claimed,
    fails when it lies outside, and is undecided otherwise or with a single replicate.
    """
    from ltlib.results.claims import judged
    from ltlib.results.table import read_table
    from ltlib.results.words import claims_as_text

    found = judged(read_table(results))
    if as_json:
        click.echo(found.to_json(orient="records", force_ascii=False, double_precision=15))
    else:
        click.echo(claims_as_text(found))


cli.add_command(book)


def main() -> None:
    """Entry point of `ltlib`."""
    start(cli, "ltlib")


def start(command: click.Command, name: str) -> None:
    """Run `command` with the words of the shell: every error a user can mend is one line.

    Args:
        name: what this line begins with.
    """
    try:
        command(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message(), err=True)
        sys.exit(2)
    except click.exceptions.Exit as finished:
        sys.exit(finished.exit_code)
    except click.ClickException as error:
        _fail(name, error.format_message())
    except InputError as error:
        _fail(name, str(error))
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped; run the same command again to go on", err=True)
        sys.exit(130)


def _fail(name: str, message: str) -> None:
    click.echo(f"{name}: " + " ".join(message.split()), err=True)
    sys.exit(2)
