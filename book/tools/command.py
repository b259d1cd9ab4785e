"""How a tool is started from a shell: as `ltlib` is."""

import click

from ltlib.cli import commands


def start(command: click.Command) -> None:
    """Run `command` with the words of the shell; exit status 2 for what its user can mend."""
    commands.start(command, "error")
