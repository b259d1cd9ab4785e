"""Adam's steps against the published algorithm, written as a loop over numbers."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ltlib.adam import Adam


def by_loop(value: float, gradients: list[float], rate: float, l2: float) -> float:
    """Kingma & Ba 2015, algorithm 1, the gradient of ℓ2's term added."""
    mean = square = 0.0
    for step, gradient in enumerate(gradients, 1):
        slope = gradient + l2 * value
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        change = mean / (1 - 0.9**step) / (math.sqrt(square / (1 - 0.999**step)) + 1e-8)
        value -= rate * change
    return value


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-3, 3), min_size=1, max_size=6), st.floats(1e-4, 0.1), st.floats(0, 0.1),
    st.floats(-2, 2),
)  # fmt: skip
def test_a_parameter_goes_as_the_algorithm_says(
    gradients: list[float], rate: float, l2: float, begin: float
) -> None:
    values = torch.tensor([begin, begin + 1], dtype=torch.float64)
    parameter, single = nn.Parameter(values.clone()), nn.Parameter(values[:1].clone())
    adam = Adam([parameter, single], rate, l2)
    for gradient in gradients:
        parameter.grad = torch.full_like(parameter, gradient)
        single.grad = torch.full_like(single, -gradient)
        adam.step()
    expected = [by_loop(value, gradients, rate, l2) for value in values.tolist()]
    assert parameter.tolist() == pytest.approx(expected, rel=1e-9, abs=1e-9)
    turned = by_loop(begin, [-gradient for gradient in gradients], rate, l2)
    assert single.item() == pytest.approx(turned, rel=1e-9, abs=1e-9)


def test_a_parameter_without_a_gradient_stays_and_takes_no_step() -> None:
    """Its first step is its first: a bias of the moments that is not yet there is not corrected."""
    late, moved = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    adam = Adam([late, moved], 0.1, 0.0)
    moved.grad = torch.ones(2)
    adam.step()
    assert late.tolist() == [1, 1]
    late.grad = torch.full((2,), 2.0)
    adam.step()
    assert late.tolist() == pytest.approx([by_loop(1, [2.0], 0.1, 0.0)] * 2)
    assert moved.tolist() == pytest.approx([by_loop(1, [1.0, 1.0], 0.1, 0.0)] * 2)
