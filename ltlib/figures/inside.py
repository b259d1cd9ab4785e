"""Inside the tickets: where masks survive, and which subwords keep their embeddings."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from scipy.special import bdtrik

from ltlib.figures.controls import choice, series_colour, styled
from ltlib.figures.explorable import Explorable
from ltlib.figures.looks import BLUE, GREY
from ltlib.figures.tables import Table, percent
from ltlib.results.atlas import LETTERS, Atlas

WHAT_ROWS_ARE = {"embedding": "subwords", "hidden": "hidden units", "output": "classes"}
PRUNED = "#EFEFEF"


def masks_of(atlas: Atlas, domain: str, layer: str, round: int) -> Explorable:
    """The mask of one layer at one round, under a table of all layers and rounds.

    A click into the table, or the menu and the slider, choose the layer and the round.

    Args:
        domain, layer, round: where the controls begin.
    """
    counts = atlas.layers.assign(share=atlas.layers["survivors"] / atlas.layers["entries"])
    last = int(counts["round"].max())
    names = list(dict.fromkeys(counts["layer"]))
    chosen = alt.selection_point(
        name="at",
        fields=["layer", "round"],
        value=[{"layer": layer, "round": round}],
        on="click",
        clear=False,
        bind={  # type: ignore[arg-type]  # a control for each field, which its types do not know
            "layer": choice("Layer ", names),
            "round": alt.binding_range(min=0, max=last, step=1, name="Round "),
        },
    )
    whose = alt.param(name="domain", value=domain, bind=choice("Domain ", atlas.domains))
    chart = alt.vconcat(_layers_by_rounds(counts, names, chosen, whose), _mask(atlas, chosen))
    return Explorable(
        styled(chart.resolve_scale(color="independent")),
        counts,
        "Surviving weights of each layer by round, and its rows that have any",
        "masks",
        {"share": "{:.2%}", "survivors": "{:,}", "entries": "{:,}", "rows_alive": "{:,}"},
    )


def _layers_by_rounds(
    counts: pd.DataFrame, names: Sequence[str], chosen: alt.Parameter, whose: alt.Parameter
) -> alt.LayerChart | alt.FacetChart:
    base = (
        alt.Chart(counts)
        .transform_filter("datum.domain == domain")
        .transform_calculate(alive="datum.rows_alive / datum.rows")
        .encode(
            x=alt.X("round:O").axis(labelAngle=0, title="round"),
            y=alt.Y("layer:N").sort(list(names)).title(None),
        )
    )
    cells = base.mark_rect().encode(
        color=alt.Color("alive:Q").scale(scheme="blues", domain=[0, 1.25]).legend(None),
        tooltip=[
            alt.Tooltip("layer:N"),
            alt.Tooltip("round:O"),
            alt.Tooltip("survivors:Q", format=","),
            alt.Tooltip("entries:Q", title="of", format=","),
            alt.Tooltip("rows_alive:Q", title="rows alive", format=","),
            alt.Tooltip("rows:Q", title="of rows", format=","),
        ],
    )
    ring = base.mark_rect(fillOpacity=0, stroke="black", strokeWidth=2).transform_filter(chosen)
    words = base.mark_text(fontSize=11).encode(
        text=alt.Text("alive:Q", format=".0%"),
        color=alt.condition("datum.alive > 0.7", alt.value("white"), alt.value("black")),
    )
    return (
        alt.layer(cells.add_params(chosen, whose), words, ring)
        .properties(width=520, height=24 * len(names))
        .properties(title="Rows of each layer with a survivor: click one to see its mask")
    )


def _mask(atlas: Atlas, chosen: alt.Parameter) -> alt.Chart:
    """Fates unfolded into cells; those of the chosen layer that outlive the chosen round."""
    cells = (
        alt.Chart(atlas.masks)
        .transform_filter("datum.domain == domain && datum.layer == at.layer[0]")
        .transform_calculate(fate="split(datum.fates, '')")
        .transform_calculate(column="sequence(length(datum.fate))")
        .transform_flatten(["fate", "column"])
        .transform_calculate(
            alive=f"indexof('{LETTERS}', datum.fate) >= at.round[0] ? 'survives' : 'pruned'"
        )
    )
    return (
        cells.mark_rect()
        .encode(
            x=alt.X("column:O").axis(None),
            y=alt.Y("row:O").axis(None),
            color=alt.Color("alive:N")
            .scale(domain=["survives", "pruned"], range=[BLUE, PRUNED])
            .legend(title=None, orient="top"),
        )
        .properties(width=520, height=300, title=alt.Title(alt.ExprRef(_said(atlas))))
    )


def _said(atlas: Atlas) -> str:
    what = {n: WHAT_ROWS_ARE.get(n, "filters") for n in atlas.layers["layer"].unique()}
    return f"at.layer[0] + ', round ' + at.round[0] + ' (rows: ' + {what}[at.layer[0]] + ')'"


def rows_left(atlas: Atlas) -> Table:
    """From which round each layer has lost half of its rows, and how many are left in the last.

    Means over domains; a dash where half of them never go.
    """
    shares = atlas.layers.assign(alive=atlas.layers["rows_alive"] / atlas.layers["rows"])
    alive = shares.pivot_table("alive", "layer", "round", sort=False).rename_axis(columns=None)
    gone = alive < 0.5
    first = [str(row.idxmax()) if row.any() else "–" for _, row in gone.iterrows()]
    last = f"rows with a survivor in round {max(alive.columns, default=0)}"
    left = alive.iloc[:, -1].to_list() if len(alive.columns) else []
    return Table(
        pd.DataFrame({"half of its rows are gone from round": first, last: left}, alive.index),
        "When layers lose their rows, means over domains (replicate 0)",
        {last: percent},
    )


def subwords_of(atlas: Atlas, domain: str, round: int) -> Explorable:
    """The subwords of which a domain's ticket keeps most at a round, and what the others keep.

    A line stands where the luckiest subword would be if as many entries survived by chance.

    Args:
        domain, round: where the controls begin.
    """
    listed = atlas.subwords
    of = int(atlas.layers.query("layer == 'embedding' and round == 0")["entries"].iloc[0])
    size = of // int(atlas.layers.query("layer == 'embedding'")["rows"].iloc[0])
    base = alt.Chart(listed).transform_filter("datum.domain == domain && datum.round == round")
    y = alt.Y("piece:N").sort(field="rank", op="min").title(None)
    names = str(atlas.domains)
    x = alt.X("kept:Q").axis(tickMinStep=1).title("entries of its embedding that survive")
    each = base.transform_calculate(ticket=names).transform_flatten(["kept", "ticket"])
    bars = (
        each.transform_filter("datum.ticket == domain").mark_bar(color="#CFE5F3").encode(y=y, x=x)
    )
    dots = each.mark_point(filled=True, size=55, opacity=1).encode(
        y=y,
        x="kept:Q",
        tooltip=["piece:N", "ticket:N", alt.Tooltip("kept:Q", title=f"kept of {size}")],
        **series_colour("ticket", atlas.domains),
    )
    whose = alt.param(name="domain", value=domain, bind=choice("Domain ", atlas.domains))
    first, last = int(listed["round"].min()), int(listed["round"].max())
    slider = alt.binding_range(min=first, max=last, step=1, name="Round ")
    chance = (
        alt.Chart(_by_chance(atlas))
        .transform_filter("datum.domain == domain && datum.round == round")
        .mark_rule(strokeDash=[4, 3], strokeWidth=2, color=GREY)
        .encode(x="by chance:Q", tooltip=alt.Tooltip("by chance:Q", title="luckiest, by chance"))
    )
    chart = alt.layer(bars, dots, chance).add_params(
        whose, alt.param(name="round", value=round, bind=slider)
    )
    return Explorable(
        styled(chart.properties(width=480, height=alt.Step(19))),
        _columns(listed, atlas.domains),
        f"Subwords that keep most of their {size} embedding entries in a domain's ticket",
        "subwords",
    )


def _by_chance(atlas: Atlas) -> pd.DataFrame:
    """Columns `domain, round, by chance`: of entries that survive in random places, how many the
    one subword in all that has most keeps, as the binomial distribution has it.
    """
    found = atlas.layers[atlas.layers["layer"] == "embedding"]
    size = found["entries"] / found["rows"]
    most = bdtrik(1 - 1 / found["rows"], size, found["survivors"] / found["entries"])
    return found[["domain", "round"]].assign(**{"by chance": np.ceil(most).astype(int)})


def _columns(listed: pd.DataFrame, domains: Sequence[str]) -> pd.DataFrame:
    """`kept` as a column for each domain's ticket."""
    kept: list[list[Any]] = listed["kept"].tolist()
    named = [f"kept by {domain}" for domain in domains]
    return listed.drop(columns="kept").join(pd.DataFrame(kept, columns=named))
