"""How well a network does on examples: how often it is right, and what it knows beside that."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ltlib.errors import InputError
from ltlib.networks.network import Examples, Network

EVALUATION_BATCH = 64  # examples; fixed, so that the same weights give the same bits


@dataclass(frozen=True)
class Evaluation:
    """What class scores say of a split.

    A network whose scores all speak for one class is right half of the time, however well it tells
    the classes apart: its accuracy does not show that, the area under its ROC curve does.

    Attributes:
        correct: of each example, whether its label is the class of the largest score; of equal
            scores the first class counts.
        auc: area under the ROC curve of two classes, by the difference of their scores: how often
            an example of the second lies above one of the first, a tie counted half (Hanley &
            McNeil 1982). Not a number of more classes than two, or of one alone.
        ties: examples whose largest score two classes share.
        one_sided: all examples are judged alike.
    """

    correct: NDArray[np.bool_]
    auc: float
    ties: int
    one_sided: bool

    @property
    def accuracy(self) -> float:
        """Fraction that is judged rightly."""
        return float(self.correct.mean())


def evaluated(model: Network, examples: Examples) -> Evaluation:
    """How `model` judges `examples`, without dropout.

    Raises:
        InputError: there are none.
    """
    if len(examples) == 0:
        raise InputError("there is nothing to evaluate on; ask for a larger split")
    return evaluation_of(scores_of(model, examples), examples.labels)


def evaluation_of(scores: Tensor, labels: Tensor) -> Evaluation:
    """What class scores `[examples, classes]` say of examples with these `labels` `[examples]`."""
    judged = scores.argmax(dim=1)
    first, second = scores.topk(2, dim=1).values.unbind(dim=1)
    return Evaluation(
        (judged == labels).numpy(),
        area_under_roc(scores, labels),
        int((first == second).sum()),
        bool((judged == judged[0]).all()),
    )


def area_under_roc(scores: Tensor, labels: Tensor) -> float:
    """The share of pairs of two classes that are in order, a tie counted half: see `Evaluation`."""
    if scores.shape[1] != 2 or len(labels.unique()) < 2:
        return float("nan")
    margins, positive = scores.double().diff().flatten().numpy(), (labels == 1).numpy()
    negatives = np.sort(margins[~positive])
    below = np.searchsorted(negatives, margins[positive], "left")
    not_above = np.searchsorted(negatives, margins[positive], "right")
    pairs = int(positive.sum()) * len(negatives)
    return float((below + not_above).sum() / (2 * pairs))


@torch.no_grad()
def scores_of(model: Network, examples: Examples) -> Tensor:
    """Class scores `[examples, classes]` in evaluation, without dropout, on the CPU."""
    device = next(model.parameters()).device
    model.eval()
    scorer = model.scorer()
    parts = examples.cut(EVALUATION_BATCH)
    return torch.cat([scorer(part.to(device)).cpu() for part in parts])
