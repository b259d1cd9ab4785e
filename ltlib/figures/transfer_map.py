"""Transfers to explore (§5.3): a map of sources and targets, and the curves of the chosen task."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from ltlib.figures.controls import (
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
from ltlib.figures.looks import BLUE, VERMILLION
from ltlib.figures.panels import were_run
from ltlib.figures.tables import points
from ltlib.results.evidence import transfer_evidence
from ltlib.results.lost import lost
from ltlib.results.side_by_side import AREA, transferred, with_areas
from ltlib.strategies import MASKS_SHUFFLED, MOVED, TICKET_TARGET

PLACES = {"within": "the same, within one point", "below": "worse", "above": "better"}
MASKS = "masks-"  # how the names of transferred strategies begin; what follows says the values
CELL = 46  # pixels of a cell's height
AT = "datum.task == at.task[0]"


def transfer_map(
    results: pd.DataFrame,
    divergence: pd.DataFrame,
    values: str,
    round: int,
    task: str,
) -> Explorable:
    """What every task loses against the target's own ticket at one sparsity; below, one task.

    A click on a cell, or the menu, chooses the task.

    Args:
        results: the results table.
        divergence: columns `source, target, nats` of an atlas; empty where it is not known.
        values, round, task: where the controls begin; values are `reset` or `random`, a task is
            written `source → target`.

    Raises:
        InputError: no transfers among the results.
    """
    data = _curves(results)
    losses = lost(results, divergence)
    losses["task"] = losses["source"] + " → " + losses["target"]
    losses["values"] = losses.pop("strategy").str.removeprefix(MASKS)
    losses["difference"] *= 100
    tasks, drawn_from = ([*dict.fromkeys(losses[name])] for name in ("task", "values"))
    rounds = sorted(int(r) for r in losses["round"].unique())
    at = alt.selection_point(
        name="at",
        fields=["task"],
        value=[{"task": task}],
        on="click",
        clear=False,
        bind={"task": choice("Task ", tasks)},  # type: ignore[arg-type]  # one a field
    )
    controls = (
        alt.param(name="values", value=values, bind=choice("Values ", drawn_from)),
        alt.param(name="round", value=round, bind=_among(rounds)),
    )
    said = _said_of_tasks(results, divergence, [MASKS + name for name in drawn_from])
    chart = alt.vconcat(_map(losses, at, controls), _task(data, said), spacing=24)
    return Explorable(
        styled(chart.resolve_scale(color="independent", shape="independent")),
        losses.drop(columns="task"),
        "Moved ticket minus the target's own, in points, by task, values and round: mean over "
        "replicates; how many of them give every text one answer; the domains' divergence",
        "transfers-by-round",
        {"sparsity": "{:.3%}", "difference": "{:+.2f}", "nats": "{:.3f}"},
    )


def _among(rounds: Sequence[int]) -> alt.BindRange | alt.BindRadioSelect:
    """A slider where every round was run, else a menu of those that were."""
    if rounds == [*range(rounds[-1] + 1)]:
        return alt.binding_range(min=0, max=rounds[-1], step=1, name="Round ")
    return choice("Round ", rounds)


def _map(
    losses: pd.DataFrame, at: alt.Parameter, controls: Sequence[alt.Parameter]
) -> alt.LayerChart | alt.FacetChart:
    """A cell a task, rows the sources, columns the targets."""
    base = (
        alt.Chart(losses)
        .transform_filter("datum.round == round && datum.values == values")
        .transform_calculate(
            said="format(datum.difference, '+.1f')"
            " + (datum.stopped > 0 ? ' ×' + datum.stopped : '')"
        )
        .encode(
            x=alt.X("target:N").axis(orient="top", labelAngle=0).title("target"),
            y=alt.Y("source:N").title("source"),
        )
    )
    most = float(losses["difference"].abs().max())
    colour = (
        alt.Color("difference:Q")
        .scale(domain=[-most, 0, most], range=[VERMILLION, "#FFFFFF", BLUE], interpolate="rgb")
        .legend(None)
    )
    hover = [
        alt.Tooltip("source:N"),
        alt.Tooltip("target:N"),
        alt.Tooltip("difference:Q", title="points", format="+.2f"),
        alt.Tooltip("replicates:Q"),
        alt.Tooltip("stopped:Q", title="of them give one answer"),
        alt.Tooltip("nats:Q", title="JSD in nats", format=".3f"),
    ]
    cells = base.mark_rect(stroke="#BBBBBB").encode(color=colour, tooltip=hover)
    ring = base.transform_filter(AT).mark_rect(fillOpacity=0, stroke="black", strokeWidth=3)
    words = base.mark_text(fontSize=13).encode(
        text="said:N",
        color=alt.condition(
            f"abs(datum.difference) > {0.7 * most}", alt.value("white"), alt.value("black")
        ),
    )
    shown = losses.groupby("round")["sparsity"].max().map("{:.3%}".format).to_dict()
    lines = (
        f"'{MASKS}' + values + ' − {TICKET_TARGET}, in points'",
        f"'at ' + {shown}[round] + ' sparsity'",
        "'(×n: n replicates give all texts one answer)'",
    )
    return (
        alt.layer(cells.add_params(at, *controls), words, ring)
        .properties(width=PIXELS - 60, height=CELL * losses["source"].nunique())
        .properties(title=alt.Title(alt.ExprRef(f"[{', '.join(lines)}]")))
    )


def _task(data: pd.DataFrame, said: dict[str, list[str]]) -> alt.LayerChart | alt.FacetChart:
    """Curves of the chosen task: the moved ticket, the target's own, masks in random places."""
    strategies = [*dict.fromkeys(data["strategy"])]
    shown = (
        f"{AT} && (datum.strategy == '{TICKET_TARGET}' || datum.strategy == '{MASKS_SHUFFLED}'"
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
    title = alt.Title(alt.ExprRef(f"{said}[at.task[0] + values]"))
    return alt.layer(band, line, dots).properties(width=PIXELS, height=260, title=title)


def _curves(results: pd.DataFrame) -> pd.DataFrame:
    """Mean, deviation and area of each task's strategies by round."""
    table = transferred(results)
    strategies = were_run(table, [TICKET_TARGET, *MOVED, MASKS_SHUFFLED])
    areas = transferred(results, AREA)
    data = with_bars(with_areas(table, areas, ["source", "target"], strategies))
    return data.assign(task=data["source"] + " → " + data["target"])


def _said_of_tasks(
    results: pd.DataFrame, divergence: pd.DataFrame, strategies: Sequence[str]
) -> dict[str, list[str]]:
    """Three lines for each task and strategy: how far apart the domains are, and the verdict."""
    known = len(divergence) > 0
    apart = divergence.set_index(["source", "target"])["nats"].to_dict() if known else {}
    moved = transferred(results)[["source", "target"]].drop_duplicates()
    said = {}
    for source, target in moved.itertuples(index=False, name=None):
        nats = f"{apart[source, target]:.3f} nats" if apart else "not known"
        for strategy in strategies:
            verdict = transfer_evidence(results, source, target, strategy)
            task = f"{source} → {target}"
            said[task + strategy.removeprefix(MASKS)] = [
                f"{task}: JSD {nats}",
                f"{strategy} − ticket-target up to 90% sparsity:",
                f"{points(verdict.estimate)}, {PLACES.get(verdict.said, verdict.said)}",
            ]
    return said
