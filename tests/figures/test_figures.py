"""Figures show the numbers of their table, legibly and the same every time."""

import io
import itertools
import math
import statistics
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image

from ltlib import figures
from ltlib.figures.controls import SHAPES
from ltlib.figures.looks import SERIES_LOOKS, STRATEGY_LOOKS, Drawing, drawable, sparsity_label
from ltlib.strategies import FULL_MODEL, MASKS_STRATEGIES, TICKET_STRATEGIES, TICKET_TARGET
from tests.support.refusals import assert_refused
from tests.support.results_table import falling, results_table

DOMAINS = ("books", "music", "garden")
TABLE = results_table(falling, DOMAINS, rounds=4, replicates=3)
LONG = results_table(falling, ("a", "b", "c", "d"), rounds=20, replicates=2)
MATRIX = pd.DataFrame([[0.0, 0.125], [0.125, 0.0]], index=["a", "b"], columns=["a", "b"])
DRAWN: dict[str, Callable[[], Drawing]] = {
    "obtaining": lambda: figures.obtaining(TABLE),
    "obtaining one domain": lambda: figures.obtaining(LONG, ["a"]),
    "obtaining 20 rounds": lambda: figures.obtaining(LONG.assign(test_reviews=None)),
    "transferring": lambda: figures.transferring(TABLE),
    "transferring 20 rounds": lambda: figures.transferring(LONG),
    "phase transition": lambda: figures.phase_transition(LONG),
    "diagram": figures.transfer_diagram,
    "heat map": lambda: figures.divergence_heatmap(MATRIX, 1000),
    "lengths": lambda: figures.review_lengths({"books": [3, 5, 9], "music": [2, 2, 8]}),
}


def lines(axes: Axes) -> dict[str, Line2D]:
    """Lines of a panel by colour."""
    return {to_hex(line.get_color()): line for line in axes.get_lines()}


def ydata(line: Line2D) -> NDArray[np.float64]:
    return np.asarray(line.get_ydata(), dtype=float)


def xdata(line: Line2D) -> list[float]:
    return np.asarray(line.get_xdata(), dtype=float).tolist()


def face(band: PolyCollection) -> str:
    red, green, blue, _ = np.asarray(band.get_facecolor(), dtype=float)[0]
    return to_hex((red, green, blue))


def colour(strategy: str) -> str:
    return STRATEGY_LOOKS[strategy].colour.lower()


def panel(figure: Drawing, title: str) -> Axes:
    return next(axes for axes in figure.axes if axes.get_title() == title)


@pytest.mark.parametrize("strategy", ["ticket-reset", "ticket-random"])
def test_curves_are_means_over_replicates_and_bands_their_deviation(strategy: str) -> None:
    axes = panel(figures.obtaining(TABLE), "music")
    curve = lines(axes)[colour(strategy)]
    runs = [
        [falling("full-model" if r == 0 else strategy, "music", "music", r, k) for k in range(3)]
        for r in range(5)
    ]
    np.testing.assert_allclose(ydata(curve), [100 * statistics.mean(row) for row in runs])
    band = next(
        band
        for band in axes.collections
        if isinstance(band, PolyCollection) and face(band) == colour(strategy)
    )
    corners = np.asarray(band.get_paths()[0].vertices)
    for r, row in enumerate(runs):
        heights = corners[corners[:, 0] == r, 1]
        mean, deviation = 100 * statistics.mean(row), 100 * statistics.stdev(row)
        assert heights.min() == pytest.approx(mean - deviation)
        assert heights.max() == pytest.approx(mean + deviation)


def test_the_full_model_is_a_line_at_its_mean_of_round_0() -> None:
    axes = panel(figures.obtaining(TABLE), "garden")
    mean = statistics.mean(falling("full-model", "garden", "garden", 0, k) for k in range(3))
    assert ydata(lines(axes)[colour("full-model")]) == pytest.approx([100 * mean] * 2)


