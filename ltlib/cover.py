"""The README's figure, drawn from a published table.

`python -m ltlib.cover results/vader-laptop.parquet` writes `book/_static/tickets.png`.
"""

import sys
from pathlib import Path

from ltlib.errors import InputError
from ltlib.export import read_table
from ltlib.figures import obtaining
from ltlib.quantities import size_of_test_set

PLACE = Path("book/_static/tickets.png")


def draw_cover(table: Path, place: Path) -> None:
    """Write Fig. 3 of the results at `table` to `place`.

    Raises:
        InputError: no such table.
    """
    results = read_table(table)
    place.write_bytes(obtaining(results, n_test=size_of_test_set(results)).png())


if __name__ == "__main__":
    try:
        draw_cover(Path(sys.argv[1]), PLACE)
    except InputError as error:
        sys.exit(f"error: {error}")
