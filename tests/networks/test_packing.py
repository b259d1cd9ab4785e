"""Reviews end to end: chosen, and cut into pieces."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from ltlib.networks.packing import Packed

TEXTS = st.lists(st.lists(st.integers(-1, 9), min_size=1, max_size=5), max_size=9)


def packed(texts: list[list[int]]) -> Packed:
    tokens = torch.tensor([token for text in texts for token in text], dtype=torch.int64)
    return Packed(tokens, np.cumsum([0, *map(len, texts)]), torch.arange(len(texts)))


def texts_of(batch: Packed) -> list[list[int]]:
    """Each review by its own offsets."""
    assert batch.offsets[0] == 0 and batch.offsets[-1] == len(batch.tokens)
    assert len(batch.offsets) == len(batch) + 1
    bounds = zip(batch.offsets, batch.offsets[1:], strict=False)
    return [batch.tokens[begin:end].tolist() for begin, end in bounds]


@given(TEXTS.filter(len), st.data())
def test_chosen_reviews_are_those_in_that_order(
    texts: list[list[int]], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=12))
    found = packed(texts).rows(np.array(chosen, np.int64))
    assert texts_of(found) == [texts[number] for number in chosen]
    assert found.labels.tolist() == chosen


@given(TEXTS, st.integers(1, 10))
def test_pieces_are_the_whole_in_order(texts: list[list[int]], size: int) -> None:
    pieces = packed(texts).cut(size)
    assert [text for piece in pieces for text in texts_of(piece)] == texts
    assert [label for piece in pieces for label in piece.labels.tolist()] == [*range(len(texts))]
    lengths = [len(piece) for piece in pieces]
    assert lengths[:-1] == [size] * (len(lengths) - 1)
    assert all(0 < length <= size for length in lengths)
