"""The `ltlib` command. Bad input: one line on stderr, exit status 2.

Each command imports what it needs when it is called: `ltlib --help` waits for none of it, and what
only reads imports no torch.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from ltlib.cli.book import book
from ltlib.cli.options import (
    Where,
    Which,
    corpus_options,
    where_options,
    which_options,
)
from ltlib.cli.stores import rm, show, status
from ltlib.cli.tables import claims, compare, export
from ltlib.cli.words import protocol_of
from ltlib.errors import InputError


class ByAim(click.Group):
    """A group of commands whose help lists them by what one wants to do."""

    def __init__(self, aims: dict[str, Iterable[click.Command]], **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.aims = {aim: list(commands) for aim, commands in aims.items()}
        for commands in self.aims.values():
            for command in commands:
                self.add_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A section for each aim."""
        width = max(map(len, self.commands))
        for aim, commands in self.aims.items():
            with formatter.section(aim):
                formatter.write_dl(
                    [
                        (str(command.name).ljust(width), command.get_short_help_str(200))
                        for command in commands
                    ]
                )


@click.command()
@corpus_options
def prepare(corpus: str, scale: str, split: str | None, changes: tuple[str, ...]) -> None:
    """Fetch, check, split and encode a corpus; print what came out."""
    from ltlib.data.corpus import load_corpus

    loaded = load_corpus(corpus, protocol_of(scale, split, changes))
    for remark in loaded.remarks:
        click.echo(remark, err=True)
    shown = loaded.summary.astype(object).map(lambda n: f"{n:,.1f}" if n % 1 else f"{n:,.0f}")
    click.echo(shown.T.to_string())
    click.echo(f"vocabulary: {loaded.vocabulary.size:,} subwords; corpus hash: {loaded.hash[:16]}")


@click.command()
@corpus_options
@click.option("--store", required=True, metavar="DIR", help="folder of the run store")
@which_options
@where_options
@click.option("--retry-failed", is_flag=True, help="try again what is recorded as failed")
@click.option("--dry-run", is_flag=True, help="count and estimate; train nothing")
@click.option("--quiet", is_flag=True, help="say nothing but what went wrong")
def run(
    corpus: str,
    scale: str,
    split: str | None,
    changes: tuple[str, ...],
    store: str,
    which: Which,
    where: Where,
    retry_failed: bool,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Carry out an experiment; what the store holds already is not run again."""
    from ltlib.cli.run import print_estimate, train_missing

    protocol = protocol_of(scale, split, changes).read_as(which.reading)
    if dry_run:
        print_estimate(corpus, protocol, which, where, Path(store))
    else:
        train_missing(corpus, protocol, which, where, store, retry_failed, quiet)


@click.command()
@corpus_options
@click.option("--out", required=True, metavar="FILE", help="a .csv file")
def baselines(
    corpus: str, scale: str, split: str | None, changes: tuple[str, ...], out: str
) -> None:
    """What a linear model makes of the same texts and splits: a row a pair of domains."""
    from ltlib.data.corpus import load_corpus
    from ltlib.experiments.baselines import linear_baselines
    from ltlib.paths import replace_into, writing
    from ltlib.results.correct import as_text

    path = Path(out)
    if path.suffix != ".csv":
        raise InputError(f"{out}: name a file that ends in .csv")
    loaded = load_corpus(corpus, protocol_of(scale, split, changes))
    table = linear_baselines(loaded)
    table["test_correct"] = table["test_correct"].map(as_text)
    table["corpus_hash"] = loaded.hash
    with writing(path), replace_into(path) as temporary:
        temporary.write_text(table.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    shown = table.pivot(index="source", columns="target", values="test_accuracy")
    click.echo((100 * shown.loc[list(loaded.domains), list(loaded.domains)]).round(1).to_string())


@click.command()
@corpus_options
@click.option("--domain", required=True, metavar="D", help="on whose validation split")
@click.option("--trials", type=int, default=50, show_default=True, metavar="N", help="in all")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N")
@click.option("--journal", required=True, metavar="FILE", help="keeps every trial, to go on from")
@click.option("--out", required=True, metavar="FILE", help="a .json file of what was found")
def tune(
    corpus: str,
    scale: str,
    split: str | None,
    changes: tuple[str, ...],
    domain: str,
    trials: int,
    seed: int,
    journal: str,
    out: str,
) -> None:
    """Search the network's sizes and its dropout on a validation split."""
    from ltlib.data.corpus import load_corpus
    from ltlib.experiments.tuning import tune as search
    from ltlib.paths import replace_into, writing
    from ltlib.store.provenance import provenance

    path = Path(out)
    if path.suffix != ".json":
        raise InputError(f"{out}: name a file that ends in .json")
    protocol = protocol_of(scale, split, changes)
    loaded = load_corpus(corpus, protocol)
    found = search(loaded, protocol, domain, trials, Path(journal), seed, click.echo)
    described = {
        "corpus": loaded.name,
        "corpus_hash": loaded.hash,
        "domain": domain,
        "seed": seed,
        "protocol": protocol.differences(),
        "validation_reviews": len(loaded.splits[domain].validation),
        "importance": found.importance,
        "trials": found.trials.to_dict("records"),
        "computed_by": provenance(),
    }
    with writing(path), replace_into(path) as temporary:
        temporary.write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    click.echo(found.trials.head().to_string(index=False))
    for name, share in found.importance.items():
        click.echo(f"{name}: {share:.0%} of the variance")


@click.group(
    cls=ByAim,
    aims={
        "Find and transfer tickets": [prepare, run, baselines, tune],
        "See what a store of runs holds": [status, show, rm],
        "Read the results": [export, claims, compare],
        "Build the book": [book],
    },
)
@click.version_option(package_name="ltlib")
def cli() -> None:
    """Find lottery tickets in domains of text and transfer them between domains."""


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
