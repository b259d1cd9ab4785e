"""Chains of tickets and transfers: what is kept, what is drawn anew, which streams are shared."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from ltlib.protocol import Protocol
from ltlib.pruning import apply_masks, layers, prune, survivors
from ltlib.streams import stream
from ltlib.tickets import Ticket, first_ticket, next_ticket, obtain_tickets, redrawn, train_ticket
from ltlib.training import Outcome, train
from ltlib.transfer import transfer_ticket
from tests.support import tiny
from tests.support.tiny import TEXT

PROTOCOL, SPLITS = tiny.packed()


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.equal(value, other[name]) for name, value in one.items())


@pytest.fixture(scope="module")
def reset() -> list[tuple[Ticket, Outcome]]:
    return list(obtain_tickets(TEXT, SPLITS, PROTOCOL, "a"))


@pytest.fixture(scope="module")
def random() -> list[tuple[Ticket, Outcome]]:
    return list(obtain_tickets(TEXT, SPLITS, PROTOCOL, "a", "ticket-random"))


def test_a_chain_prunes_what_it_trained(reset: list[tuple[Ticket, Outcome]]) -> None:
    assert [ticket.round for ticket, _ in reset] == [0, 1, 2, 3]
    for (before, outcome), (after, _) in pairwise(reset):
        masks = prune(outcome.trained, before.masks, PROTOCOL.prune_percent)
        assert same(masks, after.masks)
        for name, count in survivors(before.masks).items():
            assert survivors(after.masks)[name] == count - 35 * count // 100


def test_after_a_reset_survivors_equal_theta_0(reset: list[tuple[Ticket, Outcome]]) -> None:
    theta_0 = reset[0][0].initial
    for ticket, _ in reset:
        start = apply_masks(ticket.initial, ticket.masks)
        for name, mask in ticket.masks.items():
            assert torch.equal(start[name][mask], theta_0[name][mask])
            assert bool((start[name][~mask] == 0).all())


def test_random_draws_every_round_anew_and_has_masks_of_its_own(
    reset: list[tuple[Ticket, Outcome]], random: list[tuple[Ticket, Outcome]]
) -> None:
    assert same(reset[0][0].initial, random[0][0].initial), "round 0 is shared"
    assert same(reset[1][0].masks, random[1][0].masks), "so is the mask it leaves"
    values = [ticket.initial for ticket, _ in random]
    for i, one in enumerate(values):
        for other in values[i + 1 :]:
            assert not same(one, other)
    assert not same(reset[2][0].masks, random[2][0].masks)


def test_no_two_domains_replicates_or_seeds_share_theta_0() -> None:
    starts = [
        first_ticket(TEXT, PROTOCOL, source, seed, replicate).initial["embedding.weight"]
        for source in ("a", "b")
        for seed in (0, 1)
        for replicate in (0, 1)
    ]
    for i, one in enumerate(starts):
        for other in starts[i + 1 :]:
            assert abs(float(torch.corrcoef(torch.stack([one.ravel(), other.ravel()]))[0, 1])) < 0.4
            assert not torch.equal(one, other)


def test_streams_are_of_their_names_alone() -> None:
    assert stream(0, "a", 1).random() == stream(0, "a", 1).random()
    streams = [stream(0, "a", 1), stream(0, "a1"), stream(1, "a", 1), stream(0, 1, "a")]
    assert len({generator.random() for generator in streams}) == 4


def test_order_and_dropout_are_named_by_target_strategy_round_and_replicate() -> None:
    """A run equals training by hand with the stream of exactly these names."""
    ticket = first_ticket(TEXT, PROTOCOL, "a", 5, 2)
    outcome = train_ticket(ticket, SPLITS, "b", "masks-reset")
    by_hand = train(
        TEXT.network(PROTOCOL, ticket.initial, ticket.masks, 0, "cpu"),
        ticket.masks,
        SPLITS,
        PROTOCOL,
        stream(5, "training", 2, "b", "masks-reset", 0),
    )
    assert same(outcome.trained, by_hand.trained)


def test_masks_reset_takes_the_sources_values_and_random_a_fresh_draw(
    reset: list[tuple[Ticket, Outcome]],
) -> None:
    ticket = reset[2][0]
    _, target = tiny.packed(seed=1)
    names = ("training", 0, "b", "masks-reset", 2)
    network = TEXT.network(PROTOCOL, ticket.initial, ticket.masks, 2, "cpu")
    by_hand = train(network, ticket.masks, target, PROTOCOL, stream(0, *names))
    moved = transfer_ticket(ticket, "b", target, "masks-reset")
    assert same(moved.trained, by_hand.trained)
    anew = transfer_ticket(ticket, "b", target, "masks-random")
    drawn = redrawn(ticket, "b", "masks-random").initial
    assert not same(drawn, ticket.initial)
    names = ("training", 0, "b", "masks-random", 2)
    network = TEXT.network(PROTOCOL, drawn, ticket.masks, 2, "cpu")
    by_hand = train(network, ticket.masks, target, PROTOCOL, stream(0, *names))
    assert same(anew.trained, by_hand.trained)
    for name, mask in ticket.masks.items():
        assert bool((anew.trained[name][~mask] == 0).all()), "nothing pruned comes back"
    draws = [redrawn(replace(ticket, round=r), "b", "masks-random").initial for r in (1, 2)]
    assert not same(*draws)


def after_four_rounds(**reading: Any) -> Ticket:
    """Pruned by the magnitudes of its initial values, under the protocol changed so."""
    ticket = first_ticket(TEXT, replace(PROTOCOL, **reading), "a", 0, 0)
    for _ in range(4):
        ticket = next_ticket(replace(ticket, trained=ticket.initial), "ticket-reset")
    return ticket


def left(survivors: int, percent: int | Fraction) -> int:
    """Of so many, after four rounds: rounding up what stays."""
    for _ in range(4):
        survivors = math.ceil(survivors * (100 - Fraction(percent)) / 100)
    return survivors


def test_the_protocol_says_what_is_projected_together() -> None:
    """Each parameter by itself, weight and bias together, or weights alone."""
    sizes = {name: mask.numel() for name, mask in after_four_rounds().masks.items()}
    assert survivors(after_four_rounds().masks) == {n: left(s, 35) for n, s in sizes.items()}
    together = survivors(after_four_rounds(projection="layer").masks)
    for names in layers(sizes).values():
        assert sum(together[n] for n in names) == left(sum(sizes[n] for n in names), 35)
    assert together != survivors(after_four_rounds().masks)
    weights = survivors(after_four_rounds(projection="weights").masks)
    for name, size in sizes.items():
        assert weights[name] == (size if name.endswith(".bias") else left(size, 35)), name


def test_the_output_layer_goes_at_half_the_rate_where_the_protocol_says_so() -> None:
    found = survivors(after_four_rounds(halve_output=True).masks)
    for name, count in survivors(after_four_rounds().masks).items():
        size = after_four_rounds().masks[name].numel()
        expected = left(size, Fraction(35, 2)) if name.startswith("output.") else count
        assert found[name] == expected, name


def test_a_ticket_is_shown_in_a_line() -> None:
    """3 · 2 weights and 4 biases survive, of 3 · 4 and 8."""
    masks = {"a.weight": torch.zeros(3, 4, dtype=torch.bool), "a.bias": torch.zeros(8).bool()}
    masks["a.weight"][:, :2] = True
    masks["a.bias"][:4] = True
    ticket = Ticket(TEXT, PROTOCOL, "films", 7, 2, 5, masks, {"a.weight": torch.zeros(3, 4)})
    shown = "Ticket('films', round 5, replicate 2, seed 7: 50.00% sparse, 10 of 20 survive, "
    assert repr(ticket) == f"{shown}untrained)"
    assert repr(replace(ticket, trained={})) == f"{shown}trained)"
    assert len(repr(first_ticket(TEXT, Protocol.paper(), "films", 0, 0))) < 120


def test_next_ticket_wants_a_trained_one() -> None:
    with pytest.raises(AssertionError, match="trained"):
        next_ticket(first_ticket(TEXT, PROTOCOL, "a", 0, 0), "ticket-reset")


def test_domains_start_from_one_theta_where_the_protocol_says_so() -> None:
    def initial(source: str, replicate: int = 0, **changes: object) -> dict[str, Tensor]:
        protocol = replace(tiny.PROTOCOL, **changes)  # type: ignore[arg-type]
        return first_ticket(TEXT, protocol, source, 0, replicate).initial

    def alike(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
        return all(torch.equal(one[name], other[name]) for name in one)

    assert not alike(initial("a"), initial("b"))
    assert alike(initial("a", shared_initial=True), initial("b", shared_initial=True))
    assert not alike(initial("a", shared_initial=True), initial("a", 1, shared_initial=True))
