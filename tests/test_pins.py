"""What must never change unseen: the names of published runs, and the bytes that are stored.

Literal values, computed once: a field renamed, a stream named otherwise, another order of a
tensor's entries would pass every test that recomputes a formula.
"""

import hashlib
import json
from dataclasses import replace

from ltlib.experiments.planning import full_model, in_chain
from ltlib.protocol import Protocol
from ltlib.store.tickets import ticket_files, ticket_from
from ltlib.tickets import Ticket, first_ticket, next_ticket
from tests.support.project import ROOT
from tests.support.tiny import TEXT

VADER = "bbb4276c01a7a7a479218a6452e1e4d901dd09b5abcfdaee2415d2bb66753444"  # at laptop scale
PUBLISHED = full_model("vader", VADER, Protocol.laptop(), "movies")


def test_published_runs_keep_their_names() -> None:
    later = in_chain(PUBLISHED, 7, "ticket-random")
    moved = replace(
        PUBLISHED, experiment="transfer", strategy="masks-reset", target="tweets", round=12,
        replicate=3,
    )  # fmt: skip
    pinned = {
        PUBLISHED: "dbdd033972a38038b93600dc7056d101",
        later: "faa82365c9259ee41a9081b49f6899dd",
        moved: "64d643e885276549cf7b75f73c162d7b",
    }
    origin = json.loads((ROOT / "results" / "vader-laptop.provenance.json").read_text())
    for spec, name in pinned.items():
        assert spec.hash == name
        assert name in origin["runs"], "a run that was published"


def test_a_run_at_paper_scale_keeps_its_name() -> None:
    books = full_model("amazon", "0" * 64, Protocol.paper(), "books", replicate=4)
    moved = replace(books, experiment="transfer", strategy="masks-random", target="home", round=20)
    assert moved.hash == "46a45bf856de1f83abd66673dad21da4"


def sums(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def as_if_trained(ticket: Ticket) -> Ticket:
    """With its initial values for trained ones, so that no processor's rounding is in them."""
    values = {name: value * ticket.masks[name] for name, value in ticket.initial.items()}
    return replace(ticket, trained=values)


def test_a_stored_ticket_keeps_its_bytes() -> None:
    """θ₀, what is pruned, what is drawn anew, and how all of it is packed."""
    first = as_if_trained(first_ticket(TEXT, Protocol.smoke(), "movies", 0, 0))
    assert sums(ticket_files(first)) == {
        "initial.safetensors": "d0093952b487407f1b47a38b31f1f540507de24d1054f4e9880c0d7d75827c16",
        "masks.safetensors": "a36a341b77c88ea672b307ec1326139caaa7591cd89570c84817ad4af9c00673",
        "trained.safetensors": "2ac3270323cbba7016d9d04499dd9304a7d4d24b89aa5c4b867c29bcfa905e20",
    }
    random = as_if_trained(next_ticket(first, "ticket-random"))
    assert sums(ticket_files(random)) == {
        "masks.safetensors": "551d2e40531e1c13ede498cba74ac0e57fe52f065906c02aca8f496dbd03fc9e",
        "trained.safetensors": "d1372162961c06f7f7a1f061b6963925124b4d5eb0c0458abb53ba70ddbfa3b4",
    }


def test_weight_and_bias_together_are_pruned_as_ever() -> None:
    """What was the only way until the third version of the spec."""
    protocol = replace(Protocol.smoke(), projection="layer")
    first = as_if_trained(first_ticket(TEXT, protocol, "movies", 0, 0))
    random = as_if_trained(next_ticket(first, "ticket-random"))
    assert sums(ticket_files(random)) == {
        "masks.safetensors": "243fd8b2da3f48e027c82a39d88dc944c79a1fde9112c44e614fef5c3b32928a",
        "trained.safetensors": "b6c9576a91657a16e6efa006d72341d5d1936118334315f69a6f6522ad6cdffd",
    }


def test_a_ticket_that_was_stored_goes_on_as_one_that_was_not() -> None:
    """Files list a layer's parameters in another order than the network does."""
    spec = full_model("c", "h", Protocol.smoke(), "movies")
    first = as_if_trained(first_ticket(TEXT, Protocol.smoke(), "movies", 0, 0))
    assert first.trained is not None
    ties = {name: value.round() for name, value in first.trained.items()}  # many equal magnitudes
    first = replace(first, trained=ties)
    stored = ticket_from(TEXT, spec, ticket_files(first))
    one, other = next_ticket(first, "ticket-reset"), next_ticket(stored, "ticket-reset")
    assert sums(ticket_files(as_if_trained(one))) == sums(ticket_files(as_if_trained(other)))
