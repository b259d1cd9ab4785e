"""The control: masks in random places, asked for beside the paper's runs and never among them."""

from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch

from ltlib.data.corpus import load_corpus
from ltlib.errors import InputError
from ltlib.experiments.domains import full_model, plan, shuffled
from ltlib.experiments.tasks import plan_experiment
from ltlib.protocol import Protocol
from ltlib.pruning import apply_masks
from ltlib.store.tickets import INITIAL, ticket_files
from ltlib.strategies import FULL_MODEL, MASKS_SHUFFLED, TICKET_RESET, Chosen
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


def test_the_control_adds_its_runs_and_changes_no_other() -> None:
    paper = plan(FIRST, "all", ["a", "b"], PAIRS)
    asked = plan(FIRST, "control", ["a", "b"], PAIRS)
    added = set(asked) - set(paper)
    assert [spec for spec in asked if spec not in added] == paper
    rounds = range(1, tiny.PROTOCOL.rounds + 1)
    assert {(s.experiment, s.source, s.target, s.round, s.replicate) for s in added} == {
        ("obtain" if source == target else "transfer", source, target, r, replicate)
        for source in "ab" for target in "ab" for r in rounds for replicate in (0, 1)
    }  # fmt: skip
    assert {spec.strategy for spec in added} == {MASKS_SHUFFLED}


def test_it_leans_on_the_reset_ticket_of_its_round() -> None:
    for spec in plan(FIRST, "control", ["a", "b"], PAIRS):
        if spec.strategy == MASKS_SHUFFLED:
            needs = needs_of(spec)
            assert needs is not None
            assert (needs.strategy, needs.source, needs.target, needs.round, needs.replicate) == (
                TICKET_RESET, spec.source, spec.source, spec.round, spec.replicate,
            )  # fmt: skip
        assert spec.round > 0 or spec.strategy in (FULL_MODEL, "masks-reset", "masks-random")


def test_as_many_survive_in_each_parameter_and_elsewhere() -> None:
    ticket = ticket_of()
    control = shuffled(ticket, "b")
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
        return shuffled(of, target).masks["embedding.weight"]

    assert torch.equal(places(ticket), places(ticket))
    others = [
        places(ticket, "c"),
        places(replace(ticket, round=3)),
        places(replace(ticket, replicate=1)),
        places(replace(ticket, seed=1)),
        places(replace(ticket, source="c")),
    ]
    assert not any(torch.equal(places(ticket), other) for other in others)


def test_what_is_measured_is_the_shuffled_network() -> None:
    """Its connected paths are those of the masks it trained under, not of the ticket's own."""
    ticket = ticket_of()
    ticket = replace(ticket, trained=apply_masks(ticket.initial, ticket.masks))
    spec = replace(
        FIRST, experiment="transfer", strategy=MASKS_SHUFFLED, target="b", round=ticket.round
    )
    files = ticket_files(ticket) | {INITIAL: safetensors.torch.save(ticket.initial)}
    metrics, kept = UNREAD.train(spec, files, tiny.packed(seed=1)[1])
    control = shuffled(ticket, "b")
    assert metrics["connected"] == TEXT.connected_paths(control.masks)
    assert metrics["connected"] != TEXT.connected_paths(ticket.masks)
    assert metrics["sparsity"] == ticket.sparsity
    assert kept == {}, "it keeps no ticket of its own"


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
