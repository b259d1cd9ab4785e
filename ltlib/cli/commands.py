"""The `ltlib` command. Bad input: one line on stderr, exit status 2."""

import json
import sys
import time
from pathlib import Path

import click

from ltlib.cli.options import SCALES, corpus_options, protocol_of
from ltlib.cli.repeat import command_of
from ltlib.cli.run import run
from ltlib.data.corpus import load_corpus
from ltlib.errors import InputError
from ltlib.experiments.atlas import write_atlas_of
from ltlib.results.table import read_table
from ltlib.store.export import write_table
from ltlib.store.failures import Failures
from ltlib.store.status import count_text, is_settled, status_json, status_text, survey
from ltlib.store.store import Store


@click.group()
@click.version_option(package_name="ltlib")
def cli() -> None:
    """Find lottery tickets in domains of text and transfer them between domains."""


@cli.command()
@corpus_options
def prepare(corpus: str, scale: str, split: str | None) -> None:
    """Fetch, check, split and encode a corpus; print what came out."""
    loaded = load_corpus(corpus, protocol_of(scale, split))
    click.echo(loaded.summary.T.to_string(float_format="%.1f"))
    click.echo(f"vocabulary: {loaded.vocabulary.size} subwords; corpus hash: {loaded.hash[:16]}")


@cli.command()
@click.option("--store", required=True, metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="for programs; names every run")
@click.option("--watch", is_flag=True, help="show it again until nothing is left to do")
@click.option("--every", type=float, default=2.0, show_default=True, metavar="SECONDS")
def status(store: str, as_json: bool, watch: bool, every: float) -> None:
    """What was asked of a store and what it holds, by experiment and domains."""
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
    click.echo(command_of(record, store))


@cli.command()
@click.option(
    "--store", "stores", required=True, multiple=True, metavar="DIR", help="may be given repeatedly"
)
@click.option("--out", required=True, metavar="FILE", help="a .parquet file, or a URL (s3://...)")
@click.option("--atlas", is_flag=True, help="also what the book shows of the first store's tickets")
def export(stores: tuple[str, ...], out: str, atlas: bool) -> None:
    """Write the results table of stores as Parquet, a run that several hold once."""
    opened = [Store(store) for store in stores]
    rows = write_table(opened, out)
    click.echo(f"{rows} runs: {out}")
    if atlas:
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
    from ltlib.figures.verdicts import claims_table  # imports matplotlib, which takes a while
    from ltlib.results.claims import judged

    found = judged(read_table(results))
    if as_json:
        click.echo(found.to_json(orient="records", force_ascii=False, double_precision=15))
        return
    table = claims_table(found, "claims")
    rows = [table.headings, *table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip().replace("\u00a0", " "))


@cli.command()
@click.option("--scale", type=SCALES, default="laptop", show_default=True)
@click.option("--corpus", default="vader", show_default=True, metavar="C")
@click.option("--results", default="", metavar="FILE", help="published table: nothing trains")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N")
@click.option("--out", default="_build", show_default=True, metavar="DIR")
def book(scale: str, corpus: str, results: str, seed: int, out: str) -> None:
    """Execute every notebook and build the book; ends with the path of its first page."""
    from book.tools.build import build_book  # needs the extra `book`, which no other command does

    click.echo(build_book(Path.cwd(), Path(out), scale, corpus, results, seed))


cli.add_command(run)


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
