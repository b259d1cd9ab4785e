"""Transferring tickets (§5.3): accuracies on the target, printed and to explore task by task."""

import itertools
from collections.abc import Sequence

import altair as alt
import pandas as pd

from ltlib.figures.controls import (
    FORMATS,
    PIXELS,
    by_sparsity,
    choice,
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
from ltlib.figures.tables import points
from ltlib.results.evidence import transfer_evidence
from ltlib.results.side_by_side import ACCURACY, AREA, transferred, with_areas
from ltlib.strategies import MASKS_SHUFFLED, MOVED, TICKET_TARGET, TRANSFER

PLACES = {"within": "the same, within one point", "below": "worse", "above": "better"}
MASKS = "masks-"  # how the names of transferred strategies begin; what follows says the values


def transferring(
    results: pd.DataFrame,
    pairs: Sequence[tuple[str, str]] | None = None,
    measure: str = ACCURACY,
) -> Drawing:
    """Accuracy on the target against the sparsity of the source's masks (Fig. 4), or the area.

    The standard error of the smallest test set is drawn as in `obtaining`.

    Args:
        results: the results table, the targets' own tickets among its rows.
        pairs: (source, target) of the panels, in order; all that the table holds when None.
        measure: as `obtaining` takes it.

    Raises:
        InputError: no such results, or a pair that they do not hold.
    """
    table = transferred(results, measure)
    known = list(zip(table["source"], table["target"], strict=True))
    shown = chosen(pairs, known, "pair")
    panels = {
        f"{source} → {target}": table[(table["source"] == source) & (table["target"] == target)]
        for source, target in shown
    }
    strategies = (TICKET_TARGET, *MOVED, MASKS_SHUFFLED)
    return grid_of_panels(panels, strategies, None, measure, tested_on(results))


def transfer_between(
    results: pd.DataFrame, divergence: pd.DataFrame, source: str, target: str, values: str
) -> Explorable:
    """The transfer curve of one task beside the target's own ticket, its JSD and verdict (§5.3).

    Args:
        results: the results table.
        divergence: columns `source, target, nats` of an atlas; empty where it is not known.
        source, target, values: where the menus begin; values is `reset` or `random`.

    Raises:
        InputError: no transfers among the results.
    """
    table = transferred(results)
    strategies = were_run(table, [TICKET_TARGET, *MOVED, MASKS_SHUFFLED])
    areas = transferred(results, AREA)
    data = with_bars(with_areas(table, areas, ["source", "target"], strategies))
    moved = [s for s in strategies if s in MOVED]
    drawn_from = [s.removeprefix(MASKS) for s in moved]
    shown = (
        "datum.source == source && datum.target == target"
        f" && (datum.strategy == '{TICKET_TARGET}' || datum.strategy == '{MASKS_SHUFFLED}'"
        f" || datum.strategy == '{MASKS}' + values)"
    )
    base = alt.Chart(data).transform_filter(shown).encode(x=by_sparsity(data))
    colour = strategy_colour(strategies)
    band = base.mark_area(opacity=0.18).encode(
        y=alt.Y("low:Q").scale(domain=reach(data)).axis(format="%").title("test accuracy"),
        y2="high:Q",
        color=colour,
    )
    line = base.mark_line().encode(y="mean:Q", color=colour)
    dots = base.mark_point(filled=True, size=50, opacity=1).encode(
        y="mean:Q",
        color=colour,
        shape=strategy_shape(strategies),
        tooltip=hover_with_area("source", "target", "strategy"),
    )
    sources, targets = ([*dict.fromkeys(data[name])] for name in ("source", "target"))
    said = f"{_said_of_tasks(results, divergence, moved)}[source + target + values]"
    chart = (
        alt.layer(band, line, dots)
        .add_params(
            alt.param(name="source", value=source, bind=choice("Source ", sources)),
            alt.param(name="target", value=target, bind=choice("Target ", targets)),
            alt.param(name="values", value=values, bind=choice("Values ", drawn_from)),
        )
        .properties(
            width=PIXELS,
            height=300,
            title=alt.Title(alt.ExprRef(f"{said} || ['No such task: choose another target', '']")),
        )
    )
    return Explorable(
        styled(chart),
        data.drop(columns=["low", "high"]),
        "Test accuracy on the target of each task by round: mean, standard deviation, replicates; "
        "and the mean area under the ROC curve",
        "transfers-by-round",
        FORMATS,
    )


def _said_of_tasks(
    results: pd.DataFrame, divergence: pd.DataFrame, strategies: Sequence[str]
) -> dict[str, list[str]]:
    """Two lines for each task and strategy: how far apart the domains are, and the verdict."""
    known = len(divergence) > 0
    apart = divergence.set_index(["source", "target"])["nats"].to_dict() if known else {}
    moved = results[results["experiment"] == TRANSFER]
    said = {}
    for (source, target), strategy in itertools.product(
        dict.fromkeys(zip(moved["source"], moved["target"], strict=True)), strategies
    ):
        verdict = transfer_evidence(results, source, target, strategy)
        nats = f"{apart[source, target]:.3f} nats" if apart else "not known"
        found = (
            f"Up to 90% sparsity {strategy} − ticket-target is {points(verdict.estimate)}: "
            f"{PLACES.get(verdict.said, verdict.said)}"
        )
        said[source + target + strategy.removeprefix(MASKS)] = [
            f"{source} → {target}: JSD {nats}",
            found,
        ]
    return said
