"""Training runs that differ in their replicate alone, all at once (§5.1)."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ltlib.errors import DivergedError
from ltlib.evaluation import Evaluation, evaluated
from ltlib.networks.network import Examples, ExampleSplits, Network, Stack
from ltlib.protocol import Protocol
from ltlib.pruning import Masks
from ltlib.training import Outcome, batches, best_of, one_thread


class _Progress:
    """How one of the networks does, and its values at its best."""

    def __init__(self) -> None:
        self.evaluations: list[Evaluation] = []
        self.best: dict[str, Tensor] = {}
        self.ended: DivergedError | bool = False

    def accuracies(self) -> list[float]:
        return [evaluation.accuracy for evaluation in self.evaluations]

    def add(self, network: Network, values: dict[str, Tensor], splits: ExampleSplits) -> None:
        """What it has become after another epoch."""
        epoch = len(self.evaluations) + 1
        if not all(bool(value.isfinite().all()) for value in values.values()):
            self.ended = DivergedError(f"diverged in epoch {epoch}: a parameter is NaN or infinite")
            return
        network.load_state_dict(values)
        self.evaluations.append(evaluated(network, splits.validation))
        if best_of(self.accuracies()) == epoch:
            self.best = {name: value.clone() for name, value in values.items()}

    def stop_after(self, patience: int | None) -> None:
        """End if it has had no better epoch for so many."""
        if patience is not None and self.evaluations:
            late = len(self.evaluations) - best_of(self.accuracies())
            self.ended = self.ended or late >= patience

    def outcome(self, network: Network, splits: ExampleSplits) -> Outcome | DivergedError:
        """What its best epoch leaves, tested now."""
        if isinstance(self.ended, DivergedError):
            return self.ended
        network.load_state_dict(self.best)
        number = best_of(self.accuracies())
        test = evaluated(network, splits.test)
        return Outcome(
            network.values(), self.accuracies(), number, self.evaluations[number - 1], test, 0.0
        )


def train_together(
    stack: Stack,
    networks: Sequence[Network],
    masks: Sequence[Masks],
    splits: ExampleSplits,
    protocol: Protocol,
    generators: Sequence[np.random.Generator],
) -> list[Outcome | DivergedError]:
    """As `training.train` each network by itself, but for the order of sums.

    Args:
        stack: changed in place.
        networks: one for each of the stack's, on its device, to be evaluated.
        masks, generators: as `train` takes them, one for each.

    Returns:
        An outcome for each, its `seconds` an equal part of all; or why there is none.
    """
    begin = time.perf_counter()
    progress = [_Progress() for _ in networks]
    with one_thread():
        _train_all(stack, networks, progress, masks, splits, protocol, generators)
        found = [
            own.outcome(network, splits) for network, own in zip(networks, progress, strict=True)
        ]
    seconds = (time.perf_counter() - begin) / len(networks)
    return [replace(one, seconds=seconds) if isinstance(one, Outcome) else one for one in found]


def _train_all(
    stack: Stack,
    networks: Sequence[Network],
    progress: Sequence[_Progress],
    masks: Sequence[Masks],
    splits: ExampleSplits,
    protocol: Protocol,
    generators: Sequence[np.random.Generator],
) -> None:
    holds = {
        name: torch.stack([own[name] for own in masks]).to(value)
        for name, value in stack.values.items()
        if name in masks[0]
    }
    with torch.no_grad():
        for name, hold in holds.items():
            stack.values[name].mul_(hold)
    optimizer = torch.optim.Adam(
        list(stack.values.values()), protocol.learning_rate, weight_decay=protocol.l2, fused=True
    )
    draws = [generator.spawn(2) for generator in generators]  # order and dropout, as in `train`
    for _ in range(protocol.epochs):
        epochs = [batches(splits.train, protocol.batch_size, order) for order, _ in draws]
        for parts in zip(*epochs, strict=True):
            step_together(stack, holds, optimizer, parts, [dropout for _, dropout in draws])
        for n, (network, own) in enumerate(zip(networks, progress, strict=True)):
            if not own.ended:
                values = {name: value[n].detach() for name, value in stack.values.items()}
                own.add(network, values, splits)
                own.stop_after(protocol.patience)
        if all(own.ended for own in progress):
            return


def step_together(
    stack: Stack,
    holds: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    parts: Sequence[Examples],
    generators: Sequence[np.random.Generator],
) -> None:
    """One update of every network from a batch of its own."""
    device = next(iter(stack.values.values())).device
    parts = [part.to(device) for part in parts]
    scores = stack.scores(parts, generators)
    labels = torch.stack([part.labels for part in parts])
    # A mean over each network's examples: what one network loses has no part in another's gradient.
    loss = cross_entropy(scores.flatten(0, 1), labels.flatten(), reduction="sum") / labels.shape[1]
    optimizer.zero_grad()
    loss.backward()
    for name, hold in holds.items():
        gradient = stack.values[name].grad
        if gradient is not None:
            gradient.mul_(hold)
    optimizer.step()
