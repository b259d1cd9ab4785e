"""What a linear model makes of the texts of a published table (`ltlib baselines` wrote it)."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.table import read_table, without_ending

ENDING = ".baselines.csv"


def baselines_beside(results: str | Path) -> Mapping[str, float]:
    """Test accuracy of each domain's own linear model, where it lies beside a results table.

    Returns:
        By domain; empty where nothing lies there.

    Raises:
        InputError: the file cannot be read or is of another corpus than the table.
    """
    path = Path(without_ending(results) + ENDING)
    if not path.exists():
        return {}
    try:
        table = pd.read_csv(path, dtype={"corpus_hash": str})
        own = table[table["source"] == table["target"]]
        found = dict(
            zip(own["source"].astype(str), own["test_accuracy"].astype(float), strict=True)
        )
        corpora = set(table["corpus_hash"])
    except (ValueError, KeyError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: holds no linear models ({error}); write it again with `ltlib baselines`"
        ) from None
    of_table = set(read_table(results)["corpus_hash"])
    if corpora != of_table:
        raise InputError(f"{path}: is of another corpus than {results}; write it again")
    return found
