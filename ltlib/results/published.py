"""Every published results table side by side: what it holds, what it says to the claims."""

from collections.abc import Mapping
from pathlib import Path

import altair as alt
import pandas as pd

from ltlib.errors import InputError
from ltlib.figures.controls import (
    FORMATS,
    WIDTH,
    choice,
    hover,
    over_replicates,
    reach,
    series_colour,
    styled,
)
from ltlib.figures.explorable import Explorable
from ltlib.results.claims import judged
from ltlib.results.side_by_side import obtained
from ltlib.results.table import read_table
from ltlib.results.verdicts import FAILS, HOLDS, NOT_MEASURED, UNDECIDED
from ltlib.strategies import FULL_MODEL, TICKET_STRATEGIES

VERDICTS = (HOLDS, FAILS, UNDECIDED, NOT_MEASURED)
STRATEGIES = TICKET_STRATEGIES
TICKS = [digit * 10**power for power in range(4) for digit in (1, 2, 4)]  # 100%, 50%, 25%, 10%, …

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


def overview(tables: Tables) -> pd.DataFrame:
    """A row a table: what was run, how accurate the full model is, how many claims hold.

    Returns:
        Columns `table, corpus, domains, runs, replicates, rounds, full model`, and one for each
        verdict with the number of claims.
    """
    rows = []
    for name, table in tables.items():
        own = obtained(table)
        verdicts = judged(table)["verdict"].value_counts()
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


def tickets_of(tables: Tables, table: str, strategy: str) -> Explorable:
    """Test accuracy of every domain's tickets by sparsity, for any published table (§5.2).

    Args:
        tables: what was published.
        table, strategy: where the menus begin.
    """
    data = pd.concat(
        over_replicates(obtained(rows), ["domain"], STRATEGIES).assign(table=name)
        for name, rows in tables.items()
    )
    data["pruned away"] = 1 / (1 - data["sparsity"])
    domains = sorted(dict.fromkeys(data["domain"]))
    look = series_colour("domain", domains)
    base = (
        alt.Chart(data)
        .transform_filter("datum.table == table && datum.strategy == strategy")
        .encode(
            x=alt.X("pruned away:Q")
            .scale(type="log")
            .axis(values=TICKS, labelExpr="format(1 / datum.value, '~%')", grid=False)
            .title("weights that survive"),
            color=look["color"],
        )
    )
    band = base.mark_area(opacity=0.15).encode(
        y=alt.Y("low:Q").scale(domain=reach(data)).axis(format="%").title("test accuracy"),
        y2="high:Q",
    )
    dots = base.mark_point(filled=True, size=50, opacity=1).encode(
        y="mean:Q", shape=look["shape"], tooltip=hover("table", "domain", "strategy")
    )
    chart = alt.layer(band, base.mark_line().encode(y="mean:Q"), dots).add_params(
        alt.param("table", value=table, bind=choice("Table ", list(tables))),
        alt.param("strategy", value=strategy, bind=choice("Strategy ", STRATEGIES)),
    )
    return Explorable(
        styled(chart.properties(width=WIDTH, height=300)),
        data[["table", *data.columns.drop(["table", "low", "high", "pruned away"])]],
        "Test accuracy of tickets in every published table: mean, standard deviation, replicates",
        "published-tickets",
        FORMATS,
    )
