"""How a tool is started from a shell: what its user can mend is said in one line."""

import sys

import click

from ltlib.errors import InputError


def start(command: click.Command) -> None:
    """Run `command` with the words of the shell; exit status 2 for what its user can mend."""
    try:
        command(standalone_mode=False)
    except click.ClickException as error:
        _fail(error.format_message())
    except InputError as error:
        _fail(str(error))
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped; run the same command again to go on", err=True)
        sys.exit(130)


def _fail(message: str) -> None:
    click.echo("error: " + " ".join(message.split()), err=True)
    sys.exit(2)
