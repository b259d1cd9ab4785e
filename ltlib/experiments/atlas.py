"""The atlas of tickets in a store: `ltlib.results.atlas` says what it holds."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ltlib.data.corpus import Corpus, as_corpus
from ltlib.data.distances import distances
from ltlib.data.mixtures import with_mixtures
from ltlib.experiments.chains import Chains, chains_of_stores
from ltlib.paths import default_store
from ltlib.protocol import Protocol
from ltlib.pruning import layer_of
from ltlib.results.atlas import Atlas, atlas_of
from ltlib.results.output_layer import Masks, Values
from ltlib.results.settings import EVERY_SETTING, Wanted
from ltlib.store.store import Store
from ltlib.strategies import TICKET_RESET
from ltlib.tickets import Ticket, next_ticket


def make_atlas(
    corpus: Corpus | str,
    protocol: Protocol,
    domains: Sequence[str],
    seed: int = 0,
    store: str | Path | None = None,
) -> Atlas:
    """The atlas of the tickets of `domains` in the run store, rounds 0 to `protocol.rounds`.

    Raises:
        InputError: a ticket is not stored; more rounds than there are letters; a corpus made for
            another protocol.
    """
    corpus = with_mixtures(as_corpus(corpus, protocol), domains)
    corpus.check_domains(domains)
    return _atlas(Chains(corpus, protocol, domains, seed, [Store(store or default_store())]))


def atlas_of_stores(stores: Sequence[Store], wanted: Wanted = EVERY_SETTING) -> Atlas:
    """The atlas of the tickets in `stores`, whichever of them holds a chain.

    Raises:
        InputError: they hold no tickets, or those of several settings; a ticket is missing; the
            corpus cannot be loaded or has changed.
    """
    return _atlas(chains_of_stores(stores, wanted))


def _atlas(chains: Chains) -> Atlas:
    alone: dict[str, list[Masks]] = {}
    masks: dict[str, list[Masks]] = {}
    output: dict[str, list[Values]] = {}
    for domain in sorted(chains.domains):  # as in a results table, so that colours agree
        masks[domain], output[domain] = [], []
        for round_ in range(chains.protocol.rounds + 1):
            found = chains.ticket(domain, round_)
            assert found.trained is not None
            layer = {n: v for n, v in found.trained.items() if layer_of(n) == "output"}
            masks[domain].append({n: mask.numpy() for n, mask in found.masks.items()})
            output[domain].append({n: value.numpy() for n, value in layer.items()})
        alone[domain] = _untrained(chains.ticket(domain, 0), chains.protocol.rounds)
    pieces = chains.corpus.vocabulary.pieces
    return atlas_of(masks, output, alone, pieces, *distances(chains.corpus))


def _untrained(first: Ticket, rounds: int) -> list[Masks]:
    """The masks of each round if the initial values were pruned as they are."""
    found = [first]
    for _ in range(rounds):
        found.append(next_ticket(replace(found[-1], trained=first.initial), TICKET_RESET))
    return [{n: mask.numpy() for n, mask in ticket.masks.items()} for ticket in found]
