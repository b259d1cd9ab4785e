"""One training run: Adam on the survivors, the best epoch by validation accuracy kept (§5.1)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ltlib.errors import DivergedError, InputError
from ltlib.networks.packing import Packed, PackedSplits
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, apply_masks

EVALUATION_BATCH = 64  # reviews; fixed, so that the same weights give the same bits


class Network(nn.Module):
    """What the training loop asks of a network: called with a batch and, in training, a generator
    for its dropout, it gives class scores `[reviews, classes]`.
    """

    def scorer(self) -> Callable[[Packed], Tensor]:
        """Scores without dropout, for as long as the parameters stay as they are."""
        return self


@dataclass(frozen=True)
class Outcome:
    """What a training run leaves.

    `parameters` are those of the best epoch; accuracies are fractions; epochs count from 1.
    """

    parameters: dict[str, Tensor]
    validation_accuracies: list[float]
    best_epoch: int
    test_accuracy: float
    seconds: float

    @property
    def validation_accuracy(self) -> float:
        """Of the best epoch."""
        return self.validation_accuracies[self.best_epoch - 1]


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums in a fixed order: the same bits wherever a run is trained."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def train(
    model: Network,
    masks: Masks,
    splits: PackedSplits,
    protocol: Protocol,
    generator: np.random.Generator,
    device: str = "cpu",
) -> Outcome:
    """Train `model` under `masks` on the training split; test once, at the best epoch.

    The model's values are masked first; what is pruned stays exactly 0: its gradient is held at 0,
    and with it ℓ2's term and Adam's moments. Every survivor takes its step at every update, also
    one whose subword is not in the batch.

    Args:
        model: changed in place, and left with the outcome's parameters.
        masks: by the model's parameter names; a parameter without one is whole.
        generator: draws the order of the reviews and dropout.
        device: where to compute; the outcome's parameters are on the CPU.

    Raises:
        DivergedError: a parameter is no longer finite.
    """
    begin = time.perf_counter()
    state = model.state_dict()
    masked = apply_masks({name: state[name] for name in masks}, masks)
    model.load_state_dict(state | masked)
    model.to(device)
    with one_thread():
        parameters, accuracies, best_epoch = _best_epoch(model, masks, splits, protocol, generator)
        model.load_state_dict(parameters)
        test_accuracy = accuracy(model, splits.test)
    seconds = time.perf_counter() - begin
    return Outcome(parameters, accuracies, best_epoch, test_accuracy, seconds)


def _best_epoch(
    model: Network,
    masks: Masks,
    splits: PackedSplits,
    protocol: Protocol,
    generator: np.random.Generator,
) -> tuple[dict[str, Tensor], list[float], int]:
    """Parameters of the best epoch, validation accuracies of all, and which was the best."""
    optimizer = torch.optim.Adam(
        model.parameters(), lr=protocol.learning_rate, weight_decay=protocol.l2, fused=True
    )
    holds = _holds(model, masks)
    # Apart, so that the order does not depend on how many random bits dropout takes.
    order, dropout = generator.spawn(2)
    accuracies: list[float] = []
    best: dict[str, Tensor] = {}
    best_epoch = 0
    for epoch in range(1, protocol.epochs + 1):
        for chosen in batches(len(splits.train), protocol.batch_size, order):
            step(model, holds, optimizer, splits.train.rows(chosen), dropout)
        if not all(bool(p.isfinite().all()) for p in model.parameters()):
            raise DivergedError(f"diverged in epoch {epoch}: a parameter is NaN or infinite")
        accuracies.append(accuracy(model, splits.validation))
        if best_epoch == 0 or accuracies[-1] > accuracies[best_epoch - 1]:
            best_epoch = epoch
            best = {name: p.detach().cpu().clone() for name, p in model.named_parameters()}
        elif protocol.patience is not None and epoch - best_epoch >= protocol.patience:
            break
    return best, accuracies, best_epoch


def _holds(model: Network, masks: Masks) -> list[tuple[nn.Parameter, Tensor]]:
    """Parameters of which something is pruned, each with its mask as a factor of its gradient."""
    return [
        (parameter, masks[name].to(parameter))
        for name, parameter in model.named_parameters()
        if name in masks and not bool(masks[name].all())
    ]


def step(
    model: Network,
    holds: list[tuple[nn.Parameter, Tensor]],
    optimizer: torch.optim.Optimizer,
    batch: Packed,
    generator: np.random.Generator,
) -> Tensor:
    """One update from one batch; the loss before it."""
    device = next(model.parameters()).device
    batch = batch.to(device)
    loss = nn.functional.cross_entropy(model(batch, generator), batch.labels)
    optimizer.zero_grad()
    loss.backward()
    for parameter, mask in holds:
        if parameter.grad is not None:
            parameter.grad.mul_(mask)
    optimizer.step()
    return loss.detach()


def batches(reviews: int, size: int, generator: np.random.Generator) -> list[np.ndarray]:
    """One epoch: a uniform shuffle of the review numbers, cut into batches of `size`."""
    order = generator.permutation(reviews)
    return [order[start : start + size] for start in range(0, reviews, size)]


@torch.no_grad()
def scores_of(model: Network, reviews: Packed) -> Tensor:
    """Class scores `[reviews, 2]` without dropout, on the CPU."""
    device = next(model.parameters()).device
    scorer = model.scorer()
    parts = [
        reviews.rows(np.arange(start, min(start + EVALUATION_BATCH, len(reviews))))
        for start in range(0, len(reviews), EVALUATION_BATCH)
    ]
    return torch.cat([scorer(part.to(device)).cpu() for part in parts])


def accuracy(model: Network, reviews: Packed) -> float:
    """Fraction of `reviews` whose larger score is that of their label.

    Raises:
        InputError: there are no reviews.
    """
    if len(reviews) == 0:
        raise InputError("there are no reviews to evaluate on; ask for a larger split")
    predicted = scores_of(model, reviews).argmax(dim=1)
    return float((predicted == reviews.labels).double().mean())
