"""`ltlib book`: the sources of the book build it, in a process of their own."""

import importlib.metadata
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from ltlib.cli.options import SCALES
from ltlib.errors import InputError

TOOL = Path("book", "tools", "build.py")


def book_options(command: Callable[..., None]) -> Callable[..., None]:
    """What building the book takes, here and in the tool that does it."""
    options = [
        click.option("--scale", type=SCALES, default="laptop", show_default=True),
        click.option("--corpus", default="vader", show_default=True, metavar="C"),
        click.option("--results", default="", metavar="FILE", help="published: nothing trains"),
        click.option("--seed", type=int, default=0, show_default=True, metavar="N"),
        click.option("--out", default="_build", show_default=True, metavar="DIR"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@book_options
def book(**options: str | int) -> None:
    """Execute every notebook and build the book; ends with the path of its first page.

    In a clone of the project, by its own `python -m book.tools.build`.
    """
    if not TOOL.exists():
        raise InputError(
            f"{TOOL.absolute()}: not found; `ltlib book` builds the book in a clone of the "
            f"project: git clone {_address()}, and run it in that folder"
        )
    words = [f"--{name}={value}" for name, value in options.items()]
    # This process becomes the build: nothing stands between it and a Ctrl-C or a signal, which
    # would reach it twice or not at all, and its exit status needs no passing on.
    os.execv(sys.executable, [sys.executable, "-m", "book.tools.build", *words])


def _address() -> str:
    """Where the project is hosted, as the installed package states it."""
    urls = importlib.metadata.metadata("ltlib").get_all("Project-URL") or []
    return next(url.removeprefix("Repository, ") for url in urls if url.startswith("Repository, "))
