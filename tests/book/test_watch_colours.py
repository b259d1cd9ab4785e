"""What is watched on the page on tickets is seen in both themes, whatever colours a reader sees."""

import itertools
import re

import pytest

from tests.figures.test_palette import APART, SEVERITIES, VISIONS, distance, light
from tests.support.watched import STATIC

STYLE = (STATIC / "watch.css").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^(?:html.*? )?\.ltlib-watch \{(.*?)\}", STYLE, re.MULTILINE | re.DOTALL)
THEMES = {
    theme: dict(re.findall(r"--watch-([\w-]+): (#\w+);", block))
    for theme, block in zip(("light", "dark"), BLOCKS, strict=False)
}
DRAWN = ("positive", "negative", "lost", "reset", "random")
BESIDE = (("positive", "negative"), ("reset", "random"), ("class-0", "class-1"))


def contrast(one: str, other: str) -> float:
    """Of WCAG 2.2, between two colours `#rgb` or `#rrggbb`."""
    long = [c if len(c) == 7 else "#" + "".join(2 * digit for digit in c[1:]) for c in (one, other)]
    darker, lighter = sorted(float(light(c) @ [0.2126, 0.7152, 0.0722]) for c in long)
    return (lighter + 0.05) / (darker + 0.05)


def test_both_themes_colour_everything() -> None:
    assert len(THEMES["light"]) == 10
    assert {*THEMES["light"]} == {*THEMES["dark"]}
    drawn = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("watch*.js"))
    for name in re.findall(r'colour\("([\w-]+)"', drawn):
        assert name in THEMES["light"]


@pytest.mark.parametrize("theme", THEMES)
def test_marks_and_words_stand_out(theme: str) -> None:
    colours = THEMES[theme]
    for name in DRAWN:
        assert contrast(colours[name], colours["ground"]) >= 3, name
    for ground in ("ground", "class-0", "class-1"):
        assert contrast(colours["ink"], colours[ground]) >= 4.5, ground


@pytest.mark.filterwarnings("ignore::colour.utilities.ColourUsageWarning")
@pytest.mark.parametrize("vision,severity", [*itertools.product(VISIONS, SEVERITIES)])
@pytest.mark.parametrize("theme", THEMES)
def test_what_is_compared_differs_for_every_eye(theme: str, vision: str, severity: float) -> None:
    colours = THEMES[theme]
    for one, other in BESIDE:
        assert distance(colours[one], colours[other], vision, severity) >= APART, (one, other)
