"""The control: masks in random places, asked for beside the paper's runs and never among them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from ltlib.controls import shuffled
from ltlib.data.corpus import load_corpus
from ltlib.errors import InputError
from ltlib.experiments.planning import full_model, plan
from ltlib.experiments.tasks import plan_experiment
from ltlib.protocol import Protocol
from ltlib.pruning import apply_masks
from ltlib.store.tickets import INITIAL, ticket_files
from ltlib.strategies import (
    FULL_MODEL,
    MASKS_CONNECTED,
    MASKS_RANDOM,
    MASKS_RESET,
    MASKS_SHUFFLED,
    MASKS_STRATEGIES,
    SHUFFLED,
    TICKET_RESET,
    TICKET_STRATEGIES,
    Chosen,
)
from ltlib.tickets import Ticket, first_ticket, next_ticket, redrawn
from tests.support import tiny
from tests.support.data_helpers import write_folder
from tests.support.matrix import UNREAD, needs_of
from tests.support.tiny import TEXT

FIRST = full_model("tiny", "h", replace(tiny.PROTOCOL, replicates=2), "a")
PAIRS = [("a", "b"), ("b", "a")]


def ticket_of(rounds: int = 2) -> Ticket:
    ticket = first_ticket(TEXT, tiny.PROTOCOL, "a", 0, 0)
    for _ in range(rounds):
        ticket = next_ticket(replace(ticket, trained=ticket.initial), TICKET_RESET)
    return ticket


def sparse_ticket() -> Ticket:
    """A few survivors in each parameter, so that about half of all shuffles leave a path."""
    ticket = ticket_of()
    masks = {
        name: (torch.arange(mask.numel()) < (3 if mask.dim() > 1 else 1)).view_as(mask)
        for name, mask in ticket.masks.items()
    }
    masks["embedding.weight"] = torch.ones_like(masks["embedding.weight"])
    return replace(ticket, masks=masks)


def test_the_control_adds_its_runs_and_changes_no_other() -> None:
    paper = plan(FIRST, "all", ["a", "b"], PAIRS)
    asked = plan(FIRST, "control", ["a", "b"], PAIRS)
    added = set(asked) - set(paper)
    assert [spec for spec in asked if spec not in added] == paper
    rounds = range(1, tiny.PROTOCOL.rounds + 1)
    assert {(s.experiment, s.source, s.target, s.round, s.replicate) for s in added} == {
        ("obtain", domain, domain, r, replicate)
        for domain in "ab" for r in rounds for replicate in (0, 1)
    }  # fmt: skip
    assert {spec.strategy for spec in added} == {MASKS_RANDOM, MASKS_SHUFFLED}


def test_connected_ones_are_asked_for_where_others_are_cut_in_two() -> None:
    specs = plan(FIRST, "control", ["a"], [], [3], [0, 5, 13, 14, 20])
    assert [(s.strategy, s.round) for s in specs if s.strategy in SHUFFLED] == [
        (MASKS_SHUFFLED, 5), (MASKS_SHUFFLED, 13), (MASKS_SHUFFLED, 14), (MASKS_CONNECTED, 14),
        (MASKS_SHUFFLED, 20), (MASKS_CONNECTED, 20),
    ]  # fmt: skip
    assert {spec.replicate for spec in specs} == {3}
    chain = {(s.strategy, s.round) for s in specs if s.strategy in TICKET_STRATEGIES}
    assert chain == {(strategy, r) for strategy in TICKET_STRATEGIES for r in range(1, 21)}


def test_transfers_at_some_rounds_bring_whole_chains() -> None:
    specs = plan(FIRST, "transfer", [], [("a", "b")], [0, 2], [2, 1])
    moved = [(s.strategy, s.round, s.replicate) for s in specs if s.experiment == "transfer"]
    assert sorted(moved) == sorted(
        (strategy, r, n) for strategy in (MASKS_RESET, MASKS_RANDOM) for r in (1, 2) for n in (0, 2)
    )
    obtained = {(s.source, s.round) for s in specs if s.experiment == "obtain"}
    assert obtained == {(domain, r) for domain in "ab" for r in (0, 1, 2)}


def test_it_leans_on_the_reset_ticket_of_its_round() -> None:
    for spec in plan(FIRST, "control", ["a", "b"], PAIRS):
        if spec.experiment == "obtain" and spec.strategy in (MASKS_RANDOM, *SHUFFLED):
            needs = needs_of(spec)
            assert needs is not None
            assert (needs.strategy, needs.source, needs.target, needs.round, needs.replicate) == (
                TICKET_RESET, spec.source, spec.source, spec.round, spec.replicate,
            )  # fmt: skip
        assert spec.round > 0 or spec.strategy in (FULL_MODEL, "masks-reset", "masks-random")


def test_as_many_survive_in_each_parameter_and_elsewhere() -> None:
    ticket = ticket_of()
    control = shuffled(ticket, "b", MASKS_SHUFFLED)
    for name, mask in ticket.masks.items():
        assert control.masks[name].sum() == mask.sum()
    mask, other = ticket.masks["embedding.weight"], control.masks["embedding.weight"]
    kept, share = float(mask[other].double().mean()), float(mask.double().mean())
    assert abs(kept - share) < 0.2, "survivors meet survivors as often as chance has it"
    assert not torch.equal(mask, other)
    anew = redrawn(ticket, "b", MASKS_SHUFFLED).initial
    assert all(torch.equal(value, anew[name]) for name, value in control.initial.items())


def test_its_places_are_of_their_names_alone() -> None:
    """Another target, round, replicate or seed has other places; the same names the same."""
    ticket = ticket_of()

    def places(of: Ticket, target: str = "b") -> torch.Tensor:
        return shuffled(of, target, MASKS_SHUFFLED).masks["embedding.weight"]

    assert torch.equal(places(ticket), places(ticket))
    others = [
        places(ticket, "c"),
        places(replace(ticket, round=3)),
        places(replace(ticket, replicate=1)),
        places(replace(ticket, seed=1)),
        places(replace(ticket, source="c")),
    ]
    assert not any(torch.equal(places(ticket), other) for other in others)


def test_connected_ones_are_the_shuffled_ones_that_have_a_path() -> None:
    """Each as likely as any other such: of two hidden units, two weights in and two out."""
    ticket = sparse_ticket()
    found = [shuffled(replace(ticket, seed=n), "b", MASKS_CONNECTED) for n in range(300)]
    free = [shuffled(replace(ticket, seed=n), "b", MASKS_SHUFFLED) for n in range(300)]
    paths = [TEXT.connected_paths(control.masks) for control in found]
    assert min(paths) > 0
    other = [n for control in free if (n := TEXT.connected_paths(control.masks))]
    assert 30 < len(other) < 270, "else the comparison says nothing"
    assert abs(np.mean(np.array(paths) > 1) - np.mean(np.array(other) > 1)) < 0.12
    for control in found:
        assert {k: int(m.sum()) for k, m in control.masks.items()} == {
            k: int(m.sum()) for k, m in ticket.masks.items()
        }
    anew = redrawn(found[0], "b", MASKS_CONNECTED).initial
    assert all(torch.equal(value, anew[name]) for name, value in found[0].initial.items())


def test_without_a_path_to_be_had_it_is_an_error() -> None:
    ticket = sparse_ticket()
    bare = {name: torch.zeros_like(mask) for name, mask in ticket.masks.items()}
    with pytest.raises(InputError, match=r"round 2 of a has so few survivors.*earlier rounds"):
        shuffled(replace(ticket, masks=bare), "b", MASKS_CONNECTED)


def test_what_is_measured_is_the_shuffled_network() -> None:
    """Its connected paths are those of the masks it trained under, not of the ticket's own."""
    ticket = ticket_of()
    ticket = replace(ticket, trained=apply_masks(ticket.initial, ticket.masks))
    spec = replace(
        FIRST, experiment="transfer", strategy=MASKS_SHUFFLED, target="b", round=ticket.round
    )
    files = ticket_files(ticket) | {INITIAL: safetensors.torch.save(ticket.initial)}
    metrics, kept = UNREAD.train(spec, files, tiny.packed(seed=1)[1])
    control = shuffled(ticket, "b", MASKS_SHUFFLED)
    assert metrics["connected"] == TEXT.connected_paths(control.masks)
    assert metrics["connected"] != TEXT.connected_paths(ticket.masks)
    assert metrics["sparsity"] == ticket.sparsity
    assert kept == {}, "it keeps no ticket of its own"


