"""Obtaining tickets (§5.2): their accuracies, printed and to explore."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from ltlib.figures.controls import (
    FORMATS,
    PIXELS,
    hover_with_area,
    reach,
    strategy_colour,
    strategy_shape,
    styled,
    with_bars,
)
from ltlib.figures.explorable import Explorable
from ltlib.figures.looks import Drawing
from ltlib.figures.panels import chosen, grid_of_panels, tested_on, were_run
from ltlib.results.side_by_side import ACCURACY, AREA, obtained, with_areas
from ltlib.strategies import FULL_MODEL, MASKS_SHUFFLED, TICKET_STRATEGIES


def obtaining(
    results: pd.DataFrame,
    domains: Sequence[str] | None = None,
    measure: str = ACCURACY,
    linear: Mapping[str, float] | None = None,
) -> Drawing:
    """Accuracy against sparsity of the tickets of each domain (Fig. 3), or their area.

    The standard error that the smallest test set imposes on an accuracy is drawn once, where its
    size is known.

    Args:
        results: the results table.
        domains: the panels, in order; all that the table holds when None.
        measure: `test_accuracy`, or `test_auc` for the area under the ROC curve.
        linear: a linear model's accuracy in each domain (`baselines_beside`), to compare with.

    Raises:
        InputError: no such results, or a domain that they do not hold.
    """
    table = obtained(results, measure)
    shown = chosen(domains, table["domain"], "domain")
    panels = {domain: table[table["domain"] == domain] for domain in shown}
    strategies = (*TICKET_STRATEGIES, MASKS_SHUFFLED)
    return grid_of_panels(panels, strategies, FULL_MODEL, measure, tested_on(results), linear)


def accuracies_at(results: pd.DataFrame, parameters: int, round: int) -> Explorable:
    """Test accuracies of the tickets of every domain at one sparsity, under a slider (§5.2).

    Args:
        results: the results table.
        parameters: of the network, all of them.
        round: where the slider begins.

    Raises:
        InputError: no such results.
    """
    table = obtained(results)
    strategies = [FULL_MODEL, *were_run(table, (*TICKET_STRATEGIES, MASKS_SHUFFLED))]
    data = with_areas(table, obtained(results, AREA), ["domain"], strategies)
    data = with_bars(data[(data["strategy"] != FULL_MODEL) | (data["round"] == 0)])
    data.insert(3, "survivors", ((1 - data["sparsity"]) * parameters).round().astype(int))
    base = alt.Chart(data).transform_filter(
        f"datum.round == round || datum.strategy == '{FULL_MODEL}'"
    )
    places = {
        "y": alt.Y("domain:N").sort(None).title(None),
        "yOffset": alt.YOffset("strategy:N").sort(strategies),
        "color": strategy_colour(strategies),
    }
    x = alt.X("low:Q").scale(domain=reach(data)).axis(format="%")
    bars = base.mark_rule(strokeWidth=2).encode(
        x=x.title("test accuracy: mean over replicates ± one standard deviation"),
        x2="high:Q",
        **places,
    )
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x="mean:Q",
        shape=strategy_shape(strategies),
        tooltip=hover_with_area("domain", "strategy"),
        **places,
    )
    by_round = data.groupby("round")[["sparsity", "survivors"]].max()
    said = (
        f"'Sparsity ' + format({by_round['sparsity'].tolist()}[round], '.3%') + ', '"
        f" + format({by_round['survivors'].tolist()}[round], ',')"
        f" + ' of {parameters:,} weights survive'"
    )
    slider = alt.binding_range(min=0, max=int(by_round.index.max()), step=1, name="Round ")
    chart = (
        alt.layer(bars, dots)
        .add_params(alt.param(name="round", value=round, bind=slider))
        .properties(width=PIXELS, height=260, title=alt.Title(alt.ExprRef(said)))
    )
    return Explorable(
        styled(chart),
        data.drop(columns=["low", "high"]),
        "Test accuracy of each domain's tickets by round: mean, standard deviation, replicates; "
        "and the mean area under the ROC curve",
        "tickets-by-round",
        FORMATS | {"survivors": "{:,}"},
    )
