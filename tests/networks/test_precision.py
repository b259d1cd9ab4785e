"""The search for maxima in bfloat16: where it may differ from the exact one, and where not."""

import itertools
import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ltlib.networks.pooling import max_pooled_convolutions
from ltlib.networks.precision import BLOCK, native_bfloat16, search_path, search_products
from tests.networks.test_pooling import LENGTHS, by_loops, case

CPU = torch.device("cpu")
UNIT = 2.0**-8  # rounding to the nearest of 8 significant bits errs by this share at most


@pytest.fixture(params=["as this machine does it", "emulated"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """This machine; one without bfloat16 instructions."""
    if request.param == "emulated":
        monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
        assert not native_bfloat16(CPU)
    how: str = request.param
    return how


def factors(total: int = 50, rows: int = 24, size: int = 33) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(total, size, generator=generator), torch.randn(
        rows, size, generator=generator
    )


@pytest.mark.usefixtures("machine")
def test_products_are_those_of_rounded_factors() -> None:
    """Rounded as NumPy rounds: to the nearest number of 8 significant bits, then multiplied."""

    def rounded(values: torch.Tensor) -> np.ndarray:
        mantissa, exponent = np.frexp(values.double().numpy())
        return np.ldexp(np.rint(mantissa * 2**8) / 2**8, exponent)

    embedded, flat = factors()
    expected = rounded(embedded) @ rounded(flat).T
    found = search_products(embedded, flat, "bfloat16").double().numpy()
    scale = np.abs(rounded(embedded)) @ np.abs(rounded(flat)).T
    assert np.all(np.abs(found - expected) <= UNIT * np.abs(expected) + 1e-5 * scale)


@pytest.mark.parametrize(("rows", "block"), [(24, 2 * BLOCK), (1524, BLOCK)])
@pytest.mark.parametrize(
    ("length", "shares"),  # of a block, of which the last ends with part of one
    [
        (0.001, [1 / 4]), (1 / 4, [1 / 4]), (0.26, [1 / 2]), (0.51, [1]), (1, [1]),
        (1.01, [1, 1 / 4]), (3.4, [1, 1, 1, 1 / 2]),
    ],
)  # fmt: skip
def test_batches_of_any_size_make_three_shapes(
    rows: int, block: int, length: float, shares: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Products are taken block by block, and nothing of what fills them up comes back."""
    total = math.ceil(length * block)
    shapes: list[int] = []
    monkeypatch.setattr(torch.Tensor, "__matmul__", watched(shapes))
    embedded, flat = factors(total, rows)
    found = search_products(embedded, flat, "bfloat16")
    assert shapes == [share * block for share in shares]
    assert found.shape == (total, len(flat))
    one_by_one = [search_products(row[None], flat, "bfloat16") for row in embedded[-3:]]
    torch.testing.assert_close(found[-3:], torch.cat(one_by_one), rtol=2 * UNIT, atol=1e-3)


def watched(shapes: list[int]) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """The matrix product, that notes how many rows it is given."""
    multiply = torch.Tensor.__matmul__

    def product(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        shapes.append(len(left))
        return multiply(left, right)

    return product


def test_full_precision_is_the_product_itself() -> None:
    embedded, flat = (f.double() for f in factors())
    expected = np.einsum("te,re->tr", embedded.numpy(), flat.numpy())
    np.testing.assert_allclose(search_products(embedded, flat, "full").numpy(), expected)


@settings(max_examples=25, deadline=None)
@given(LENGTHS, st.integers(0, 2**16))
def test_the_value_is_a_windows_own_and_nearly_the_largest(lengths: list[int], seed: int) -> None:
    """In float64: what is found lies below the maximum by no more than bfloat16's error."""
    embedded, weights, offsets = case(lengths, seed)
    found = max_pooled_convolutions(embedded, weights, offsets, "bfloat16")
    largest = by_loops(embedded, weights, offsets)
    sizes = by_loops(embedded.abs(), [weight.abs() for weight in weights], offsets)
    # Two factors and their sum are rounded, in each of the two windows that are compared.
    assert bool((found <= largest + 1e-12).all())
    assert bool((found >= largest - 6.1 * UNIT * sizes).all())
    own = by_loops_everywhere(embedded, weights, offsets)
    for review, filters in enumerate(own):
        for filter_, values in enumerate(filters):
            assert float((values - found[review, filter_]).abs().min()) < 1e-12


def by_loops_everywhere(
    embedded: torch.Tensor, weights: list[torch.Tensor], offsets: np.ndarray
) -> list[list[torch.Tensor]]:
    """Every window's response: by review, by filter."""
    reviews = [embedded[a:b] for a, b in itertools.pairwise(offsets.tolist())]
    return [
        [
            (review.unfold(0, len(weight), 1) * weight[:, channel].T).sum((1, 2))
            for weight in weights
            for channel in range(weight.shape[1])
        ]
        for review in reviews
    ]


@pytest.mark.usefixtures("machine")
def test_without_near_ties_value_and_gradient_are_exact() -> None:
    """Each review rises at its end: the search cannot miss the last window, and rounds no value."""
    embedded, weights, offsets = case([9, 7, 11], 4)
    weights = [weight.abs() for weight in weights]
    embedded = 1e-3 * embedded
    rising = 2.0 ** torch.arange(5, dtype=torch.float64)[:, None]
    for end in offsets[1:]:
        embedded[end - 5 : end] += rising
    leaves = [embedded, *weights]
    results = []
    for compute in (partial(max_pooled_convolutions, search="bfloat16"), by_loops):
        copies = [leaf.clone().requires_grad_() for leaf in leaves]
        pooled = compute(copies[0], copies[1:], offsets)
        results.append([pooled, *torch.autograd.grad(pooled.square().sum(), copies)])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)


def test_a_run_says_which_path_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    assert search_path("full", CPU) == "full precision"
    for found, said in [
        ({"avx512_bf16": True, "amx_bf16": False}, "bfloat16"),
        ({"avx512_bf16": False, "amx_bf16": True}, "bfloat16"),
        ({"avx512_f": True}, "bfloat16, emulated in float32"),
    ]:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda found=found: found)
        assert search_path("bfloat16", CPU) == said
        assert search_path("bfloat16", torch.device("cuda")) == "bfloat16", "whatever the CPU does"
