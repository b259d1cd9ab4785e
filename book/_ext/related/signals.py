"""What a reader of the graph does: filter, zoom, pull the page, point at a work, drag it."""

from typing import Any

from book._ext.related.works import CITED, CITES, THEMES

Spec = dict[str, Any]

WIDTH, BAND, AXIS = 650, 98, 24  # pixels; with the padding as wide as a figure on the page
HEIGHT = BAND * len(THEMES[CITED])
LABEL_WIDTH, LABEL_HEIGHT = 58, 27  # room for a work and its name; the forces see a circle
STRETCH = LABEL_WIDTH / LABEL_HEIGHT
LARGEST_ZOOM = 6
SQUEEZE = f"(width / {WIDTH})"  # below 1 where the page has less room: `width` is what is drawn
SEEN_X = f"centre[0] + (x() - width / 2) / (zoom * {SQUEEZE})"  # the place under the pointer
SEEN_Y = f"centre[1] + (y() - {HEIGHT / 2}) / zoom"
WHEEL = {"type": "wheel", "source": "view", "consume": True}


def filters(first: int, last: int) -> list[Spec]:
    """Years, direction and a word to find; `first` and `last` are the years there are."""
    years = {"input": "range", "min": first, "max": last, "step": 1}
    directions = {"all": "all works", CITED: "what the paper cites", CITES: "what cites the paper"}
    chooser = {"input": "select", "options": [*directions], "labels": [*directions.values()]}
    finder = {"input": "search", "name": "Find ", "placeholder": "author, title or theme"}
    return [
        {"name": "direction", "value": "all", "bind": chooser | {"name": "Show "}},
        {"name": "find", "value": "", "bind": finder},
        {"name": "from_year", "value": first, "bind": years | {"name": "From year "}},
        {"name": "to_year", "value": last, "bind": years | {"name": "To year "}},
    ]


def view() -> list[Spec]:
    """Zoom by wheel or slider, and the place in the middle; a double click shows all again.

    The order matters: the wheel notes the place under the pointer, zooms, and then moves the
    page so that the same place is under the pointer still.
    """
    middle = [WIDTH / 2, HEIGHT / 2]
    turned = "zoom * pow(1.0015, -event.deltaY * pow(16, event.deltaMode))"
    slider = {"input": "range", "min": 1, "max": LARGEST_ZOOM, "step": 0.1, "name": "Zoom "}
    across, down = f"(zoom * {SQUEEZE})", "zoom"
    kept = f"[under[0] - (x() - width / 2) / {across}, under[1] - (y() - {middle[1]}) / {down}]"
    pulled = f"[centre[0] + (grip[0] - x()) / {across}, centre[1] + (grip[1] - y()) / {down}]"
    pull = "[@ground:pointerdown, window:pointerup] > window:pointermove!"
    return [
        _signal("under", middle, (WHEEL, f"[{SEEN_X}, {SEEN_Y}]")),
        _signal(
            "zoom", 1, (WHEEL, f"clamp({turned}, 1, {LARGEST_ZOOM})"), ("@ground:dblclick", "1")
        )
        | {"bind": slider},
        _signal("centre", middle, (WHEEL, kept), (pull, pulled), ("@ground:dblclick", str(middle))),
        _signal("grip", middle, ("@ground:pointerdown", "[x(), y()]"), (pull, "[x(), y()]")),
    ]


def pointing() -> list[Spec]:
    """The work under the pointer, the one that was clicked, and the drag of one."""
    drag = "[@dots:pointerdown, window:pointerup] > window:pointermove!"
    place = f"{{fx: ({SEEN_X}) / {STRETCH}, fy: {SEEN_Y}}}"
    return [
        _signal("pointed", None, ("@dots:pointerover", "datum"), ("@dots:pointerout", "null")),
        _signal("chosen", None, ("@dots:click", "datum")),
        _signal("held", None, ("@dots:pointerdown", "datum")),
        _signal("moved", None, (drag, f"{{work: held, place: {place}}}")),
    ]


def _signal(name: str, value: Any, *changes: tuple[Any, str]) -> Spec:
    return {
        "name": name,
        "value": value,
        "on": [{"events": events, "update": update} for events, update in changes],
    }