def test_a_linear_model_is_a_line_where_it_is_known() -> None:
    figure = figures.obtaining(TABLE, linear={"music": 0.71})
    grey = "#5f5f5f"
    assert ydata(lines(panel(figure, "music"))[grey]) == pytest.approx([71, 71])
    assert grey not in lines(panel(figure, "garden"))
    assert "linear model" in [text.get_text() for text in figure.legends[0].get_texts()]
    assert grey not in lines(panel(figures.obtaining(TABLE), "music"))


def test_areas_are_drawn_in_the_place_of_accuracies() -> None:
    """In the table an area is halfway between the accuracy and 1; no error of a test set then."""
    for drawn, title in ((figures.obtaining, "music"), (figures.transferring, "books → music")):
        accuracies = lines(panel(drawn(TABLE), title))
        areas = panel(drawn(TABLE, None, "test_auc"), title)
        for name, line in lines(areas).items():
            expected = 50 + ydata(accuracies[name]) / 2
            np.testing.assert_allclose(ydata(line), expected)
        assert not [c for axes in areas.figure.axes for c in axes.containers]
        assert {axes.get_ylabel() for axes in areas.figure.axes} == {"area under ROC (%)", ""}


@pytest.mark.parametrize("strategy", ["ticket-target", "masks-reset", "masks-random"])
def test_transfers_show_target_accuracies(strategy: str) -> None:
    curve = lines(panel(figures.transferring(TABLE), "books → garden"))[colour(strategy)]
    for r, height in enumerate(ydata(curve)):
        if strategy == "ticket-target":
            own = "full-model" if r == 0 else "ticket-reset"
            runs = [falling(own, "garden", "garden", r, k) for k in range(3)]
        else:
            runs = [falling(strategy, "books", "garden", r, k) for k in range(3)]
        assert height == pytest.approx(100 * statistics.mean(runs))


def test_panels_are_those_asked_for_in_their_order() -> None:
    titles = [axes.get_title() for axes in figures.obtaining(TABLE, ["music", "books"]).axes]
    assert titles == ["music", "books"]
    pairs = [("music", "books"), ("books", "garden")]
    titles = [axes.get_title() for axes in figures.transferring(TABLE, pairs).axes]
    assert titles == ["music → books", "books → garden"]
    everything = {axes.get_title() for axes in figures.transferring(TABLE).axes}
    assert everything == {f"{s} → {t}" for s, t in itertools.permutations(DOMAINS, 2)}


