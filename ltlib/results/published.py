"""Every published results table side by side: what it holds, what it says to the claims."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.claims import judged
from ltlib.results.side_by_side import obtained
from ltlib.results.table import read_table
from ltlib.results.verdicts import FAILS, HOLDS, NOT_IDENTIFIABLE, NOT_MEASURED, UNDECIDED
from ltlib.strategies import FULL_MODEL

VERDICTS = (HOLDS, FAILS, UNDECIDED, NOT_IDENTIFIABLE, NOT_MEASURED)

Tables = Mapping[str, pd.DataFrame]  # by name


def published_tables(folder: str | Path) -> dict[str, pd.DataFrame]:
    """The results tables of a folder, by the names of their files.

    Raises:
        InputError: no folder, no table in it, or one that is no results table.
    """
    paths = sorted(Path(folder).glob("*.parquet"))
    if not paths:
        raise InputError(f"{folder}: holds no results tables; write one with `ltlib export`")
    return {path.stem: read_table(path) for path in paths}


def tables_beside(folder: str | Path, name: str) -> dict[str, pd.DataFrame]:
    """Tables that go with those of a folder, in a folder `name` of it; none if there is none.

    Raises:
        InputError: as `published_tables`.
    """
    beside = Path(folder, name)
    return published_tables(beside) if folder and beside.exists() else {}


def overview(tables: Tables, divergences: Tables | None = None) -> pd.DataFrame:
    """A row a table: what was run, how accurate the full model is, how many claims hold.

    Args:
        divergences: of tables' domains, as their atlases have them.

    Returns:
        Columns `table, corpus, domains, runs, replicates, rounds, full model`, and one for each
        verdict with the number of claims.
    """
    rows = []
    for name, table in tables.items():
        own = obtained(table)
        verdicts = judged(table, (divergences or {}).get(name))["verdict"].value_counts()
        rows.append(
            {
                "table": name,
                "corpus": table["corpus"].iloc[0],
                "domains": ", ".join(dict.fromkeys(own["domain"])),
                "runs": len(table),
                "replicates": table["replicate"].nunique(),
                "rounds": int(table["round"].max()),
                "full model": own.loc[own["round"] == 0, FULL_MODEL].mean(),
            }
            | {word: int(verdicts.get(word, 0)) for word in VERDICTS}
        )
    return pd.DataFrame(rows)
