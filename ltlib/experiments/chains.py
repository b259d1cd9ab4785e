"""The chains of ticket-reset tickets that a setting's stores hold, and the corpus they are of."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ltlib.data.corpus import Corpus, load_corpus
from ltlib.data.mixtures import with_mixtures
from ltlib.errors import InputError
from ltlib.experiments.planning import full_model, in_chain
from ltlib.networks.text import TextArchitecture
from ltlib.protocol import Protocol
from ltlib.results.settings import EVERY_SETTING, Wanted
from ltlib.results.table import check_table, in_order
from ltlib.spec import RunSpec
from ltlib.store.export import rows_of
from ltlib.store.store import Store
from ltlib.store.tickets import read_ticket
from ltlib.strategies import OBTAIN, TICKET_RESET
from ltlib.tickets import Ticket


@dataclass(frozen=True)
class Chains:
    """Chains of replicate 0, a domain each, in whichever of the stores they lie.

    Attributes:
        protocol: its `rounds` are those that a chain has.
    """

    corpus: Corpus
    protocol: Protocol
    domains: Sequence[str]
    seed: int
    stores: Sequence[Store]

    def ticket(self, domain: str, round_: int) -> Ticket:
        """The trained ticket of a domain and round, with the vocabulary of its corpus.

        Raises:
            InputError: it is not stored.
        """
        first, spec = self._specs(domain, round_)
        return read_ticket(
            TextArchitecture(self.corpus.vocabulary), self._holder(first, spec), spec, first
        )

    def test_accuracy(self, domain: str, round_: int) -> float:
        """What was measured of that ticket in its own domain."""
        first, spec = self._specs(domain, round_)
        return float(self._holder(first, spec).metrics(spec.hash)["test_accuracy"])

    def _specs(self, domain: str, round_: int) -> tuple[RunSpec, RunSpec]:
        first = full_model(
            self.corpus.name, self.corpus.hash, self.protocol, domain, seed=self.seed
        )
        return first, in_chain(first, round_, TICKET_RESET)

    def _holder(self, first: RunSpec, spec: RunSpec) -> Store:
        holding = (store for store in self.stores if spec in store and first in store)
        return next(holding, self.stores[0])


def chains_of_stores(stores: Sequence[Store], wanted: Wanted = EVERY_SETTING) -> Chains:
    """The chains in `stores`, of the one setting that they hold or that is wanted.

    Raises:
        InputError: they hold no tickets, or those of several settings; the corpus cannot be loaded
            or has changed.
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
    protocol = replace(protocol, rounds=int(table["round"].max()))
    return Chains(with_mixtures(corpus, domains), protocol, domains, seed, stores)
