"""The whole book as one PDF, printed by Chromium from one page that holds every chapter.

`python -m book.tools.pdf _build` prints the book that `ltlib book --out _build` built.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import click
import yaml

from book.tools.command import start
from book.tools.pages import jupyter_book
from ltlib.errors import InputError

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)


def print_book(out: Path) -> Path:
    """Print the book that was built into the folder `out`; the path of the PDF.

    It lies beside the pages it was made of, so that building these anew removes it.

    Raises:
        InputError: no book there, no Chromium, or it printed nothing.
    """
    source = out.resolve() / "source"
    if not (source / "_build" / "html" / "index.html").exists():
        raise InputError(f"{out}: no book here; run `make book` first")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise InputError(f"no {PROGRAMS[0]} to print with; install Debian's package `chromium`")
    page = one_page(source)
    pdf = source / "_build" / "book.pdf"
    with tempfile.TemporaryDirectory() as profile:
        command = [program, *OPTIONS, f"--user-data-dir={profile}", f"--print-to-pdf={pdf}"]
        printed = subprocess.run([*command, page.as_uri()], capture_output=True, text=True)
    if printed.returncode != 0 or not pdf.exists():
        raise InputError(f"{program} printed no PDF: {printed.stderr[-300:]}")
    return pdf


def one_page(source: Path) -> Path:
    """Build every chapter of `source` into one page; its path.

    Sphinx writes the page where the first chapter stands, but its links to pictures and to itself
    as if it stood at the top. It is put there.
    """
    built = jupyter_book(source, "singlehtml")
    root = yaml.safe_load((source / "_toc.yml").read_text(encoding="utf-8"))["root"]
    text = (built / f"{root}.html").read_text(encoding="utf-8")
    page = built / "book.html"
    text = text.replace(f'href="{root}.html#', 'href="#')
    page.write_text(
        text.replace('"../_images/', '"_images/'), encoding="utf-8"
    )  # of MyST-NB's glue
    return page


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
def main(out: Path) -> None:
    """Print the book that was built into the folder OUT; ends with the path of the PDF."""
    click.echo(print_book(out))


if __name__ == "__main__":
    start(main)
