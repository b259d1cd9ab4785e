"""Tickets of a store as a page of the book loads them: see `ltlib.results.packed_tickets`."""

import hashlib
from collections.abc import Sequence
from typing import Any

from ltlib.data.portable import portable
from ltlib.errors import InputError
from ltlib.experiments.chains import Chains
from ltlib.packed import Sparse, packed
from ltlib.results.packed_tickets import ROUND, VOCABULARY
from ltlib.strategies import TICKET_RESET
from ltlib.tickets import Ticket
from ltlib.versions import version_of


def packed_tickets(chains: Chains, rounds: Sequence[int]) -> dict[str, bytes]:
    """The files of a folder of packed tickets, by name: all domains in these rounds.

    Raises:
        InputError: the chains have no such round; a ticket is not stored.
    """
    last = chains.protocol.rounds
    for round_ in rounds:
        if not 0 <= round_ <= last:
            raise InputError(f"no tickets of round {round_}: the store has rounds 0 to {last}")
    vocabulary = portable(chains.corpus.vocabulary).encode()
    digest = hashlib.sha256(vocabulary).hexdigest()
    files = {ROUND.format(round_): _round(chains, round_, digest) for round_ in rounds}
    return {VOCABULARY: vocabulary} | files


def _round(chains: Chains, round_: int, vocabulary: str) -> bytes:
    protocol = chains.protocol
    tickets = {domain: chains.ticket(domain, round_) for domain in sorted(chains.domains)}
    about: dict[str, Any] = {
        "ltlib": version_of("ltlib"),
        "corpus": chains.corpus.name,
        "corpus_hash": chains.corpus.hash,
        "protocol": protocol.differences(),
        "heights": list(protocol.heights),
        "max_length": protocol.max_length,
        "strategy": TICKET_RESET,
        "seed": chains.seed,
        "replicate": 0,
        "round": round_,
        "vocabulary": vocabulary,  # sha256 of the file beside it
        "domains": {
            domain: {
                "sparsity": ticket.sparsity,
                "survivors": sum(int(mask.sum()) for mask in ticket.masks.values()),
                "test_accuracy": chains.test_accuracy(domain, round_),
            }
            for domain, ticket in tickets.items()
        },
    }
    return packed({domain: _sparse(ticket) for domain, ticket in tickets.items()}, about)


def _sparse(ticket: Ticket) -> Sparse:
    assert ticket.trained is not None, "a store keeps trained tickets"
    return Sparse(
        {name: mask.numpy() for name, mask in ticket.masks.items()},
        {name: ticket.trained[name].numpy() for name in ticket.masks},
    )
