"""One training run: Adam on the survivors, the best epoch by validation accuracy kept (§5.1)."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ltlib.adam import Adam
from ltlib.errors import DivergedError
from ltlib.evaluation import Evaluation, evaluated
from ltlib.networks.network import Examples, ExampleSplits, Network
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, apply_masks

Drawn = TypeVar("Drawn", bound=Examples)


@dataclass(frozen=True)
class Outcome:
    """What a training run leaves.

    `trained` are the values of the best epoch, parameters and buffers by name, and `validation` and
    `test` how they do; accuracies are fractions; epochs count from 1.
    """

    trained: dict[str, Tensor]
    validation_accuracies: list[float]
    best_epoch: int
    validation: Evaluation
    test: Evaluation
    seconds: float


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
    splits: ExampleSplits,
    protocol: Protocol,
    generator: np.random.Generator,
    device: str = "cpu",
) -> Outcome:
    """Train `model` under `masks` on the training split; test once, at the best epoch.

    The model's values are masked first; what is pruned stays exactly 0: its gradient is held at 0,
    and with it ℓ2's term and Adam's moments. Every survivor takes its step at every update, also
    one whose subword is not in the batch.

    Args:
        model: changed in place, and left as it was after the best epoch.
        masks: by the model's parameter names; a parameter without one is whole.
        generator: draws the order of the examples and dropout.
        device: where to compute; the outcome's values are on the CPU.

    Raises:
        DivergedError: a parameter is no longer finite.
    """
    begin = time.perf_counter()
    held = model.held(masks)
    state = model.state_dict()
    masked = apply_masks({name: state[name] for name in held}, held)
    model.load_state_dict(state | masked)
    model.to(device)
    with one_thread():
        best, evaluations = _best_epoch(model, held, splits, protocol, generator)
        model.load_state_dict(best)
        test = evaluated(model, splits.test)
    seconds = time.perf_counter() - begin
    accuracies = [evaluation.accuracy for evaluation in evaluations]
    number = best_of(accuracies)
    return Outcome(model.values(), accuracies, number, evaluations[number - 1], test, seconds)


def best_of(accuracies: Sequence[float]) -> int:
    """The best epoch, counted from 1: of equally good ones the earliest."""
    return accuracies.index(max(accuracies)) + 1


def _best_epoch(
    model: Network,
    masks: Masks,
    splits: ExampleSplits,
    protocol: Protocol,
    generator: np.random.Generator,
) -> tuple[dict[str, Tensor], list[Evaluation]]:
    """The state after the best epoch, and how each did on the validation split."""
    optimizer = Adam(model.parameters(), protocol.learning_rate, protocol.l2)
    holds = _holds(model, masks)
    # Apart, so that the order does not depend on how many random bits dropout takes.
    order, dropout = generator.spawn(2)
    evaluations: list[Evaluation] = []
    best: dict[str, Tensor] = {}
    for epoch in range(1, protocol.epochs + 1):
        model.train()
        for batch in batches(splits.train, protocol.batch_size, order):
            step(model, holds, optimizer, batch, dropout)
        if not all(bool(p.isfinite().all()) for p in model.parameters()):
            raise DivergedError(f"diverged in epoch {epoch}: a parameter is NaN or infinite")
        evaluations.append(evaluated(model, splits.validation))
        best_epoch = best_of([evaluation.accuracy for evaluation in evaluations])
        if best_epoch == epoch:
            best = {name: value.clone() for name, value in model.state_dict().items()}
        elif protocol.patience is not None and epoch - best_epoch >= protocol.patience:
            break
    return best, evaluations


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
    optimizer: Adam | torch.optim.Optimizer,
    batch: Examples,
    generator: np.random.Generator,
) -> Tensor:
    """One update from one batch; the loss before it."""
    device = next(model.parameters()).device
    loss = model.backpropagate(batch.to(device), generator)
    for parameter, mask in holds:
        if parameter.grad is not None:
            parameter.grad.mul_(mask)
    optimizer.step()
    return loss


def batches(examples: Drawn, size: int, generator: np.random.Generator) -> list[Drawn]:
    """One epoch: a uniform shuffle of the examples, cut into batches of `size`."""
    return examples.rows(generator.permutation(len(examples))).cut(size)
