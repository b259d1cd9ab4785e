"""What is said of a network: counted by hand, the area by scikit-learn."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from ltlib.errors import InputError
from ltlib.evaluation import EVALUATION_BATCH, evaluated, evaluation_of, scores_of
from ltlib.networks.packing import Packed
from ltlib.networks.text_cnn import build_model, initial_parameters
from ltlib.streams import stream
from tests.support import tiny

# Few distinct scores, so that ties are the rule.
SCORED = st.lists(
    st.tuples(st.sampled_from([-1.5, -0.5, 0.0, 0.5, 3.0]), st.booleans()), min_size=2, max_size=40
)


@given(SCORED)
def test_the_area_is_that_of_scikit_learn(scored: list[tuple[float, bool]]) -> None:
    margins, labels = zip(*scored, strict=True)
    scores = torch.tensor([[1.0, 1.0 + margin] for margin in margins])
    found = evaluation_of(scores, torch.tensor(labels).long())
    if len(set(labels)) == 2:
        assert found.auc == pytest.approx(roc_auc_score(labels, margins), abs=1e-12)
    else:
        assert math.isnan(found.auc)
    assert found.ties == margins.count(0.0)
    assert found.correct.tolist() == [(m > 0) == label for m, label in scored]
    assert found.accuracy == pytest.approx(np.mean([(m > 0) == label for m, label in scored]))
    assert found.one_sided == (len({m > 0 for m in margins}) == 1)


def test_a_network_can_know_the_answer_and_not_say_it() -> None:
    """Every path speaks for the first class, and no bias can answer: right half of the time, with
    an area of 1.
    """
    protocol, _ = tiny.packed(hidden_size=2, search="full")
    values = {
        name: torch.zeros_like(value)
        for name, value in initial_parameters(protocol, stream(0, "initial")).items()
    }
    values["embedding.weight"][3, 0] = 1.0  # the one subword that is seen
    values["convolutions.0.weight"][0, 0, 0] = 1.0
    values["hidden.weight"][0, 0] = 1.0
    values["output.weight"][0, 0] = 1.0  # for the first class, as all that survives
    negative, positive = [3, 4, 4, 4, 4], [4, 4, 4, 4, 4]
    examples = Packed(
        torch.tensor([*negative, *positive] * 3), np.arange(0, 31, 5), torch.tensor([0, 1] * 3)
    )
    found = evaluated(build_model(protocol, values), examples)
    assert (found.accuracy, found.auc, found.ties, found.one_sided) == (0.5, 1.0, 3, True)
    values["output.bias"][1] = 0.5
    answered = evaluated(build_model(protocol, values), examples)
    assert (answered.accuracy, answered.auc, answered.ties) == (1.0, 1.0, 0)
    assert not answered.one_sided


def test_three_classes_have_no_area() -> None:
    scores = torch.tensor([[1.0, 2.0, 2.0], [3.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    found = evaluation_of(scores, torch.tensor([2, 0, 2]))
    assert math.isnan(found.auc)
    assert (found.correct.tolist(), found.ties, found.one_sided) == ([False, True, True], 1, False)


def test_accuracy_counts_by_hand() -> None:
    protocol, splits = tiny.packed()
    model = build_model(protocol, initial_parameters(protocol, stream(0, "initial")))
    scores = scores_of(model, splits.test).tolist()
    right = sum(
        (score[1] > score[0]) == bool(label)
        for score, label in zip(scores, splits.test.labels.tolist(), strict=True)
    )
    assert evaluated(model, splits.test).accuracy == right / len(scores)
    nothing = splits.test.rows(np.array([0]))
    nothing = Packed(nothing.tokens[:0], np.array([0]), nothing.labels[:0])
    with pytest.raises(InputError, match="nothing to evaluate on"):
        evaluated(model, nothing)


@pytest.mark.parametrize("count", [1, EVALUATION_BATCH, EVALUATION_BATCH + 1])
def test_every_example_is_evaluated(count: int) -> None:
    """Those of a last batch that is not full too: each is scored as it is alone."""
    protocol, splits = tiny.packed()
    model = build_model(protocol, initial_parameters(protocol, stream(0, "initial")))
    many = splits.test.rows(np.arange(count) % len(splits.test))
    alone = torch.cat([scores_of(model, many.rows(np.array([i]))) for i in range(count)])
    torch.testing.assert_close(scores_of(model, many), alone)
    right = (alone.argmax(1) == many.labels).tolist()
    evaluation = evaluated(model, many)
    assert (evaluation.correct.tolist(), evaluation.accuracy) == (right, sum(right) / count)
