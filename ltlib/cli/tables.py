"""`ltlib export`, `claims` and `compare`: results tables. Without an atlas they import no torch."""

import sys

import click

from ltlib.cli.options import setting_options
from ltlib.cli.words import rounds_of
from ltlib.errors import InputError
from ltlib.results.settings import Wanted


@click.command()
@click.option(
    "--store",
    "stores",
    multiple=True,
    metavar="DIR",
    help="may be given repeatedly, as --table may",
)
@click.option(
    "--table", "tables", multiple=True, metavar="FILE", help="that this command wrote: joined"
)
@click.option(
    "--out", required=True, metavar="FILE", help="a .parquet or .csv file, or a URL (s3://...)"
)
@setting_options
@click.option("--atlas", is_flag=True, help="also what the book shows of the stores' tickets")
@click.option(
    "--tickets", "rounds", metavar="N|A-B|A,B", help="also tickets of these rounds, for the book"
)
def export(
    stores: tuple[str, ...],
    tables: tuple[str, ...],
    out: str,
    wanted: Wanted,
    atlas: bool,
    rounds: str | None,
) -> None:
    """Write the results table of stores, a run that several hold once; the ending says how."""
    from ltlib.results.atlas import check_local, path_beside, write_atlas
    from ltlib.results.packed_tickets import check_folder, write_folder
    from ltlib.results.packed_tickets import path_beside as tickets_beside
    from ltlib.store.export import write_table
    from ltlib.store.status import count_text, runs_text, survey
    from ltlib.store.store import Store

    if not stores and (atlas or rounds or not tables):
        raise InputError(
            "nothing to export: give --store DIR (or, without --atlas and --tickets, --table FILE)"
        )
    opened = [Store(store) for store in stores]
    found, files = None, None
    if atlas:  # made before anything is written
        from ltlib.experiments.atlas import atlas_of_stores  # of tickets and a corpus: needs torch

        check_local(out)
        found = atlas_of_stores(opened, wanted)
    if rounds is not None:
        from ltlib.experiments.chains import chains_of_stores
        from ltlib.experiments.packed_tickets import packed_tickets

        check_local(out)
        check_folder(tickets_beside(out))
        chosen = rounds_of(rounds, "--tickets") or []
        files = packed_tickets(chains_of_stores(opened, wanted), chosen)
    rows = write_table(opened, out, wanted, tables)
    click.echo(f"{runs_text(rows)}: {out}")
    if found is not None:
        write_atlas(found, path_beside(out))
        click.echo(f"atlas: {path_beside(out)}")
    if files is not None:
        write_folder(files, tickets_beside(out))
        size = sum(map(len, files.values())) / 1000
        click.echo(f"tickets of {len(files) - 1} rounds, {size:,.0f} kB: {tickets_beside(out)}")
    for store in opened:
        states = [state for _, state in survey(store)]
        if set(states) != {"done"}:
            click.echo(f"{store.path} is not complete: {count_text(states)}", err=True)


@click.command()
@click.option("--results", required=True, metavar="FILE", help="a table that `ltlib export` wrote")
@setting_options
@click.option("--json", "as_json", is_flag=True, help="for programs; differences as fractions")
def claims(results: str, wanted: Wanted, as_json: bool) -> None:
    """The paper's claims and what a results table says of each: differences in points.

    A claim holds when the 95% interval of its quantity lies within what is claimed, fails when it
    lies outside, and is undecided otherwise. ★ marks those that were named as primary.
    """
    from ltlib.results.atlas import atlas_beside
    from ltlib.results.claims import judged
    from ltlib.results.settings import select
    from ltlib.results.table import read_table
    from ltlib.results.words import claims_as_text

    found = judged(select(read_table(results), *wanted), atlas_beside(results).divergence)
    if as_json:
        found["interval"] = found[["low", "high"]].to_numpy().tolist()
        click.echo(found.to_json(orient="records", force_ascii=False, double_precision=15))
    else:
        click.echo(claims_as_text(found))


@click.command()
@click.argument("one", metavar="TABLE")
@click.argument("other", metavar="TABLE")
@click.option("--csv", "as_csv", is_flag=True, help="for programs; differences as fractions")
def compare(one: str, other: str, as_csv: bool) -> None:
    """Two results tables: runs that one lacks, runs that differ, and by how much.

    Exit status 0: they are alike; 1: they are not. How long a run took is not compared.
    """
    from ltlib.results.comparison import compared, comparison_as_text
    from ltlib.results.table import read_table

    found = compared(read_table(one), read_table(other))
    if as_csv:
        click.echo(found.to_csv(index=False), nl=False)
    else:
        click.echo(comparison_as_text(found, one, other))
    sys.exit(1 if len(found) else 0)
