"""Curves stand out from the page and from one another, whatever colours a reader can see.

Contrast is that of WCAG 2.2, which asks 3 to 1 of graphics (success criterion 1.4.11). Colour
blindness is simulated after Machado, Oliveira and Fernandes (2009); distances are those of
CAM02-UCS. Petroff (2021, arXiv:2107.02270) keeps the colours of his ten-colour sequences 16 apart
in this space, under the same simulations, and those of shorter ones a little more.
"""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from ltlib.figures.looks import SERIES_LOOKS, STRATEGY_LOOKS, Look

with np.printoptions():  # which importing it would change for every test after this one
    import colour
    from colour.blindness import matrix_cvd_Machado2009

VISIONS = ("normal", "Protanomaly", "Deuteranomaly", "Tritanomaly")
SEVERITIES = (0.5, 1.0)  # of a deficiency; at 1 a kind of cone is missing
APART = 16.0
LUMINANCE = [0.2126, 0.7152, 0.0722]
FIGURES = {
    "obtaining": [STRATEGY_LOOKS[s] for s in ("full-model", "ticket-reset", "ticket-random")],
    "transferring": [STRATEGY_LOOKS[s] for s in ("ticket-target", "masks-reset", "masks-random")],
    "domains": SERIES_LOOKS,
}


def light(code: str) -> np.ndarray:
    """Linear red, green and blue of `#rrggbb`, in 0 to 1."""
    values = np.array([int(code[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast_with_white(code: str) -> float:
    return float(1.05 / (light(code) @ LUMINANCE + 0.05))


def distance(one: str, other: str, vision: str, severity: float) -> float:
    """In CAM02-UCS, between two colours as someone with this vision sees them."""
    seen = np.eye(3) if vision == "normal" else matrix_cvd_Machado2009(vision, severity)
    places = [
        colour.XYZ_to_CAM02UCS(
            colour.sRGB_to_XYZ(np.clip(seen @ light(code), 0, 1), apply_cctf_decoding=False)
        )
        for code in (one, other)
    ]
    return float(np.linalg.norm(places[0] - places[1]))


@pytest.mark.parametrize("look", [*STRATEGY_LOOKS.values(), *SERIES_LOOKS], ids=str)
def test_curves_stand_out_from_the_white_ground(look: Look) -> None:
    assert contrast_with_white(look.colour) >= 3


def in_the_dark(code: str) -> str:
    """What `filter: invert(1) hue-rotate(180deg)` makes of a colour (CSS Filter Effects, 8.5)."""
    hue = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])
    values = np.array([int(code[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return "#" + "".join(f"{round(255 * value):02x}" for value in np.clip(hue @ (1 - values), 0, 1))


@pytest.mark.parametrize("look", [*STRATEGY_LOOKS.values(), *SERIES_LOOKS], ids=str)
def test_curves_stand_out_from_the_dark_ground(look: Look) -> None:
    ground = light("#14181e") @ LUMINANCE
    assert (light(in_the_dark(look.colour)) @ LUMINANCE + 0.05) / (ground + 0.05) >= 3


@pytest.mark.filterwarnings("ignore::colour.utilities.ColourUsageWarning")
@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("figure", FIGURES)
def test_colours_of_a_figure_are_far_apart(figure: str, vision: str, severity: float) -> None:
    colours = [look.colour for look in FIGURES[figure]]
    distances = {
        pair: distance(*pair, vision, severity) for pair in itertools.combinations(colours, 2)
    }
    assert min(distances.values()) >= APART, distances


@pytest.mark.parametrize("looks", FIGURES.values(), ids=FIGURES)
def test_curves_are_told_apart_without_any_colour(looks: Sequence[Look]) -> None:
    for feature in ("marker", "line"):
        assert len({str(getattr(look, feature)) for look in looks}) == len(looks)


@pytest.mark.filterwarnings("ignore::colour.utilities.ColourUsageWarning")
def test_measures_know_good_from_bad() -> None:
    assert contrast_with_white("#ffffff") == pytest.approx(1)
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#777777") == pytest.approx(4.48, abs=0.01)
    assert distance("#E00000", "#008000", "normal", 1) > 50
    assert distance("#B87F00", "#D55E00", "Deuteranomaly", 1) < APART < 50
    assert distance("#000000", "#FFFFFF", "Tritanomaly", 1) == pytest.approx(100, abs=1)
