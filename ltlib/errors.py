"""What goes wrong, by who can mend it."""


class InputError(ValueError):
    """Bad input: one line that names the place (file, row, field) and the remedy."""


class DamagedError(InputError):
    """A file of a stored run is missing, or is not as it was written."""

    def __init__(self, run: str, message: str) -> None:
        super().__init__(message)
        self.run = run


class DivergedError(ArithmeticError):
    """Training left the numbers."""
