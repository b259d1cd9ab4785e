"""Every published results table side by side, to explore."""

import altair as alt
import pandas as pd

from ltlib.figures.controls import (
    FORMATS,
    PIXELS,
    choice,
    hover_with_area,
    reach,
    series_colour,
    styled,
    with_bars,
)
from ltlib.figures.explorable import Explorable
from ltlib.figures.panels import were_run
from ltlib.results.published import Tables
from ltlib.results.side_by_side import AREA, obtained, with_areas
from ltlib.strategies import TICKET_STRATEGIES

TICKS = [digit * 10**power for power in range(4) for digit in (1, 2, 4)]  # 100%, 50%, 25%, 10%, …


def tickets_of(tables: Tables, table: str, strategy: str) -> Explorable:
    """Test accuracy of every domain's tickets by sparsity, for any published table (§5.2).

    Args:
        tables: what was published.
        table, strategy: where the menus begin.
    """
    data = pd.concat(_curves(rows).assign(table=name) for name, rows in tables.items())
    strategies = list(dict.fromkeys(data["strategy"]))
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
        y="mean:Q", shape=look["shape"], tooltip=hover_with_area("table", "domain", "strategy")
    )
    chart = alt.layer(band, base.mark_line().encode(y="mean:Q"), dots).add_params(
        alt.param("table", value=table, bind=choice("Table ", list(tables))),
        alt.param("strategy", value=strategy, bind=choice("Strategy ", strategies)),
    )
    return Explorable(
        styled(chart.properties(width=PIXELS, height=300)),
        data[["table", *data.columns.drop(["table", "low", "high", "pruned away"])]],
        "Test accuracy of tickets in every published table: mean, standard deviation, replicates; "
        "and the mean area under the ROC curve",
        "published-tickets",
        FORMATS,
    )


def _curves(results: pd.DataFrame) -> pd.DataFrame:
    own = obtained(results)
    strategies = were_run(own, TICKET_STRATEGIES)
    return with_bars(with_areas(own, obtained(results, AREA), ["domain"], strategies))
