"""The ℓ0 projection against a sort written in plain Python."""

import math
from fractions import Fraction
from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ltlib.protocol import Projection
from ltlib.pruning import (
    apply_masks,
    full_masks,
    prune,
    sparsity,
    survivors,
    survivors_after,
)

SHAPES = {"a.weight": (3, 4), "a.bias": (4,), "b.weight": (5,)}
# Few distinct magnitudes, so that ties are the rule.
VALUES = st.lists(st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0]), min_size=21, max_size=21)


def parameters_of(values: list[float]) -> dict[str, Tensor]:
    flat = torch.tensor(values)
    sizes = [torch.Size(shape).numel() for shape in SHAPES.values()]
    parts = flat.split(sizes)
    return {n: p.view(s) for (n, s), p in zip(SHAPES.items(), parts, strict=True)}


def plainly_pruned(values: list[float], alive: list[bool], percent: int) -> list[bool]:
    """Eq. 5 in plain Python: drop the first `percent` of the survivors, sorted by magnitude."""
    candidates = [(abs(v), i) for i, (v, a) in enumerate(zip(values, alive, strict=True)) if a]
    lost = {i for _, i in sorted(candidates)[: percent * len(candidates) // 100]}
    return [a and i not in lost for i, a in enumerate(alive)]


READINGS = st.sampled_from(get_args(Projection))


def collections(projection: str) -> list[list[str]]:
    """What each reading takes together, written out."""
    return {
        "tensor": [["a.weight"], ["a.bias"], ["b.weight"]],
        "layer": [["a.weight", "a.bias"], ["b.weight"]],
        "weights": [["a.weight"], ["b.weight"]],
    }[projection]


@given(st.lists(VALUES, min_size=1, max_size=4), st.integers(1, 99), READINGS)
def test_every_round_equals_the_plain_sort(
    rounds: list[list[float]], percent: int, projection: Projection
) -> None:
    masks = full_masks(parameters_of(rounds[0]))
    for values in rounds:
        parameters = parameters_of(values)
        pruned = prune(parameters, masks, percent, projection)
        for names in collections(projection):
            flat = [v for n in names for v in parameters[n].flatten().tolist()]
            alive = [a for n in names for a in masks[n].flatten().tolist()]
            found = [a for n in names for a in pruned[n].flatten().tolist()]
            assert found == plainly_pruned(flat, alive, percent)
        assert projection != "weights" or bool(pruned["a.bias"].all())
        masks = pruned


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=17, max_size=200), st.integers(1, 99))
def test_of_many_equal_magnitudes_the_first_go(values: list[float], percent: int) -> None:
    """Longer than what a sort leaves in its order unasked."""
    parameters = {"a.weight": torch.tensor(values)}
    pruned = prune(parameters, full_masks(parameters), percent)["a.weight"]
    assert pruned.tolist() == plainly_pruned(values, [True] * len(values), percent)


@given(VALUES, st.integers(1, 99))
def test_survivors_of_a_tensor_follow_the_integer_formula_and_nest(
    values: list[float], percent: int
) -> None:
    parameters = parameters_of(values)
    masks = full_masks(parameters)
    for _ in range(5):
        pruned = prune(parameters, masks, percent)
        for name, count in survivors(masks).items():
            assert survivors(pruned)[name] == count - percent * count // 100
        for name, mask in pruned.items():
            assert not bool((mask & ~masks[name]).any()), "something pruned came back"
        masks = pruned


def test_the_papers_tensors_after_twenty_rounds() -> None:
    """Rounded up in exact fractions; floats would round 35% elsewhere."""
    for size in (3_336_000, 158_877, 211_709, 264_541, 44_577, 234, 127, 117, 2):
        left = size
        for _ in range(20):
            expected = math.ceil(Fraction(65, 100) * left)
            left = survivors_after(left, 35)
            assert left == expected
    assert survivors_after(100, 35) == 65
    assert survivors_after(3, 35) == 2
    assert survivors_after(3, Fraction(35, 2)) == 3
    assert survivors_after(6, Fraction(35, 2)) == 5


def test_a_bias_of_two_survives_twenty_five_rounds() -> None:
    """Where weight and bias are projected together it goes, being smaller."""
    parameters = {"output.weight": torch.arange(1.0, 235).view(2, 117)}
    parameters["output.bias"] = torch.tensor([0.1, 0.2])
    masks = together = full_masks(parameters)
    for _ in range(25):
        masks = prune(parameters, masks, 35)
        together = prune(parameters, together, 35, "layer")
        assert masks["output.bias"].tolist() == [True, True]
    assert together["output.bias"].tolist() == [False, False]
    assert survivors(masks) == {"output.weight": 2, "output.bias": 2}


def test_a_layer_is_weight_and_bias_together() -> None:
    """A small bias goes before a large weight, whichever came first."""
    parameters = {"a.weight": torch.tensor([5.0, 4.0, 3.0]), "a.bias": torch.tensor([0.1])}
    pruned = prune(parameters, full_masks(parameters), 50, "layer")
    assert pruned["a.weight"].tolist() == [True, True, False]
    assert pruned["a.bias"].tolist() == [False]
    kept = prune(parameters, full_masks(parameters), 50, "layer", spared={"a.bias"})
    assert kept["a.bias"].tolist() == [True]
    assert kept["a.weight"].tolist() == [True, True, False]


def test_half_the_rate_for_the_layer_that_is_named() -> None:
    values = torch.arange(1.0, 21)
    parameters = {"hidden.weight": values, "output.weight": values, "output.bias": values[:4]}
    masks = full_masks(parameters)
    assert survivors(prune(parameters, masks, 35, halved="output")) == {
        "hidden.weight": 13, "output.weight": 17, "output.bias": 4,
    }  # fmt: skip
    assert survivors(prune(parameters, masks, 35, "layer", halved="output")) == {
        "hidden.weight": 13, "output.weight": 18, "output.bias": 2,
    }  # fmt: skip


def test_sparsity_counts_exact_zeros_over_all_parameters() -> None:
    parameters = parameters_of([float(i + 1) for i in range(21)])
    masks = prune(parameters, full_masks(parameters), 40)
    masked = apply_masks(parameters, masks)
    zeros = sum(int((value == 0).sum()) for value in masked.values())
    assert sparsity(masks) == pytest.approx(zeros / 21)
