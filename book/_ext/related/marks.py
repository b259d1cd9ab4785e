"""What is drawn of the graph: themes, years, links, works with their names, and the paper."""

from typing import Any

from book._ext.related.signals import AXIS, HEIGHT, SQUEEZE, STRETCH, WIDTH
from book._ext.related.works import CITES, PAPER_YEAR
from ltlib.figures.looks import BLACK, GREY

Spec = dict[str, Any]

DARK = "#333333"
SECOND = f"datum.relation === '{CITES}'"
LINE = 13  # pixels from one theme to the other where both cannot stand side by side
BOX = 94  # pixels of the paper's
BESIDE = f"abs(datum.y - {HEIGHT / 2}) < {LINE + 6}"  # a theme that it would cover
ACROSS = f"(({{}} - centre[0]) * zoom * {SQUEEZE} + width / 2)"  # from the page to what is seen
DOWN = f"(({{}} - centre[1]) * zoom + {HEIGHT / 2})"
X, Y = ACROSS.format(f"{STRETCH} * datum.x"), DOWN.format("datum.y")
PAPER_X, PAPER_Y = ACROSS.format(WIDTH / 2), DOWN.format(HEIGHT / 2)
MARKED = "(datum === pointed || datum === chosen)"
CROWDED = f"zoom * {SQUEEZE} < 0.75"  # names would run into one another
WIDE = f"zoom * {SQUEEZE} > 1.2"  # there is room for every year


def page() -> Spec:
    """All marks, on a ground that is pulled."""
    size = {"width": {"signal": "width"}, "height": {"value": HEIGHT + AXIS}}
    look = {"fill": {"value": "white"}, "cursor": {"value": "move"}}
    ground = {"type": "rect", "name": "ground", "encode": {"enter": size | look}}
    marks = [ground, _themes(), _years(), _links(), _works(), _names(), *_paper()]
    return {"type": "group", "clip": True, "encode": {"enter": size}, "marks": marks}


def _still(kind: str, data: str | None, **channels: Spec) -> Spec:
    """A mark that lets the pointer through."""
    mark: Spec = {"type": kind, "interactive": False, "encode": {"update": channels}}
    return mark | ({"from": {"data": data}} if data else {})


def _themes() -> Spec:
    return _still(
        "text",
        "themes",
        text={"field": "theme"},
        x={"signal": ACROSS.format("datum.x")},
        y={"signal": DOWN.format("datum.y") + f" + ({CROWDED} && {SECOND} ? {LINE} : 0)"},
        align={"field": "align"},
        limit={"signal": f"{CROWDED} && {BESIDE} && !({SECOND}) ? (width - {BOX}) / 2 - 8 : 0"},
        fill={"scale": "colour", "field": "relation"},
        fontStyle={"value": "italic"},
        fontSize={"value": 11},
    )


def _years() -> Spec:
    return _still(
        "text",
        "years",
        text={"field": "year"},
        x={"signal": ACROSS.format("datum.x")},
        y={"value": HEIGHT + AXIS - 8},
        align={"value": "center"},
        fill={"value": GREY},
        fontSize={"value": 10},
        opacity={"signal": f"({CROWDED} ? datum.end : {WIDE} || datum.year % 2 === 0) ? 1 : 0"},
    )


def _links() -> Spec:
    bend = f"({PAPER_X} + {X}) / 2"
    points = [f"'M' + {PAPER_X}", PAPER_Y + f" + 'C' + {bend}", PAPER_Y, bend, Y, X, Y]
    return _still(
        "path",
        "shown",
        path={"signal": " + ',' + ".join(points)},
        stroke={"scale": "colour", "field": "relation"},
        strokeWidth={"signal": f"{MARKED} ? 2 : 1"},
        strokeOpacity={"signal": f"{MARKED} ? 1 : 0.22"},
    )


def _works() -> Spec:
    hover = (
        "{title: datum.title, Authors: datum.authors, Year: datum.year, "
        "Relation: scale('said', datum.relation), Theme: datum.theme}"
    )
    looks = {
        "x": {"signal": X},
        "y": {"signal": Y},
        "size": {"value": 90},
        "shape": {"scale": "shape", "field": "relation"},
        "fill": {"scale": "colour", "field": "relation"},
        "stroke": {"signal": f"{MARKED} ? '{BLACK}' : 'white'"},
        "strokeWidth": {"signal": f"{MARKED} ? 2 : 1"},
        "cursor": {"value": "pointer"},
        "tooltip": {"signal": hover},
    }
    return {
        "type": "symbol",
        "name": "dots",
        "from": {"data": "shown"},
        "encode": {"update": looks},
    }


def _names() -> Spec:
    return _still(
        "text",
        "shown",
        text={"field": "name"},
        x={"signal": X},
        y={"signal": f"{Y} + 15"},
        align={"value": "center"},
        fill={"value": DARK},
        fontSize={"value": 10.5},
        opacity={"signal": f"{CROWDED} && !{MARKED} ? 0 : 1"},
        fontWeight={"signal": f"{MARKED} ? 'bold' : 'normal'"},
    )


def _paper() -> list[Spec]:
    box = _still(
        "rect",
        None,
        xc={"signal": PAPER_X},
        yc={"signal": PAPER_Y},
        width={"value": BOX},
        height={"value": 38},
        cornerRadius={"value": 6},
        fill={"value": DARK},
    )
    name = _still(
        "text",
        None,
        text={"value": ["Desai, Zhan", f"& Aly {PAPER_YEAR}"]},
        x={"signal": PAPER_X},
        y={"signal": f"{PAPER_Y} - 3"},
        align={"value": "center"},
        fill={"value": "white"},
        fontSize={"value": 12},
        lineHeight={"value": 15},
    )
    return [box, name]
