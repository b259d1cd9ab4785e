"""The experiments as a reader calls them: plan, carry out, read the table."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ltlib.data.corpus import Corpus, as_corpus
from ltlib.data.mixtures import with_mixtures
from ltlib.errors import InputError
from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.planning import full_model, in_chain
from ltlib.experiments.tasks import Pairs, plan_experiment
from ltlib.networks.text import TextArchitecture
from ltlib.paths import default_store
from ltlib.protocol import Protocol
from ltlib.runs.execute import execute
from ltlib.spec import Device
from ltlib.store.provenance import provenance
from ltlib.store.store import Store
from ltlib.store.tickets import read_ticket
from ltlib.strategies import TICKET_RESET, Chosen, TicketStrategy
from ltlib.tickets import Ticket


def run(
    corpus: Corpus | str,
    protocol: Protocol,
    experiment: Chosen = "all",
    domains: Sequence[str] | None = None,
    pairs: Pairs | None = None,
    seed: int = 0,
    store: str | Path | None = None,
    workers: int = 0,
    device: Device = "cpu",
    progress: bool = False,
    retry_failed: bool = False,
) -> pd.DataFrame:
    """Carry out an experiment and return its results table, one row a run.

    Runs that the store holds are not trained again. The table of a transfer holds also the
    obtaining runs it leans on.

    Args:
        corpus: what `load_corpus` gives, or what it takes.
        domains, pairs: mixtures such as `books+25%electronics` may be among them.
        store: folder of the run store; default: in the user's cache.
        workers: processes; 0 means one a core.
        progress: show a bar with an estimate of the time left, on stderr.
        retry_failed: try again what the store records as failed.
        See `plan_experiment` for the others.

    Raises:
        InputError: bad input, or runs that failed; what could be done is in the store.
    """
    named = [*(domains or []), *(domain for pair in pairs or [] for domain in pair)]
    corpus = with_mixtures(as_corpus(corpus, protocol), named)
    specs = plan_experiment(corpus, protocol, experiment, domains, pairs, seed, device)
    opened = Store(store or default_store(), create=True)
    runs = DomainRuns(corpus.path)
    report = execute(
        specs, opened, runs, provenance(), workers, progress, retry_failed=retry_failed
    )
    for spec, reason in report.failed.items():
        raise InputError(
            f"{len(report.failed)} runs failed, first {spec.label()}: {reason}; "
            f"`ltlib status --store {opened.path}` names all, `retry_failed=True` tries them again"
        )
    return opened.table(specs)


def load_ticket(
    corpus: Corpus | str,
    protocol: Protocol,
    source: str,
    round: int,
    replicate: int = 0,
    seed: int = 0,
    strategy: TicketStrategy = TICKET_RESET,
    store: str | Path | None = None,
) -> Ticket:
    """A trained ticket from the store, with the vocabulary of its corpus.

    Raises:
        InputError: no such run is stored; a corpus made for another protocol.
    """
    corpus = with_mixtures(as_corpus(corpus, protocol), [source])
    corpus.check_domains([source])
    first = full_model(corpus.name, corpus.hash, protocol, source, replicate, seed)
    spec = in_chain(first, round, strategy)
    architecture = TextArchitecture(corpus.vocabulary)
    return read_ticket(architecture, Store(store or default_store()), spec, first)
