"""The neighbourhood of the paper as a graph to explore: one specification of Vega.

Works stand on bands by theme, the older ones left of the paper and the newer ones right of it.
Forces keep their names apart. Positions are those of the page before anyone zooms; the signals
`zoom` and `centre` say which part of it is seen.
"""

from typing import Any

import pandas as pd

from book._ext.related.marks import page
from book._ext.related.signals import (
    AXIS,
    BAND,
    HEIGHT,
    LABEL_HEIGHT,
    STRETCH,
    WIDTH,
    filters,
    pointing,
    view,
)
from book._ext.related.works import CITED, CITES, THEMES, folded, surname
from ltlib.figures.looks import BLUE, VERMILLION

Spec = dict[str, Any]

SIDES = {CITED: (26, 262), CITES: (400, 618)}  # pixels: where its first and last year stand
EDGE = 4  # pixels between a theme's name and the border
COLOURS = {CITED: BLUE, CITES: VERMILLION}
SHAPES = {CITED: "circle", CITES: "square"}
SAID = {CITED: "cited by the paper", CITES: "cites the paper"}
FOUND_IN = ("title", "earlier_title", "authors", "venue", "theme")
TOLD = ["relation", "theme", "title", "earlier_title", "authors", "year", "venue", "link"]


def related_graph(works: pd.DataFrame) -> Spec:
    """The graph of `works`, a table as `read_related` gives it."""
    first, last = int(works["year"].min()), int(works["year"].max())
    counted = "length(data('shown')) + ' of ' + length(data('works')) + ' works'"
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": WIDTH,
        "height": HEIGHT + AXIS,
        "padding": 4,
        "background": "white",
        "title": {
            "text": {"signal": counted},
            "anchor": "start",
            "fontWeight": "normal",
            "fontSize": 13,
        },
        "signals": [*filters(first, last), *view(), *pointing()],
        "data": [_works(works), _shown(), _themes(), _years(works)],
        "scales": [
            {"name": name, "type": "ordinal", "domain": list(looks), "range": [*looks.values()]}
            for name, looks in (("colour", COLOURS), ("shape", SHAPES), ("said", SAID))
        ],
        "legends": [_legend()],
        "marks": [page()],
    }


def year_place(works: pd.DataFrame, relation: str, year: int) -> float:
    """Where a year stands, in pixels from the left: cited works left, citing ones right."""
    years = works.loc[works["relation"] == relation, "year"]
    left, right = SIDES[relation]
    return float(left + (right - left) * (year - years.min()) / max(years.max() - years.min(), 1))


def _works(works: pd.DataFrame) -> Spec:
    """Every work; the forces pull it to its year and theme, and move it when it is dragged."""
    values = []
    for i, work in enumerate(works[TOLD].to_dict("records")):
        said = " ".join(work[name] for name in FOUND_IN)
        column = year_place(works, work["relation"], work["year"]) / STRETCH
        row = BAND * (THEMES[work["relation"]].index(work["theme"]) + 0.5)
        place = {"column": column, "row": row, "x": column, "y": row + i % 5 - 2}
        names = {"name": surname(work["authors"]), "search": f"{said.lower()} {folded(said)}"}
        values.append(work | names | place)
    force = {
        "type": "force",
        "static": True,
        "restart": True,
        "iterations": {"signal": "moved ? 20 : 300"},
        "alpha": {"signal": "moved ? 0.2 : 1"},
        "forces": [
            {"force": "collide", "radius": LABEL_HEIGHT / 2, "strength": 1, "iterations": 4},
            {"force": "x", "x": "column", "strength": 0.4},
            {"force": "y", "y": "row", "strength": 0.25},
        ],
    }
    drag = {"trigger": "moved", "modify": "moved.work", "values": "moved.place"}
    return {"name": "works", "values": values, "on": [drag], "transform": [force]}


def _shown() -> Spec:
    """The works that the filters leave."""
    conditions = (
        "datum.year >= from_year && datum.year <= to_year",
        "(direction === 'all' || datum.relation === direction)",
        "indexof(datum.search, lower(find)) >= 0",
    )
    only = {"type": "filter", "expr": " && ".join(conditions)}
    return {"name": "shown", "source": "works", "transform": [only]}


def _themes() -> Spec:
    """Each at the outer edge of its band."""
    edges = {CITED: {"x": EDGE, "align": "left"}, CITES: {"x": WIDTH - EDGE, "align": "right"}}
    values = [
        {"theme": theme, "relation": relation, "y": BAND * row + 11, **edges[relation]}
        for relation, themes in THEMES.items()
        for row, theme in enumerate(themes)
    ]
    return {"name": "themes", "values": values}


def _years(works: pd.DataFrame) -> Spec:
    values = [
        {
            "year": year,
            "x": year_place(works, relation, year),
            "end": year in (years[0], years[-1]),
        }
        for relation in SIDES
        for years in [sorted(set(works.loc[works["relation"] == relation, "year"].tolist()))]
        for year in years
    ]
    return {"name": "years", "values": values}


def _legend() -> Spec:
    said = {"labels": {"update": {"text": {"signal": "scale('said', datum.value)"}}}}
    looks = {"fill": "colour", "shape": "shape", "encode": said}
    return looks | {"orient": "top", "direction": "horizontal", "labelFontSize": 12}
