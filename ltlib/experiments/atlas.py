"""The atlas of tickets in a store: `ltlib.results.atlas` says what it holds."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ltlib.data.corpus import Corpus, as_corpus, load_corpus
from ltlib.data.mixtures import with_mixtures
from ltlib.data.resampled import resampled_divergence
from ltlib.errors import InputError
from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.planning import full_model, in_chain
from ltlib.paths import default_store
from ltlib.protocol import Protocol
from ltlib.pruning import layer_of
from ltlib.results.atlas import Atlas, atlas_of
from ltlib.results.output_layer import Masks, Values
from ltlib.results.settings import EVERY_SETTING, Wanted
from ltlib.results.table import check_table, in_order
from ltlib.store.export import rows_of
from ltlib.store.store import Store
from ltlib.store.tickets import read_ticket
from ltlib.strategies import OBTAIN, TICKET_RESET
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
    return _atlas(corpus, protocol, domains, seed, [Store(store or default_store())])


def atlas_of_stores(stores: Sequence[Store], wanted: Wanted = EVERY_SETTING) -> Atlas:
    """The atlas of the tickets in `stores`, whichever of them holds a chain.

    Raises:
        InputError: they hold no tickets, or those of several settings; a ticket is missing; the
            corpus cannot be loaded or has changed.
    """
    holders, rows = rows_of(stores, wanted)
    table = in_order(row for row in rows if row["experiment"] == OBTAIN)
    if table.empty:
        raise InputError(f"{stores[0].path}: holds no tickets; obtain them with `ltlib run`")
    check_table(table)
    protocol = Protocol.from_differences(json.loads(table["protocol"].iloc[0]))
    name, store = next(iter(holders.items()))
    source = store.run(name)["provenance"].get("corpus_source", table["corpus"].iloc[0])
    corpus = load_corpus(source, protocol)
    if corpus.hash != table["corpus_hash"].iloc[0]:
        raise InputError(f"{source}: is not the corpus that {store.path} was computed from")
    seed, domains = int(table["seed"].iloc[0]), list(dict.fromkeys(table["source"]))
    corpus = with_mixtures(corpus, domains)
    protocol = replace(protocol, rounds=int(table["round"].max()))
    return _atlas(corpus, protocol, domains, seed, stores)


def _atlas(
    corpus: Corpus,
    protocol: Protocol,
    domains: Sequence[str],
    seed: int,
    stores: Sequence[Store],
) -> Atlas:
    def ticket(domain: str, round_: int) -> Ticket:
        first = full_model(corpus.name, corpus.hash, protocol, domain, seed=seed)
        spec = in_chain(first, round_, TICKET_RESET)
        holder = next((store for store in stores if spec in store and first in store), stores[0])
        return read_ticket(DomainRuns.architecture, holder, spec, first)

    alone: dict[str, list[Masks]] = {}
    masks: dict[str, list[Masks]] = {}
    output: dict[str, list[Values]] = {}
    for domain in sorted(domains):  # as in a results table, so that colours agree
        masks[domain], output[domain] = [], []
        for round_ in range(protocol.rounds + 1):
            found = ticket(domain, round_)
            assert found.trained is not None
            layer = {n: v for n, v in found.trained.items() if layer_of(n) == "output"}
            masks[domain].append({n: mask.numpy() for n, mask in found.masks.items()})
            output[domain].append({n: value.numpy() for n, value in layer.items()})
        alone[domain] = _untrained(ticket(domain, 0), protocol.rounds)
    return atlas_of(masks, output, alone, corpus.vocabulary.pieces, resampled_divergence(corpus))


def _untrained(first: Ticket, rounds: int) -> list[Masks]:
    """The masks of each round if the initial values were pruned as they are."""
    found = [first]
    for _ in range(rounds):
        found.append(next_ticket(replace(found[-1], trained=first.initial), TICKET_RESET))
    return [{n: mask.numpy() for n, mask in ticket.masks.items()} for ticket in found]
