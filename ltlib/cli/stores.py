"""`ltlib status`, `show` and `rm`: what a store holds. All but `rm` import no torch."""

import json
import time
from pathlib import Path

import click

from ltlib.cli.options import setting_options
from ltlib.errors import InputError
from ltlib.results.settings import Wanted


@click.command()
@click.option("--store", required=True, metavar="DIR")
@setting_options
@click.option("--runs", "each", is_flag=True, help="name every run")
@click.option("--json", "as_json", is_flag=True, help="for programs; names every run")
@click.option("--watch", is_flag=True, help="show it again until nothing is left to do")
@click.option("--every", type=float, default=2.0, show_default=True, metavar="SECONDS")
def status(
    store: str, wanted: Wanted, each: bool, as_json: bool, watch: bool, every: float
) -> None:
    """What was asked of a store and what it holds, by experiment and domains."""
    from ltlib.store.status import is_settled, status_json, status_text
    from ltlib.store.store import Store

    if not every > 0:
        raise InputError(f"--every is {every}; it must be above 0 seconds")
    opened = Store(store)
    if as_json:
        click.echo(json.dumps(status_json(opened, wanted)))
        return
    click.echo(status_text(opened, wanted, each))
    while watch and not is_settled(opened):
        time.sleep(every)
        click.clear()
        click.echo(status_text(opened, wanted, each))


@click.command()
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


@click.command()
@click.option("--store", required=True, metavar="DIR")
@click.option("--yes", is_flag=True, help="do not ask")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
def rm(store: str, yes: bool, runs: tuple[str, ...]) -> None:
    """Remove runs from a store, with all that depend on them. RUN may be shortened."""
    from ltlib.experiments.domains import DomainRuns  # imports torch
    from ltlib.store.removal import dependents, remove
    from ltlib.store.status import runs_text
    from ltlib.store.store import Store

    opened = Store(store)
    doomed = dependents(opened, runs, DomainRuns(Path()).needs)
    for planned, state in doomed:
        click.echo(f"{planned.run[:12]}  {state:7}  {planned.label()}")
    if not yes:
        click.confirm(f"Remove {runs_text(len(doomed))} from {store}?", abort=True)
    remove(opened, doomed)
    click.echo(f"removed {runs_text(len(doomed))}")
