"""Bits and survivors: nothing is lost on the way there and back, and little is kept."""

import numpy as np
import safetensors.numpy
import torch
from hypothesis import given
from hypothesis import strategies as st

from ltlib.compact import gather_survivors, metadata_of, pack_bits, spread_survivors, unpack_bits

SHAPES = st.lists(st.integers(0, 5), min_size=0, max_size=3).map(tuple)


@given(SHAPES, st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_masks_and_survivors_come_back(shape: tuple[int, ...], seed: int, density: float) -> None:
    generator = np.random.default_rng(seed)
    mask = torch.from_numpy(np.asarray(generator.random(shape) < density))
    value = torch.from_numpy(np.asarray(generator.standard_normal(shape, np.float32)))
    masks, values = {"w": mask}, {"w": value.where(mask, 0.0), "buffer": torch.tensor([3, 4])}
    packed = pack_bits(masks)
    assert packed["w"].nbytes == -(-mask.numel() // 8)
    assert torch.equal(unpack_bits(packed, {"w": shape})["w"], mask)
    gathered = gather_survivors(values, masks)
    entries = zip(value.flatten(), mask.flatten(), strict=True)
    assert gathered["w"].tolist() == [entry for entry, alive in entries if alive]
    back = spread_survivors(gathered, masks)
    assert back.keys() == values.keys()
    for name, dense in values.items():
        assert torch.equal(back[name], dense)
        assert back[name].dtype == dense.dtype


def test_masks_come_back_in_the_order_of_the_shapes() -> None:
    masks = {name: torch.tensor([True]) for name in ("b", "c", "a")}
    packed = dict(sorted(pack_bits(masks).items()))
    assert list(unpack_bits(packed, dict.fromkeys(masks, (1,)))) == ["b", "c", "a"]


def test_metadata_is_that_of_the_file() -> None:
    array = {"a": np.zeros(3)}
    assert metadata_of(safetensors.numpy.save(array)) == {}
    assert metadata_of(safetensors.numpy.save(array, {"of": "é"})) == {"of": "é"}
