"""The experiments as a reader calls them: plan, carry out, read the table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from ltlib.data.corpus import Corpus
from ltlib.data.divergence import divergence_matrix, nearest_pairs
from ltlib.errors import InputError
from ltlib.paths import cache_dir
from ltlib.protocol import Protocol
from ltlib.runs.execute import execute
from ltlib.spec import RunSpec, full_model, plan
from ltlib.store.provenance import provenance
from ltlib.store.store import Store
from ltlib.store.tickets import read_ticket
from ltlib.tickets import Ticket

Pairs = Sequence[tuple[str, str]]
Experiment = Literal["obtain", "transfer", "all"]
PAPER_DOMAINS = frozenset({"books", "movies", "electronics", "cds", "home"})
PAPER_SOURCES = ("books", "electronics", "cds")  # those that §5.3 names


def default_store() -> Path:
    """The run store of the user's cache."""
    return cache_dir() / "store"


def plan_experiment(
    corpus: Corpus,
    protocol: Protocol,
    experiment: Experiment = "all",
    domains: Sequence[str] | None = None,
    pairs: Pairs | None = None,
    seed: int = 0,
) -> list[RunSpec]:
    """The runs of an experiment on `corpus`, each after the one it needs.

    Args:
        domains: to obtain tickets in and transfer between; default: the first
            `protocol.domains` of the corpus, or all.
        pairs: (source, target) of the transfers; default: `default_pairs`.
        seed: the experiment's seed, 0 or more; replicates are numbered under it.

    Raises:
        InputError: an unknown domain; a transfer of one domain to itself, or with only one there; a
            corpus made for another protocol.
    """
    if seed < 0:
        raise InputError(f"seed is {seed}; it must be 0 or more")
    if experiment not in ("obtain", "transfer", "all"):
        raise InputError(f"experiment '{experiment}' is unknown; choose obtain, transfer or all")
    chosen = list(dict.fromkeys(domains or corpus.domains[: protocol.domains]))
    corpus.check_domains(chosen)
    corpus.check_protocol(protocol)
    if experiment == "obtain":
        pairs = []
    elif pairs is None:
        pairs = default_pairs(corpus, chosen)
    corpus.check_domains(domain for pair in pairs for domain in pair)
    for source, target in pairs:
        if source == target:
            raise InputError(f"pair {source}:{target} transfers to itself; name two domains")
    return plan(corpus.name, corpus.hash, protocol, experiment, chosen, pairs, seed)


def default_pairs(corpus: Corpus, domains: Sequence[str]) -> list[tuple[str, str]]:
    """The transfer tasks when none are named.

    Of the paper's five domains nine tasks: Books, Electronics and CDs, each to its nearest, third
    nearest and farthest other domain. Of any others, all ordered pairs.

    Raises:
        InputError: there are not two domains.
    """
    if len(domains) < 2:
        found = ", ".join(domains) or "none"
        raise InputError(f"a transfer needs two domains and there is one ({found}); name another")
    if set(domains) == PAPER_DOMAINS:
        return nearest_pairs(divergence_matrix(corpus), PAPER_SOURCES)
    return [(source, target) for source in domains for target in domains if source != target]


def run(
    corpus: Corpus,
    protocol: Protocol,
    experiment: Experiment = "all",
    domains: Sequence[str] | None = None,
    pairs: Pairs | None = None,
    seed: int = 0,
    store: str | Path | None = None,
    workers: int = 0,
    device: str = "cpu",
    progress: bool = False,
) -> pd.DataFrame:
    """Carry out an experiment and return its results table, one row a run.

    Runs that the store holds are not trained again. The table of a transfer holds also the
    obtaining runs it leans on.

    Args:
        store: folder of the run store; default: in the user's cache.
        workers: processes; 0 means one a core.
        See `plan_experiment` for the others.

    Raises:
        InputError: bad input, or runs that failed; what could be done is in the store.
    """
    specs = plan_experiment(corpus, protocol, experiment, domains, pairs, seed)
    opened = Store(store or default_store(), create=True)
    report = execute(specs, opened, corpus.path, provenance(), workers, device, progress)
    for spec, reason in report.failed.items():
        raise InputError(
            f"{len(report.failed)} runs failed, first {spec.label()}: {reason}; "
            f"`ltlib status --store {opened.path}` names all"
        )
    return opened.table(specs)


def load_ticket(
    corpus: Corpus,
    protocol: Protocol,
    source: str,
    round: int,
    replicate: int = 0,
    seed: int = 0,
    strategy: Literal["ticket-reset", "ticket-random"] = "ticket-reset",
    store: str | Path | None = None,
) -> Ticket:
    """A trained ticket from the store.

    Raises:
        InputError: no such run is stored; a corpus made for another protocol.
    """
    corpus.check_domains([source])
    corpus.check_protocol(protocol)
    first = full_model(corpus.name, corpus.hash, protocol, source, replicate, seed)
    spec = first.in_chain(round, strategy)
    opened = Store(store or default_store())
    if spec not in opened:
        raise InputError(f"{opened.path}: holds no {spec.label()}; obtain it with ltlib.run first")
    return read_ticket(opened, spec)
