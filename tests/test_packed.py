"""Packed tickets: places come back exactly, values as near as three bytes can hold them."""

import json

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from ltlib.errors import InputError
from ltlib.packed import FORMAT, KEY, Sparse, about_packed, packed, unpacked

SHAPES = st.lists(st.lists(st.integers(0, 6), max_size=3), min_size=1, max_size=3)
EXPONENTS = 2.0 ** np.arange(-140, 120)


def ticket(shapes: list[list[int]], generator: np.random.Generator, density: float) -> Sparse:
    """Values of every magnitude a float32 has."""
    masks, values = {}, {}
    for number, shape in enumerate(shapes):
        mask = np.asarray(generator.random(shape) < density)
        scale = generator.choice(EXPONENTS, shape)
        value = np.asarray(generator.standard_normal(shape) * scale, np.float32)
        masks[f"p{number}"], values[f"p{number}"] = mask, np.where(mask, value, np.float32(0))
    return Sparse(masks, values)


def about(*domains: str) -> dict[str, object]:
    return {"round": 3, "domains": {domain: {} for domain in domains}}


@given(SHAPES, st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_tickets_come_back(shapes: list[list[int]], seed: int, density: float) -> None:
    generator = np.random.default_rng(seed)
    tickets = {domain: ticket(shapes, generator, density) for domain in ("b", "a/c")}
    back = unpacked(packed(tickets, about(*tickets)))
    assert list(back) == list(tickets)
    for domain, (masks, values) in tickets.items():
        assert list(back[domain].masks) == list(masks)
        for name, mask in masks.items():
            np.testing.assert_array_equal(back[domain].masks[name], mask)
            kept, true = back[domain].values[name], values[name]
            assert kept.dtype == np.float32 and not kept[~mask].any()
            normal = np.abs(true) >= np.finfo(np.float32).tiny  # below, digits are lost anyway
            np.testing.assert_allclose(kept[normal], true[normal], rtol=2.0**-16, atol=0)


def test_a_distance_takes_as_many_bytes_as_it_needs() -> None:
    """Seven bits a byte: 1 to 127 take one, up to 16,383 two, and so on."""
    for gap, size in ((1, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (3_000_000, 4)):
        mask = np.zeros(gap + 5, bool)
        mask[gap - 1] = True
        content = packed({"d": Sparse({"p": mask}, {"p": mask.astype(np.float32)})}, about("d"))
        tensors = safetensors.numpy.load(content)
        assert tensors["d/places"].shape == (size,) and tensors["d/values"].shape == (3, 1)
        np.testing.assert_array_equal(unpacked(content)["d"].masks["p"], mask)


def test_equal_tickets_give_equal_bytes_that_say_what_they_are() -> None:
    one, other = (
        packed({"d": ticket([[2, 3], [2]], np.random.default_rng(1), 0.5)}, about("d"))
        for _ in range(2)
    )
    assert one == other
    said = about_packed(one)
    assert said == about("d") | {"format": FORMAT, "parameters": [["p0", [2, 3]], ["p1", [2]]]}


def test_what_holds_no_packed_tickets_is_refused() -> None:
    content = packed({"d": ticket([[5]], np.random.default_rng(1), 0.5)}, about("d"))
    foreign = safetensors.numpy.save({"a": np.zeros(2)}, {"of": "another"})
    for bad in (b"", b"{}", content[:4], content[:40], foreign, b"\xff" * 200):
        with pytest.raises(InputError, match="no packed tickets"):
            about_packed(bad)
    with pytest.raises(InputError, match="no whole tickets"):
        unpacked(content[:-1])
    later = safetensors.numpy.save({}, {KEY: json.dumps({"format": FORMAT + 1})})
    with pytest.raises(InputError, match="later ltlib"):
        about_packed(later)
