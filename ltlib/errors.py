"""The one exception that a user's mistake raises."""


class InputError(ValueError):
    """Bad input: one line that names the place (file, row, field) and the remedy."""
