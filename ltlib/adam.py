"""Adam (Kingma & Ba 2015), ℓ2 in the gradient."""

from collections.abc import Iterable

import torch
from torch import nn


class Adam:
    """`torch.optim.Adam(fused=True)` without its book-keeping, which takes a small network longer
    than the update itself.

    Args:
        parameters: of one type and on one device; changed in place at each step, if they have a
            gradient.
        rate: of learning.
        l2: weight of ℓ2's term.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float, l2: float) -> None:
        self.parameters = list(parameters)
        self.rate, self.l2 = rate, l2
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps = [torch.zeros((), device=p.device) for p in self.parameters]

    @torch.no_grad()
    def step(self) -> None:
        """One update, by the gradients that lie in the parameters' `grad`."""
        every = zip(self.parameters, self.means, self.squares, self.steps, strict=True)
        moved = [(p, p.grad, *state) for p, *state in every if p.grad is not None]
        parameters, gradients, means, squares, steps = map(list, zip(*moved, strict=True))
        torch._foreach_add_(steps, 1)
        torch._fused_adam_(
            parameters, gradients, means, squares, [], steps,
            lr=self.rate, weight_decay=self.l2, beta1=0.9, beta2=0.999, eps=1e-8,
            amsgrad=False, maximize=False,
        )  # fmt: skip
