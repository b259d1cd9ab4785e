"""What is drawn of a ticket being found is what there is: lines, planes, the curve, their words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from tests.support.watched_piece import AFTER_ONE, AFTER_TWO, WEIGHTS, Piece, opened_piece

# Counts the lines that each canvas shows, by its class and its network: full, and dotted ones.
COUNT_LINES = """
window.drawn = {};
const { lineTo, scale } = CanvasRenderingContext2D.prototype;
const key = ({ canvas }) => `${canvas.className} ${canvas.parentElement?.dataset.strategy}`;
CanvasRenderingContext2D.prototype.scale = function (...factors) {
  window.drawn[key(this)] = { full: 0, dotted: 0 }; // a picture begins
  return scale.apply(this, factors);
};
CanvasRenderingContext2D.prototype.lineTo = function (...place) {
  window.drawn[key(this)][this.getLineDash()[0] === 1 ? "dotted" : "full"] += 1;
  return lineTo.apply(this, place);
};
"""


@pytest.fixture
def piece(browser: webdriver.Chrome, site: Path) -> Iterator[Piece]:
    with opened_piece(browser, site) as opened:
        yield opened


def test_every_weight_is_a_line(piece: Piece) -> None:
    def lines() -> list[dict[str, int]]:
        found: list[dict[str, int]] = piece.browser.execute_script(
            "return ['reset', 'random'].map(name => window.drawn[`watch-network ${name}`])"
        )
        return found

    piece.browser.execute_script(COUNT_LINES)
    piece.press("restart")
    for action, full, dotted in (
        ("", WEIGHTS, 0),
        ("train", WEIGHTS, 0),
        ("prune", AFTER_ONE, WEIGHTS - AFTER_ONE),
        ("rewind", AFTER_ONE, 0),
        ("train", AFTER_ONE, 0),
        ("prune", AFTER_TWO, AFTER_ONE - AFTER_TWO),
    ):
        if action:
            piece.do(action)
        assert lines() == [{"full": full, "dotted": dotted}] * 2


def test_pictures_tell_their_state(piece: Piece) -> None:
    for action in ("train", "prune", "rewind"):
        piece.do(action)
    for strategy in ("reset", "random"):
        side = f"[data-strategy={strategy}]"
        for picture, words in ((".watch-network", strategy), (".watch-plane", "Points")):
            label = piece.label(f"{side} {picture}")
            assert words in label
            assert label.endswith(f"round 1, {AFTER_ONE} of {WEIGHTS} weights, not trained")
    pictures = piece.browser.find_elements("css selector", ".ltlib-watch canvas")
    assert {picture.get_attribute("role") for picture in pictures} == {"img"}
    assert len(pictures) == 5


def test_each_network_is_drawn_by_itself(piece: Piece) -> None:
    def pictures() -> list[tuple[str, str]]:
        """By kind, that of reset and that of random."""
        found: list[str] = piece.browser.execute_script(
            "return ['network', 'plane'].flatMap(kind => ['reset', 'random'].map(side => "
            "document.querySelector(`[data-strategy=${side}] .watch-${kind}`).toDataURL()))"
        )
        return [(found[0], found[1]), (found[2], found[3])]

    assert all(reset == random for reset, random in pictures())
    begun = pictures()
    for action in ("train", "prune"):
        piece.do(action)
        assert all(reset == random for reset, random in pictures()), "round 0 is that of both"
    assert pictures() != begun
    for action in ("rewind", "train"):
        piece.do(action)
        assert all(reset != random for reset, random in pictures())


def test_the_plane_shows_what_a_network_takes_a_place_for(piece: Piece) -> None:
    """A network made by hand, that takes for class 1 what lies above y = 1 - 2x."""
    colours = piece.browser.execute_script("""
        const canvas = document.querySelector(".watch-plane");
        const { TENSORS, sizeOf } = watchedNetwork;
        const values = TENSORS.map((tensor) => new Float64Array(sizeOf(tensor)));
        const [first, firstBias, second, , output, outputBias] = values;
        first.set([20, 10]); // the first unit of each layer; nothing else is connected
        firstBias[0] = 100;
        second[0] = output[16] = 1;
        outputBias[0] = 110;
        const train = [{ x: 2, y: -1, label: 0 }, { x: -2, y: 1, label: 1 }];
        watchedDrawing.drawPlane(canvas, { values, points: { train } });
        const side = canvas.width, copy = new OffscreenCanvas(side, side);
        const pen = copy.getContext("2d", { willReadFrequently: true });
        pen.drawImage(canvas, 0, 0);
        const place = (value) => Math.round(((value / 2.5 + 1) / 2) * side);
        const at = (x, y) => [...pen.getImageData(place(x), place(-y), 1, 1).data].slice(0, 3);
        return [at(2, 2), at(-2, -2), at(-2, 2), at(2, -2), at(0, 1.2), at(0, 0.8), at(2, -1),
          at(-2, 1)];
    """)
    sand, sky, ink, white = [244, 213, 141], [207, 227, 245], [26, 26, 26], [255, 255, 255]
    *corners, above, below, full, hollow = colours
    assert corners == [sky, sand, sand, sky]
    for seen, near, far in ((above, sky, sand), (below, sand, sky)):
        assert sum(map(abs, map(int.__sub__, seen, near))) < sum(
            map(abs, map(int.__sub__, seen, far))
        )
    assert (full, hollow) == (ink, white)


def test_the_curve_shows_the_accuracies(piece: Piece) -> None:
    """Dots of each curve in line with the marks of 50%, 75% and 100%."""
    for action in ("train", "prune", "rewind") * 2:
        piece.do(action)
    piece.do("train")
    drawn = piece.browser.execute_script("""
        const { arc, fillRect, moveTo, fillText } = CanvasRenderingContext2D.prototype;
        const found = { reset: [], random: [], scale: [], names: [] };
        const pen = CanvasRenderingContext2D.prototype;
        pen.arc = function (x, y, ...rest) { found.reset.push(y); arc.call(this, x, y, ...rest); };
        pen.fillRect = function (x, y, ...rest) { found.random.push(y + 4); };
        pen.moveTo = function (x, y) { found.scale.push(y); moveTo.call(this, x, y); };
        pen.fillText = function (text, x, y) { found.names.push([text, y]); };
        const box = document.querySelector(".ltlib-watch");
        watchedCurve.drawCurve(document.querySelector(".watch-curve"), box.chains());
        Object.assign(pen, { arc, fillRect, moveTo, fillText });
        return found;
    """)
    half, three_quarters, whole = drawn["scale"][:3]
    assert half - three_quarters == pytest.approx(three_quarters - whole)
    for column, strategy in ((2, "reset"), (3, "random")):
        shares = [float(row[column].rstrip("%")) / 100 for row in piece.rows()]
        expected = [half + (whole - half) * (share - 0.5) / 0.5 for share in shares]
        assert drawn[strategy] == pytest.approx(expected, abs=0.1)
    names = dict(drawn["names"])
    assert (names["reset"] < names["random"]) == (drawn["reset"][-1] < drawn["random"][-1])
    assert [text for text, _ in drawn["names"] if text.isdigit()] == (
        ["0", "34", "56", "70", "80", "86", "90", "93", "94"]
    )


def test_pictures_follow_the_theme(piece: Piece) -> None:
    def grounds() -> list[list[int]]:
        """The lightest and the darkest colour of each picture, as sums of red, green and blue."""
        found: list[list[int]] = piece.browser.execute_script("""
            return [...document.querySelectorAll(".ltlib-watch canvas")].map((canvas) => {
              const { width, height } = canvas;
              const copy = new OffscreenCanvas(width, height);
              const pen = copy.getContext("2d", { willReadFrequently: true });
              pen.drawImage(canvas, 0, 0);
              const { data } = pen.getImageData(0, 0, width, height);
              let [low, high] = [765, 0];
              for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] < 255) continue;
                const sum = data[i] + data[i + 1] + data[i + 2];
                [low, high] = [Math.min(low, sum), Math.max(high, sum)];
              }
              return [low, high];
            });""")
        return found

    piece.do("train")
    seen = {}
    for theme in ("light", "dark"):
        piece.browser.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
        piece.browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")
        seen[theme] = grounds()
    for light, dark in zip(seen["light"], seen["dark"], strict=True):
        assert light[0] < 150, "dark marks on a light ground"
        assert dark[1] > 600, "light marks on a dark ground"


def test_the_curve_grows_when_a_training_ends(piece: Piece) -> None:
    def curve() -> str:
        return str(piece.browser.execute_script("return arguments[0].toDataURL()", place))

    place = piece.find(".watch-curve")
    seen = [curve()]
    for grows in (True, False, False, True):
        piece.do(("train", "prune", "rewind")[(len(seen) - 1) % 3])
        seen.append(curve())
        assert (seen[-1] != seen[-2]) == grows
    piece.press("restart")
    assert curve() == seen[0]