def test_longer_training_is_of_what_trains_under_found_masks() -> None:
    """The chains are those of the other protocol, by name; what they are compared with is not."""
    protocol = replace(FIRST.protocol, retrain_epochs=7)
    longer = plan(replace(FIRST, protocol=protocol), "control", ["a", "b"], PAIRS)
    chains = {spec for spec in longer if spec.strategy not in MASKS_STRATEGIES}
    assert chains == set(plan(FIRST, "obtain", ["a", "b"], []))
    others = [spec for spec in longer if spec not in chains]
    short = [spec for spec in plan(FIRST, "control", ["a", "b"], PAIRS) if spec not in chains]
    at_home = [spec for spec in others if spec.target == spec.source]
    tickets = [spec for spec in at_home if spec.strategy == MASKS_RESET]
    assert {(s.source, s.round, s.replicate) for s in tickets} == {
        (s.source, s.round, s.replicate) for s in at_home
    }
    assert {replace(spec, protocol=FIRST.protocol) for spec in others if spec not in tickets} == {
        *short
    }
    for spec in others:
        assert UNREAD.needs(spec) in chains and UNREAD.first(spec) in chains
        assert spec.trained_by().epochs == 7
    assert all(spec.trained_by() == FIRST.protocol for spec in chains)


def test_longer_training_trains_longer() -> None:
    """Bit by bit: an epoch is a pass over the examples, and the first ones are the same."""
    ticket = ticket_of()
    ticket = replace(ticket, trained=apply_masks(ticket.initial, ticket.masks))
    files = ticket_files(ticket) | {INITIAL: safetensors.torch.save(ticket.initial)}
    splits = tiny.packed(seed=1)[1]
    told = {}
    for strategy in MASKS_STRATEGIES:
        spec = replace(FIRST, strategy=strategy, round=ticket.round)
        for epochs in (None, 5):
            own = replace(spec, protocol=replace(FIRST.protocol, retrain_epochs=epochs))
            told[epochs] = UNREAD.train(own, files, splits)[0]["epochs"]
        assert told == {None: FIRST.protocol.epochs, 5: 5}
        by_hand = replace(spec, protocol=replace(FIRST.protocol, epochs=5))
        one = UNREAD.train(own, files, splits)[0] | {"seconds": 0}
        assert one == UNREAD.train(by_hand, files, splits)[0] | {"seconds": 0}
    later = replace(FIRST, strategy=TICKET_RESET, round=ticket.round + 1)
    later = replace(later, protocol=replace(FIRST.protocol, retrain_epochs=5))
    assert UNREAD.train(later, files, splits)[0]["epochs"] == FIRST.protocol.epochs


def test_one_domain_has_its_control_and_no_transfer(tmp_path: Path) -> None:
    """Asked for alone; every other experiment with transfers needs two domains."""
    protocol = replace(Protocol.smoke(), split=(16, 8, 8), vocabulary_size=60, rounds=1)
    corpus = load_corpus(str(write_folder(tmp_path, ("ants", "bees"))), protocol)
    specs = plan_experiment(corpus, protocol, "control", ["bees"])
    assert {spec.experiment for spec in specs} == {"obtain"}
    assert MASKS_SHUFFLED in {spec.strategy for spec in specs}
    experiments: list[Chosen] = ["all", "transfer"]
    for experiment in experiments:
        with pytest.raises(InputError, match=r"needs two domains and there is one \(bees\);"):
            plan_experiment(corpus, protocol, experiment, ["bees"])
