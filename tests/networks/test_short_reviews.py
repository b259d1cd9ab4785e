"""Reviews shorter than the highest filter: the one place where a network meets zero vectors."""

import numpy as np
import pytest
import torch
from torch import Tensor

from ltlib.data.reviews import Reviews
from ltlib.evaluation import scores_of
from ltlib.networks.packing import Packed, lay_out
from ltlib.networks.text_cnn import initial_parameters
from ltlib.pruning import full_masks
from ltlib.streams import stream
from tests.support import tiny
from tests.support.ways import KINDS, network_of

SHORT = [3, 4]  # two subwords, filled up to five rows
NEIGHBOURS = ([5] * 12, [6, 7, 8, 9, 10], [11], [2, 9, 2])


TRAINING = pytest.mark.parametrize("training", [True, False], ids=["as in training", "evaluated"])


def scored(kind: str, training: bool, values: dict[str, Tensor], batch: Packed) -> Tensor:
    network = network_of(kind, tiny.PROTOCOL, values, full_masks(values))
    if not training:
        return scores_of(network, batch)
    scores: Tensor = network(batch)
    return scores.detach()


def batch_of(*texts: list[int]) -> Packed:
    offsets = torch.from_numpy(np.cumsum([0, *map(len, texts)]))
    tokens = torch.tensor([token for text in texts for token in text], dtype=torch.int32)
    labels = torch.zeros(len(texts), dtype=torch.int64)
    return lay_out(Reviews(tokens, offsets, labels), max(tiny.PROTOCOL.heights))


@KINDS
@TRAINING
def test_its_windows_hold_zero_vectors_and_these_may_win(kind: str, training: bool) -> None:
    """With weights of -1 and positive embeddings the window with the fewest subwords wins.

    Of two subwords a and b in five rows that is for height 3 a window of nothing, for 4 one of b,
    for 5 the only one there is.
    """
    values = initial_parameters(tiny.PROTOCOL, stream(1, "test"))
    values["embedding.weight"] = values["embedding.weight"].abs() + 0.1
    for index in range(3):
        values[f"convolutions.{index}.weight"].fill_(-1.0)
        values[f"convolutions.{index}.bias"].fill_(100.0)
    a, b = values["embedding.weight"][SHORT].sum(1)
    features = torch.stack([torch.zeros(()), -b, -(a + b)]) + 100.0
    features = features.repeat_interleave(tiny.PROTOCOL.channels)
    hidden = torch.relu(values["hidden.weight"] @ features + values["hidden.bias"])
    expected = values["output.weight"] @ hidden + values["output.bias"]
    found = scored(kind, training, values, batch_of(SHORT))[0]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


@KINDS
@TRAINING
@pytest.mark.parametrize("place", range(len(NEIGHBOURS) + 1))
def test_its_scores_do_not_depend_on_the_batch(kind: str, training: bool, place: int) -> None:
    values = initial_parameters(tiny.PROTOCOL, stream(2, "test"))
    texts = [*NEIGHBOURS[:place], SHORT, *NEIGHBOURS[place:]]
    alone, together = (scored(kind, training, values, batch_of(*some)) for some in ([SHORT], texts))
    torch.testing.assert_close(together[place], alone[0], rtol=1e-5, atol=1e-6)


def test_of_no_reviews_nothing_is_filled_up() -> None:
    assert len(batch_of()) == 0
    assert batch_of().offsets.tolist() == [0]