def test_a_strategy_that_was_not_run_is_not_drawn() -> None:
    figure = figures.obtaining(TABLE[TABLE["strategy"] != "ticket-random"])
    assert colour("ticket-random") not in lines(figure.axes[0])
    assert "ticket-random" not in [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_control_that_was_run_is_drawn_beside_what_it_is_compared_with() -> None:
    def half(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        return falling(strategy, source, target, round_, replicate) / (1 + ("shuffled" in strategy))

    table = results_table(half, ["a", "b"], control=True)
    for figure, beside in (
        (figures.obtaining(table, ["a"]), "ticket-reset"),
        (figures.transferring(table, [("a", "b")]), "ticket-target"),
    ):
        drawn = lines(figure.axes[0])
        control, other = drawn[colour("masks-shuffled")], drawn[colour(beside)]
        assert xdata(control) == [1, 2, 3] and xdata(other) == [0, 1, 2, 3]
        assert ydata(control) == pytest.approx(ydata(other)[1:] / 2)
        named = [text.get_text() for text in figure.legends[0].get_texts()]
        assert "masks-shuffled" in named


def test_one_replicate_is_drawn_without_a_band() -> None:
    alone = results_table(falling, DOMAINS, replicates=1)
    assert figures.obtaining(alone).png()


def error_bars(figure: Drawing) -> list[ErrorbarContainer]:
    return [c for axes in figure.axes for c in axes.containers if isinstance(c, ErrorbarContainer)]


@pytest.mark.parametrize("draw", [figures.obtaining, figures.transferring])
def test_the_smallest_test_sets_error_is_drawn_once_and_to_scale(
    draw: Callable[[pd.DataFrame], Drawing],
) -> None:
    sizes = TABLE["target"].map({"books": 900, "music": 400, "garden": 1600})
    (bar,) = error_bars(draw(TABLE.assign(test_reviews=sizes)))
    (low, high) = bar.lines[2][0].get_segments()[0][:, 1]
    accuracy = (low + high) / 200
    assert (high - low) / 200 == pytest.approx(math.sqrt(accuracy * (1 - accuracy) / 400))
    assert "400" in str(bar.get_label())
    assert figures.standard_error(0.82, 800) == pytest.approx(0.0136, abs=5e-5)  # 1.3 points or so


@pytest.mark.parametrize("draw", [figures.obtaining, figures.transferring])
def test_no_error_is_drawn_of_test_sets_of_unknown_size(
    draw: Callable[[pd.DataFrame], Drawing],
) -> None:
    partly = TABLE["test_reviews"].where(TABLE["round"] > 0)
    for table in (TABLE.drop(columns="test_reviews"), TABLE.assign(test_reviews=partly)):
        assert error_bars(draw(table)) == []


@pytest.mark.parametrize("rounds", [0, 1, 3, 6, 7, 14, 20])
def test_one_equally_spaced_tick_a_round_labelled_with_its_sparsity(rounds: int) -> None:
    axes = figures.obtaining(results_table(falling, ("a", "b"), rounds=rounds)).axes[0]
    ticks = {round(t) for t in [*axes.get_xticks(), *axes.get_xticks(minor=True)]}
    assert ticks >= set(range(rounds + 1))
    for place, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True):
        shown = float(label.get_text())
        assert shown == pytest.approx(100 * (1 - 0.65**place), abs=0.5 * 0.65**place * 100)


def test_a_round_that_was_not_run_has_no_label() -> None:
    axes = figures.obtaining(LONG[LONG["round"] != 2], ["a"]).axes[0]
    shown = dict(zip(axes.get_xticks(), axes.get_xticklabels(), strict=True))
    assert shown[2].get_text() == "" and shown[3].get_text() == sparsity_label(1 - 0.65**3)
    assert xdata(lines(axes)[colour("ticket-reset")])[:3] == [0, 1, 3]


def test_a_curve_joins_the_rounds_that_were_run() -> None:
    """Controls and transfers are run at some rounds alone."""
    table = results_table(falling, ("a", "b"), rounds=6, replicates=2, control=True)
    rare = table["strategy"].isin(["masks-shuffled"]) & ~table["round"].isin([2, 5])
    (line,) = [
        line
        for line in figures.obtaining(table[~rare], ["a"]).axes[0].get_lines()
        if to_hex(line.get_color()) == colour("masks-shuffled")
    ]
    assert xdata(line) == [2, 5] and np.isfinite(ydata(line)).all()


def test_a_legend_of_everything_is_not_cut() -> None:
    table = results_table(falling, ("a", "b"), rounds=6, replicates=2, control=True)
    for figure in (figures.obtaining(table, linear={"a": 0.7}), figures.transferring(table)):
        figure.png()
        box, page = figure.legends[0].get_window_extent(), figure.bbox
        assert box.x0 >= page.x0 and box.x1 <= page.x1 and box.y1 <= page.y1 + 1


def test_every_strategy_has_its_look_in_either_kind_of_figure() -> None:
    named = {FULL_MODEL, TICKET_TARGET, *TICKET_STRATEGIES, *MASKS_STRATEGIES}
    assert set(STRATEGY_LOOKS) == named
    assert {look.marker for look in [*STRATEGY_LOOKS.values(), *SERIES_LOOKS]} <= set(SHAPES)


def test_sparsity_labels_tell_rounds_apart() -> None:
    labels = [sparsity_label(1 - 0.65**r) for r in range(21)]
    assert len(set(labels)) == 21
    assert labels[:2] == ["0", "35"]
    assert labels[20] == "99.982"


def test_the_heat_map_states_nats_and_the_papers_scale() -> None:
    nats, paper = figures.divergence_heatmap(MATRIX, 1000).axes
    assert [text.get_text() for text in nats.texts] == ["0.000", "0.125", "0.125", "0.000"]
    assert [text.get_text() for text in paper.texts] == ["0.00", "12.50", "12.50", "0.00"]


def test_lengths_show_medians() -> None:
    axes = figures.review_lengths({"books": [3, 5, 9], "music": [2, 2, 8, 9]}).axes[0]
    medians = [xdata(line)[0] for line in axes.get_lines() if line.get_color() == "#D55E00"]
    assert medians == [5, 5]


@pytest.mark.parametrize("name", DRAWN)
def test_no_two_texts_touch_and_none_leaves_the_page(name: str) -> None:
    figure = DRAWN[name]()
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    page = figure.bbox
    boxes = [
        (text.get_text(), text.get_rotation(), text.get_window_extent(canvas.get_renderer()))
        for text in drawn_texts(figure)
        if text.get_text()
    ]
    for words, _, box in boxes:
        assert page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1, words
        assert page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1, words
    upright = [(words, box) for words, rotation, box in boxes if rotation in (0, 90)]
    for (one, first), (other, second) in itertools.combinations(upright, 2):
        assert not first.shrunk(0.98, 0.9).overlaps(second.shrunk(0.98, 0.9)), (one, other)


def drawn_texts(figure: Drawing) -> Iterator[Text]:
    """Every text of the picture; matplotlib keeps labels of ticks that it does not draw."""
    yield from figure.texts
    for legend in figure.legends:
        yield from legend.get_texts()
    for axes in figure.axes:
        yield from axes.texts
        if axes.axison:
            yield axes.title
            for axis in (axes.xaxis, axes.yaxis):
                yield axis.label
                for tick in axis._update_ticks():  # type: ignore[union-attr]
                    if tick.label1.get_visible():
                        yield tick.label1


@pytest.mark.parametrize("name", DRAWN)
def test_pictures_are_opaque_fit_the_page_and_repeat(name: str) -> None:
    figure = DRAWN[name]()
    data, size = figure._repr_png_()
    assert size["width"] == 700
    assert data == DRAWN[name]().png()
    picture = Image.open(io.BytesIO(data))
    assert picture.width == 1120
    alpha = np.asarray(picture.convert("RGBA"))[:, :, 3]
    assert (alpha == 255).all()
    assert "Software" not in picture.info


@pytest.mark.filterwarnings("error")
def test_names_and_subwords_of_any_kind_can_be_drawn() -> None:
    assert drawable("▁€ 😀 \U0001f9ff") == "▁€ 😀 □"
    names = ("a$b_c$", "\U0001f9ff")
    assert figures.obtaining(results_table(falling, names)).png()
    assert figures.transferring(results_table(falling, names)).png()


EMPTY = TABLE.iloc[:0]
BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "missing column": (lambda: figures.obtaining(TABLE.drop(columns="round")), "'round'"),
    "empty table": (lambda: figures.obtaining(EMPTY), "no rows"),
    "no transfers": (
        lambda: figures.transferring(TABLE[TABLE["experiment"] == "obtain"]),
        "'transfer'",
    ),
    "unknown domain": (lambda: figures.obtaining(TABLE, ["films"]), "films.*books, music"),
    "unknown pair": (lambda: figures.transferring(TABLE, [("books", "films")]), "books:films"),
    "no domain": (lambda: figures.obtaining(TABLE, []), "name one"),
    "no test set": (lambda: figures.obtaining(TABLE.assign(test_reviews=0)), "n_test"),
    "two corpora": (
        lambda: figures.obtaining(pd.concat([TABLE, TABLE.assign(corpus="other")])),
        "'corpus'",
    ),
    "empty matrix": (lambda: figures.divergence_heatmap(MATRIX.iloc[:0, :0]), "same domains"),
    "not square": (lambda: figures.divergence_heatmap(MATRIX.iloc[:1]), "same domains"),
    "no lengths": (lambda: figures.review_lengths({}), "no domain"),
    "no reviews": (lambda: figures.review_lengths({"books": []}), "books"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_line(name: str) -> None:
    assert_refused(*BAD[name])
