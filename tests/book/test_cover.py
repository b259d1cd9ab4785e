"""The pictures of the book as a whole are those that the published table gives."""

import io
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from book.tools.cover import PLACE, SURVIVORS, card, draw_cover, icon
from ltlib.errors import InputError
from ltlib.figures.finding import finding
from ltlib.results.table import read_table
from tests.support.project import ROOT

TABLE = ROOT / "results" / "amazon.parquet"
NAMES = ("tickets.png", "card.png", "favicon.png")


def pixels(content: bytes) -> np.ndarray:
    """Height × width × colours."""
    return np.asarray(matplotlib.image.imread(io.BytesIO(content), format="png"))


def test_the_stored_pictures_are_drawn_from_the_published_table(tmp_path: Path) -> None:
    draw_cover(TABLE, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(NAMES)
    for name in NAMES:
        drawn = pixels((tmp_path / name).read_bytes())
        stored = pixels((ROOT / PLACE / name).read_bytes())
        assert drawn.shape == stored.shape
        assert np.abs(drawn - stored).mean() < 0.01, f"{name}: run python -m book.tools.cover"


def test_the_card_shows_what_the_figure_shows() -> None:
    table, linear = read_table(TABLE), {"books": 0.7}
    drawn = [
        axes.get_lines() for axes in (card(table, linear).axes[0], finding(table, linear).axes[0])
    ]
    for one, other in zip(*drawn, strict=True):
        assert np.array_equal(one.get_xydata(), other.get_xydata())
        assert one.get_label() == other.get_label()


def test_the_icon_has_as_many_survivors_as_it_says() -> None:
    drawn = pixels(icon().png())[..., :3]
    assert drawn.shape[:2] == (64, 64)
    orange = (drawn[..., 0] > 0.8) & (drawn[..., 2] < 0.2)
    blue = (drawn[..., 0] < 0.2) & (drawn[..., 2] > 0.6)
    assert orange.sum() / (orange.sum() + blue.sum()) == pytest.approx(
        len(SURVIVORS) / 16, abs=0.02
    )


def test_without_a_table_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        draw_cover(tmp_path / "missing.parquet", tmp_path)
