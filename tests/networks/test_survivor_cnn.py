"""The network of survivors alone against the dense one under masks."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ltlib.evaluation import scores_of
from ltlib.networks.network import Network
from ltlib.networks.packing import Packed, lay_out
from ltlib.networks.survivor_cnn import LINEAR, Lists, SurvivorCNN
from ltlib.networks.text_cnn import TextCNN, build_model, initial_parameters
from ltlib.pruning import Masks, apply_masks
from ltlib.streams import stream
from ltlib.tickets import first_ticket, train_ticket
from ltlib.training import train
from tests.networks.test_epoch import Bits
from tests.support import tiny
from tests.support.tiny import TEXT
from tests.support.ways import network_of
from tests.test_training import ABSENT, dense_reference, random_masks

KINDS = pytest.mark.parametrize("kind", ["survivors", "compiled survivors"])
PROTOCOL = replace(tiny.PROTOCOL, dropout=0.285, search="full")


def gradients(
    model: Network, batch: Packed, bits: np.ndarray
) -> tuple[Tensor, list[Tensor | None]]:
    scores = model(batch, Bits(bits)).detach()
    model.backpropagate(batch, Bits(bits))
    return scores, [parameter.grad for parameter in model.parameters()]


def both(kind: str, share: float, seed: int) -> tuple[TextCNN, SurvivorCNN, Masks]:
    values = initial_parameters(PROTOCOL, stream(seed, "values"))
    masks = random_masks(values, share, seed)
    dense = build_model(PROTOCOL, apply_masks(values, masks)).double()
    survivors = network_of(kind, PROTOCOL, values, masks)
    assert isinstance(survivors, SurvivorCNN)
    return dense, survivors.double(), masks


@KINDS
@settings(max_examples=40, deadline=None)
@given(st.sampled_from([0.0, 0.03, 0.1, 0.3, 0.7, 1.0]), st.integers(1, 9), st.integers(0, 999))
def test_scores_and_gradients_are_those_of_the_dense_network(
    kind: str, share: float, reviews: int, seed: int
) -> None:
    """Given the same dropout, in float64, to 1e-8 relative (ties aside, which chance excludes)."""
    dense, survivors, masks = both(kind, share, seed)
    batch = lay_out(tiny.reviews(reviews, seed), 5)
    kept = masks["embedding.weight"][batch.tokens.clamp_min(0)] & (batch.tokens >= 0)[:, None]
    bits = np.random.default_rng(seed).integers(0, 2**16, kept.numel(), dtype=np.uint16)
    scores, dense_gradients = gradients(dense, batch, bits)
    again, vectors = gradients(survivors, batch, bits[kept.flatten().numpy()])
    torch.testing.assert_close(again, scores, rtol=1e-8, atol=1e-12)
    named = zip(dict(dense.named_parameters()), dense_gradients, strict=True)
    expected = torch.cat(
        [gradient[masks[name]] for name, gradient in named if gradient is not None]
    )
    torch.testing.assert_close(vectors[0], expected, rtol=1e-8, atol=1e-12)


def test_dense_parameters_are_the_masked_ones() -> None:
    values = initial_parameters(PROTOCOL, stream(0, "values"))
    masks = random_masks(values, 0.4)
    found = SurvivorCNN(PROTOCOL, values, masks).values()
    for name, value in apply_masks(values, masks).items():
        assert torch.equal(found[name], value)
        assert not found[name].requires_grad, "it would hold on to the network"


@KINDS
def test_an_epoch_equals_the_dense_loop(kind: str) -> None:
    protocol, splits = tiny.packed(epochs=1, dropout=0.0, learning_rate=1e-3)
    values = initial_parameters(protocol, stream(3, "initial"))
    masks = random_masks(values, 0.2)
    model = network_of(kind, protocol, values, masks).double()
    train(model, {}, splits, protocol, stream(0, "training"))
    for name, reference in dense_reference(protocol, splits, masks, values).items():
        torch.testing.assert_close(model.values()[name], reference, rtol=1e-7, atol=1e-9, msg=name)


@pytest.mark.parametrize("compiled", [True, False])
def test_idle_survivors_decay_and_the_pruned_stay_zero(compiled: bool) -> None:
    fields = {"absent": ABSENT, "survivors_from": 1, "compiled": compiled}
    protocol, splits = tiny.packed(**fields, l2=1e-2, epochs=2)
    ticket = first_ticket(TEXT, protocol, "a", 0, 0)
    ticket = replace(ticket, round=1, masks=random_masks(ticket.initial, 0.5))
    outcome = train_ticket(ticket, splits, "a", "ticket-reset")
    for name, mask in ticket.masks.items():
        assert bool((outcome.trained[name][~mask] == 0).all())
    alive = ticket.masks["embedding.weight"][ABSENT]
    before = ticket.initial["embedding.weight"][ABSENT][alive]
    after = outcome.trained["embedding.weight"][ABSENT][alive]
    assert len(after) > 0
    assert bool((after.abs() < before.abs()).all()), "coupled ℓ2 reaches what no review touches"


@pytest.mark.parametrize("compiled", [True, False])
def test_the_round_decides_which_is_used_and_both_learn_alike(compiled: bool) -> None:
    """Without dropout the two ways differ by rounding alone."""
    protocol, splits = tiny.packed(survivors_from=1, compiled=compiled, dropout=0.0, epochs=1)
    ticket = first_ticket(TEXT, protocol, "a", 0, 0)
    ticket = replace(ticket, round=1, masks=random_masks(ticket.initial, 0.5))
    ours = train_ticket(ticket, splits, "a", "ticket-reset")
    dense = replace(ticket, protocol=replace(protocol, survivors_from=2))
    theirs = train_ticket(dense, splits, "a", "ticket-reset")
    different = 0
    for name, value in ours.trained.items():
        torch.testing.assert_close(value, theirs.trained[name], rtol=1e-3, atol=1e-4)
        different += int((value != theirs.trained[name]).sum())
    assert different > 0, "the same bits: one way was taken twice"


@KINDS
def test_evaluation_agrees_and_does_not_depend_on_the_batch(kind: str) -> None:
    dense, survivors, _ = both(kind, 0.3, 5)
    reviews = lay_out(tiny.reviews(30, 4), 5)
    torch.testing.assert_close(scores_of(survivors, reviews), scores_of(dense, reviews))
    alone = scores_of(survivors, reviews.rows(np.array([7])))
    torch.testing.assert_close(alone[0], scores_of(survivors, reviews)[7])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.data())
def test_lists_are_laid_end_to_end(counts: list[int], data: st.DataObject) -> None:
    starts = np.cumsum([0, *counts[:-1]]).tolist()
    chosen = data.draw(st.lists(st.integers(0, len(counts) - 1), max_size=8))
    lists = Lists(torch.tensor(starts), torch.tensor(counts))
    owners, indices = lists.of(torch.tensor(chosen, dtype=torch.int64))
    expected = [(o, starts[c] + i) for o, c in enumerate(chosen) for i in range(counts[c])]
    assert list(zip(owners.tolist(), indices.tolist(), strict=True)) == expected


@pytest.mark.parametrize("round_", [2, 8])
def test_products_fall_with_the_square_of_density(round_: int) -> None:
    """What the cost follows: products of an embedding entry and a filter weight."""
    protocol = replace(PROTOCOL, vocabulary_size=50, embedding_size=60, channels=40)
    values = initial_parameters(protocol, stream(0, "values"))
    density = 0.65**round_
    model = SurvivorCNN(protocol, values, random_masks(values, density))
    products = sum(int(model.weights.counts[k]) for k in model.entry_dimension)
    every = torch.arange(protocol.vocabulary_size)
    assert model.products(every) == products, "each subword once: each of its entries once"
    assert model.products(every.repeat(2)) == 2 * products
    expected = density**2 * 50 * 60 * 40 * 12
    assert math.isclose(products, expected, rel_tol=0.25)


@KINDS
@pytest.mark.parametrize("share", [0.1, 1.0])
def test_layers_after_pooling_have_the_bits_of_automatic_differentiation(
    kind: str, share: float
) -> None:
    """As if each were alone in memory: where a matrix begins can change a product's bits."""
    protocol = replace(PROTOCOL, channels=127, hidden_size=117, dropout=0.0)
    values = initial_parameters(protocol, stream(0, "values"))
    masks = random_masks(values, share, 0)
    network = network_of(kind, protocol, values, masks)
    assert isinstance(network, SurvivorCNN)
    layers = network.layers(network.alive.detach())
    assert all(layer.data_ptr() % 64 == 0 for layer in layers)
    batch = lay_out(tiny.reviews(20, 0), 5)
    features, *linear = [layer.clone().requires_grad_() for layer in layers]
    pooled = network.pooled(batch, None).detach()
    hidden = torch.nn.functional.linear(torch.relu(pooled + features), *linear[:2])
    scores = torch.nn.functional.linear(torch.relu(hidden), *linear[2:])
    found = network(batch)
    assert torch.equal(found, scores)
    torch.nn.functional.cross_entropy(scores, batch.labels).backward()
    network.backpropagate(batch, np.random.default_rng())
    gradient = network.alive.grad
    assert gradient is not None
    for name, layer in zip(LINEAR, linear, strict=True):
        assert layer.grad is not None
        own = gradient[network.slices[name]]
        assert torch.equal(own, layer.grad.flatten()[network.places[name]]), name
