"""Runs trained at once are the runs trained each by itself, but for the order of sums."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import cross_entropy

from ltlib.errors import DivergedError
from ltlib.networks.packing import Packed
from ltlib.networks.precision import search_products, stacked_products
from ltlib.networks.stacked_text_cnn import StackedTextCNN
from ltlib.networks.text_cnn import build_model, initial_parameters, kept_on_device
from ltlib.protocol import Protocol, Search
from ltlib.pruning import apply_masks
from ltlib.strategies import TICKET_RESET
from ltlib.streams import stream
from ltlib.tickets import Ticket, first_ticket, next_ticket, train_ticket, train_tickets
from ltlib.training import Outcome
from tests.support import tiny
from tests.support.tiny import TEXT

WHOLE = replace(tiny.PROTOCOL, search="full", compiled=False, survivors_from=99, dropout=0.3)
PROTOCOL, SPLITS = tiny.packed(search="full", compiled=False, survivors_from=99, dropout=0.3)


def tickets_of(count: int, rounds: int, protocol: Protocol = PROTOCOL) -> list[Ticket]:
    found = [first_ticket(TEXT, protocol, "a", 0, replicate) for replicate in range(count)]
    for _ in range(rounds):
        found = [next_ticket(replace(t, trained=t.initial), TICKET_RESET) for t in found]
    return found


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("rounds", [0, 3])
def test_each_is_what_it_is_alone(count: int, rounds: int) -> None:
    tickets = tickets_of(count, rounds)
    together = train_tickets(tickets, SPLITS, "b", "masks-reset", "cpu")
    for ticket, found in zip(tickets, together, strict=True):
        alone = train_ticket(ticket, SPLITS, "b", "masks-reset")
        assert isinstance(found, Outcome)
        assert found.validation_accuracies == alone.validation_accuracies
        assert found.best_epoch == alone.best_epoch
        assert found.test.correct.tolist() == alone.test.correct.tolist()
        assert found.test.auc == alone.test.auc
        for name, value in alone.trained.items():
            torch.testing.assert_close(found.trained[name], value, rtol=1e-3, atol=1e-5)
            pruned = ~ticket.masks[name]
            assert not found.trained[name][pruned].any(), "what is pruned stays exactly 0"


def test_patience_ends_each_by_itself() -> None:
    protocol = replace(PROTOCOL, epochs=12, patience=2)
    tickets = tickets_of(4, 1, protocol)
    together = train_tickets(tickets, SPLITS, "a", "patient", "cpu")
    epochs = []
    for ticket, found in zip(tickets, together, strict=True):
        alone = train_ticket(ticket, SPLITS, "a", "patient")
        assert isinstance(found, Outcome)
        assert found.validation_accuracies == alone.validation_accuracies
        epochs.append(len(found.validation_accuracies))
    assert len(set(epochs)) > 1 and min(epochs) < 12


def test_one_that_diverges_takes_no_other_with_it() -> None:
    tickets = tickets_of(3, 1)
    wild = {name: value * torch.inf for name, value in tickets[1].initial.items()}
    tickets[1] = replace(tickets[1], initial=wild)
    first, second, third = train_tickets(tickets, SPLITS, "a", "wild", "cpu")
    assert isinstance(second, DivergedError)
    assert "diverged in epoch 1" in str(second)
    for ticket, found in ((tickets[0], first), (tickets[2], third)):
        alone = train_ticket(ticket, SPLITS, "a", "wild")
        assert isinstance(found, Outcome)
        assert found.validation_accuracies == alone.validation_accuracies


LENGTHS = st.lists(st.lists(st.integers(3, 9), min_size=2, max_size=2), min_size=1, max_size=4)


@settings(max_examples=30, deadline=None)
@given(LENGTHS, st.sampled_from([0.0, 0.3]), st.floats(0.05, 1), st.integers(0, 5), st.booleans())
def test_gradients_are_those_of_each_network_alone(
    lengths: list[list[int]], dropout: float, density: float, seed: int, zeros: bool
) -> None:
    """In double precision, of random batches of unequal length, ties and zero vectors."""
    protocol = replace(WHOLE, dropout=dropout, heights=(1, 2, 3))
    random = np.random.default_rng(seed)
    values, batches = [], []
    for number, own in enumerate(lengths):
        initial = initial_parameters(protocol, stream(seed, "stack", number))
        masks = {k: torch.from_numpy(random.random(v.shape) < density) for k, v in initial.items()}
        values.append({k: v.double() for k, v in apply_masks(initial, masks).items()})
        tokens = torch.from_numpy(random.integers(-1 if zeros else 0, 6, sum(own)))
        offsets = np.concatenate([[0], np.cumsum(own)])
        batches.append(Packed(tokens, offsets, torch.tensor([0, 1])))
    stack = StackedTextCNN(protocol, values, "cpu")
    scores = stack.scores(batches, [stream(0, "dropout", n) for n in range(len(values))])
    assert scores.shape == (len(values), 2, 2)
    labels = torch.tensor([0, 1] * len(values))
    cross_entropy(scores.flatten(0, 1), labels, reduction="sum").backward()
    for number, (own_values, batch) in enumerate(zip(values, batches, strict=True)):
        model = build_model(protocol, own_values).double()
        model.load_state_dict(own_values)
        alone = model(batch, stream(0, "dropout", number))
        torch.testing.assert_close(scores[number], alone, rtol=0, atol=1e-10)
        cross_entropy(alone, batch.labels, reduction="sum").backward()
        for name, parameter in model.named_parameters():
            gradient = stack.values[name].grad
            assert gradient is not None and parameter.grad is not None
            torch.testing.assert_close(gradient[number], parameter.grad, rtol=0, atol=1e-8)


@pytest.mark.parametrize("search", ["full", "bfloat16"])
def test_products_of_a_stack_are_those_of_each(search: Search) -> None:
    generator = torch.Generator().manual_seed(0)
    embedded = torch.randn(3, 40, 24, generator=generator)
    flat = torch.randn(3, 12, 24, generator=generator)
    found = stacked_products(embedded, flat, search)
    for n in range(3):
        one = search_products(embedded[n], flat[n], search)
        assert found.dtype == one.dtype
        torch.testing.assert_close(found[n], one, rtol=2**-7, atol=2**-6 if search != "full" else 0)


def test_what_a_device_keeps_is_drawn_from_our_stream() -> None:
    def kept(seed: int) -> Tensor:
        return kept_on_device(torch.empty(2_000, 500), 0.285, stream(seed, "dropout"))

    assert torch.equal(kept(0), kept(0))
    assert not torch.equal(kept(0), kept(1))
    share = float(kept(0).double().mean())
    assert abs(share - 0.715) < 4 * (0.715 * 0.285 / 1e6) ** 0.5
    generator = stream(0, "dropout")
    first, second = (kept_on_device(torch.empty(50), 0.5, generator) for _ in range(2))
    assert not torch.equal(first, second), "each batch has draws of its own"
