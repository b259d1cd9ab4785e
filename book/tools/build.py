"""Building the book: carry out the experiments, execute every notebook, render the pages.

`python -m book.tools.build` does it in the project's folder; `ltlib book` starts it there.
"""

import importlib.util
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from book.tools.command import start
from book.tools.pages import TICKETS, render
from ltlib.cli.book import book_options
from ltlib.errors import InputError
from ltlib.paths import existing_folder
from ltlib.protocol import Protocol
from ltlib.results.packed_tickets import path_beside, write_folder
from ltlib.results.table import read_table

if TYPE_CHECKING:
    from ltlib.data.corpus import Corpus

SOURCES = ("_config.yml", "_toc.yml", "CITATION.cff", "book", "notebooks")
PUBLISHED = "results"  # folder of the results tables that are published with the book
READINGS = "results/readings"  # folder of those that follow the paper's words in other ways
MIXTURES = "results/mixtures"  # folder of those whose sources are mixed with their targets
PACKAGES = ("jupyter_book", "papermill")  # those of the extra `book` that are used before Sphinx


def build_book(root: Path, out: Path, scale: str, corpus: str, results: str, seed: int) -> Path:
    """Build the book of the project at `root` into `out`; the path of its first page.

    Runs are kept in `out`/store: a second build trains nothing anew.

    Args:
        results: path of a published table; figures then come from it and nothing trains.

    Raises:
        InputError: `root` does not hold the book, a package or a parameter is bad, a notebook or
            page fails.
    """
    for name in SOURCES:
        if not (root / name).exists():
            raise InputError(f"{root / name}: not found; build in the project's folder")
    for package in PACKAGES:
        if importlib.util.find_spec(package) is None:
            raise InputError(f'no package {package} to build with: pip install "ltlib[book]"')
    from book.tools.notebooks import execute_notebooks  # needs the extra

    source = existing_folder(out.resolve() / "source", "name a folder with --out")
    store = source.parent / "store"
    parameters: dict[str, Any] = {"corpus": corpus, "scale": scale, "seed": seed}
    if any((root / PUBLISHED).glob("*.parquet")):
        parameters["tables"] = str((root / PUBLISHED).resolve())
    if any((root / READINGS).glob("*.parquet")):
        parameters["readings"] = str((root / READINGS).resolve())
    mixtures = sorted((root / MIXTURES).glob("*.parquet"))
    own = [path for path in mixtures if path.name == Path(results).name]
    for path in (own or mixtures)[:1]:
        parameters["mixtures"] = str(path.resolve())
    if results:
        read_table(results)
        parameters["results"] = str(Path(results).resolve())
    copy_sources(root, source)
    if results:
        _copy_tickets(results, source)
    else:
        parameters |= _carry_out(scale, corpus, seed, store, source)
    execute_notebooks(source / "notebooks", parameters)
    return render(source)


def _carry_out(scale: str, corpus: str, seed: int, store: Path, source: Path) -> dict[str, Any]:
    """Run the experiments, put tickets on the page that asks them, say where notebooks find them.

    Here and not in the notebooks, so that whoever waits sees a bar with an estimate.
    """
    from ltlib.runs.processes import available_cores, import_ahead

    import_ahead(["ltlib.runs.front"])
    from ltlib.data.corpus import load_corpus  # training: published results do without
    from ltlib.runs.front import run

    protocol = Protocol.named(scale)
    loaded = load_corpus(corpus, protocol)
    run(loaded, protocol, seed=seed, store=store, progress=True)
    _pack_tickets(loaded, protocol, seed, store, source)
    return {"store": str(store), "workers": available_cores()}


def _copy_tickets(results: str, source: Path) -> None:
    """Those that were published with the table, if any were."""
    published = path_beside(results)
    if published.is_dir():
        shutil.copytree(published, source / TICKETS)


def _pack_tickets(
    corpus: "Corpus", protocol: Protocol, seed: int, store: Path, source: Path
) -> None:
    """Tickets of the runs that were just carried out, for readers to ask."""
    from ltlib.experiments.chains import Chains
    from ltlib.experiments.packed_tickets import packed_tickets
    from ltlib.store.store import Store

    chains = Chains(corpus, protocol, corpus.domains[: protocol.domains], seed, [Store(store)])
    rounds = range(protocol.rounds // 3, protocol.rounds + 1)  # the first are large, and no news
    write_folder(packed_tickets(chains, rounds), source / TICKETS)


def copy_sources(root: Path, source: Path) -> None:
    """Bring the book of the project at `root`, as it is written, into the folder `source`."""
    for name in SOURCES:
        place = source / name
        if (root / name).is_dir():
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(root / name, place, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        else:
            shutil.copy(root / name, place)


@click.command()
@book_options
def main(scale: str, corpus: str, results: str, seed: int, out: str) -> None:
    """Execute every notebook and build the book; ends with the path of its first page."""
    click.echo(build_book(Path.cwd(), Path(out), scale, corpus, results, seed))


if __name__ == "__main__":
    start(main)
