"""One training run: Adam on the survivors, the best epoch by validation accuracy kept (§5.1)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ltlib.errors import DivergedError, InputError
from ltlib.networks.network import Examples, ExampleSplits, Network
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, apply_masks

EVALUATION_BATCH = 64  # examples; fixed, so that the same weights give the same bits


@dataclass(frozen=True)
class Outcome:
    """What a training run leaves.

    `trained` are the values of the best epoch, parameters and buffers by name; accuracies are
    fractions; epochs count from 1.
    """

    trained: dict[str, Tensor]
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
        best, accuracies, best_epoch = _best_epoch(model, held, splits, protocol, generator)
        model.load_state_dict(best)
        test_accuracy = accuracy(model, splits.test)
    seconds = time.perf_counter() - begin
    return Outcome(model.values(), accuracies, best_epoch, test_accuracy, seconds)


def _best_epoch(
    model: Network,
    masks: Masks,
    splits: ExampleSplits,
    protocol: Protocol,
    generator: np.random.Generator,
) -> tuple[dict[str, Tensor], list[float], int]:
    """The state after the best epoch, validation accuracies of all, and which was the best."""
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
        model.train()
        for chosen in batches(len(splits.train), protocol.batch_size, order):
            step(model, holds, optimizer, splits.train.rows(chosen), dropout)
        if not all(bool(p.isfinite().all()) for p in model.parameters()):
            raise DivergedError(f"diverged in epoch {epoch}: a parameter is NaN or infinite")
        accuracies.append(accuracy(model, splits.validation))
        if best_epoch == 0 or accuracies[-1] > accuracies[best_epoch - 1]:
            best_epoch = epoch
            best = {name: value.clone() for name, value in model.state_dict().items()}
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
    batch: Examples,
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


def batches(examples: int, size: int, generator: np.random.Generator) -> list[np.ndarray]:
    """One epoch: a uniform shuffle of the examples' numbers, cut into batches of `size`."""
    order = generator.permutation(examples)
    return [order[start : start + size] for start in range(0, examples, size)]


@torch.no_grad()
def scores_of(model: Network, examples: Examples) -> Tensor:
    """Class scores `[examples, classes]` in evaluation, without dropout, on the CPU."""
    device = next(model.parameters()).device
    model.eval()
    scorer = model.scorer()
    parts = [
        examples.rows(np.arange(start, min(start + EVALUATION_BATCH, len(examples))))
        for start in range(0, len(examples), EVALUATION_BATCH)
    ]
    return torch.cat([scorer(part.to(device)).cpu() for part in parts])


def accuracy(model: Network, examples: Examples) -> float:
    """Fraction of `examples` whose largest score is that of their label.

    Raises:
        InputError: there are none.
    """
    if len(examples) == 0:
        raise InputError("there is nothing to evaluate on; ask for a larger split")
    predicted = scores_of(model, examples).argmax(dim=1)
    return float((predicted == examples.labels).double().mean())
