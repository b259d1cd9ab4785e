"""What masks share: shares by a slow loop over the atlas, and drawn as they are."""

from dataclasses import replace

import numpy as np
import pytest

from ltlib import figures
from ltlib.errors import InputError
from ltlib.results.atlas import atlas_beside
from ltlib.results.overlap import ALONE, overlaps

RANDOM = np.random.default_rng(4)
LAYERS = {
    "embedding": (30, 8), "convolutions.0": (4, 24), "convolutions.1": (4, 32), "hidden": (4, 8),
    "output": (2, 4),
}  # fmt: skip
FATES = {d: {n: RANDOM.integers(0, 4, size) for n, size in LAYERS.items()} for d in "ab"}
UNTRAINED = {d: {n: np.where(RANDOM.random(f.shape) < 0.7, f, 0) for n, f in own.items()}
             for d, own in FATES.items()}  # fmt: skip
ATLAS = replace(atlas_beside("nowhere"), overlap=overlaps(FATES, UNTRAINED, range(4)))


def share(layers: list[str], round_: int, untrained: bool) -> float:
    """Of both domains' survivors, those that the other keeps, or pruning without training."""
    kept = both = 0
    for domain, other in ("ab", "ba"):
        for layer in layers:
            compared = UNTRAINED[domain] if untrained else FATES[other]
            for one, two in zip(FATES[domain][layer].flat, compared[layer].flat, strict=True):
                kept += int(one >= round_)
                both += int(one >= round_ and two >= round_)
    return both / kept


def test_shares_are_of_all_domains_together() -> None:
    found = figures.shared_weights(ATLAS).to_dict("records")
    layers = ["embedding", "filters", "hidden", "output"]
    assert list(dict.fromkeys(row["layer"] for row in found)) == layers
    for row in found:
        names = [n for n in LAYERS if n.startswith(row["layer"].replace("filters", "conv"))]
        others, own = (share(names, row["round"], untrained) for untrained in (False, True))
        assert row["kept by another domain's ticket"] == pytest.approx(others)
        assert row["kept by pruning its initial values"] == pytest.approx(own)
        alive = sum((FATES[d][n] >= row["round"]).sum() for d in "ab" for n in names)
        entries = sum(FATES[d][n].size for d in "ab" for n in names)
        assert row["by chance"] == pytest.approx(alive / entries)


def test_the_drawing_shows_them() -> None:
    shares = figures.shared_weights(ATLAS)
    drawing = figures.overlap(ATLAS)
    for axes in drawing.axes:
        own = shares[shares["layer"] == axes.get_title()]
        drawn = {str(line.get_label()): np.asarray(line.get_ydata()) for line in axes.get_lines()}
        for name, heights in drawn.items():
            assert heights.tolist() == pytest.approx((100 * own[name]).tolist())
        assert len(drawn) == 3


def test_tickets_that_start_alike_are_drawn_beside() -> None:
    """The other atlas has masks of its own; of them the share between domains alone is shown."""
    turned = {
        d: {n: np.roll(f, 3 + (d == "b")) for n, f in own.items()} for d, own in FATES.items()
    }
    turned["b"]["hidden"] = turned["a"]["hidden"]
    other = replace(ATLAS, overlap=overlaps(turned, UNTRAINED, range(4)))
    apart, beside = figures.shared_weights(ATLAS), figures.shared_weights(ATLAS, other)
    assert beside[apart.columns].equals(apart)
    (name,) = map(str, set(beside) - set(apart))
    there = figures.shared_weights(other)["kept by another domain's ticket"]
    assert beside[name].tolist() == pytest.approx(there.tolist())
    assert set(beside.loc[beside["layer"] == "hidden", name]) == {1.0}
    axes = figures.overlap(ATLAS, other).axes[0]
    drawn = {str(line.get_label()): np.asarray(line.get_ydata()) for line in axes.get_lines()}
    embedding = beside[beside["layer"] == "embedding"]
    assert drawn[name].tolist() == pytest.approx((100 * embedding[name]).tolist())
    assert figures.shared_weights(ATLAS, atlas_beside("nowhere")).equals(apart)


def test_one_domain_is_compared_with_chance_and_itself() -> None:
    alone = overlaps({"a": FATES["a"]}, {"a": UNTRAINED["a"]}, range(4))
    assert set(alone["target"]) == {ALONE}
    drawing = figures.overlap(replace(ATLAS, overlap=alone))
    assert len(drawing.axes[0].get_lines()) == 2


def test_an_older_atlas_is_refused() -> None:
    with pytest.raises(InputError, match="ltlib export --atlas"):
        figures.overlap(atlas_beside("nowhere"))
