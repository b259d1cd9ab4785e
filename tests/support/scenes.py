"""What a chart draws in the state it begins with, without a browser."""

import json
from collections.abc import Iterator
from typing import Any

import vl_convert

from ltlib.figures.explorable import Explorable

Item = dict[str, Any]


def drawn(chart: Explorable, kind: str) -> list[Item]:
    """The items of data marks of a kind: `symbol`, `rect`, `rule`, `text`, …"""
    return [
        item
        for mark in _marks(_scene(chart))
        if mark["marktype"] == kind and mark.get("role") == "mark"
        for item in mark["items"]
    ]


def said(item: Item) -> dict[str, str]:
    """What the item's description says, by name."""
    return dict(part.split(": ", 1) for part in item["description"].split("; ") if ": " in part)


def titles(chart: Explorable) -> list[str]:
    """The lines of all titles, from the top."""
    lines: list[str] = []
    for mark in _marks(_scene(chart)):
        if mark.get("role") == "title-text":
            text = mark["items"][0]["text"]
            lines += text if isinstance(text, list) else [text]
    return lines


def _scene(chart: Explorable) -> Item:
    scene: Item = vl_convert.vegalite_to_scenegraph(json.dumps(chart.spec))["scenegraph"]
    return scene


def _marks(node: Item) -> Iterator[Item]:
    if "marktype" in node:
        yield node
    for child in node.get("items", []):
        yield from _marks(child)
