"""Which domains and which transfers an experiment takes when none are named."""

from collections.abc import Sequence
from typing import get_args

from ltlib.data.corpus import Corpus
from ltlib.data.divergence import divergence_matrix, nearest_pairs
from ltlib.errors import InputError
from ltlib.experiments.planning import full_model, plan
from ltlib.protocol import Protocol
from ltlib.spec import Device, RunSpec
from ltlib.strategies import CONTROL, OBTAIN, RESET, Chosen

Pairs = Sequence[tuple[str, str]]
PAPER_DOMAINS = frozenset({"books", "movies", "electronics", "cds", "home"})
PAPER_SOURCES = ("books", "electronics", "cds")  # those that §5.3 names


def plan_experiment(
    corpus: Corpus,
    protocol: Protocol,
    experiment: Chosen = "all",
    domains: Sequence[str] | None = None,
    pairs: Pairs | None = None,
    seed: int = 0,
    device: Device = "cpu",
    replicates: Sequence[int] | None = None,
    rounds: Sequence[int] | None = None,
) -> list[RunSpec]:
    """The runs of an experiment on `corpus`, each after the one it needs.

    Args:
        domains: to obtain tickets in and transfer between; default: the first
            `protocol.domains` of the corpus, or all.
        pairs: (source, target) of the transfers; default: `default_pairs`, of "reset" none.
        seed: the experiment's seed, 0 or more; replicates are numbered under it.
        device: what trains: the same run on another kind of device is another run.
        replicates, rounds: as `plan` takes them.

    Raises:
        InputError: an unknown domain; a transfer of one domain to itself, or with only one there;
            transfers of an experiment that has none; a corpus made for another protocol.
    """
    if seed < 0:
        raise InputError(f"seed is {seed}; it must be 0 or more")
    if experiment not in get_args(Chosen):
        known = ", ".join(get_args(Chosen))
        raise InputError(f"experiment '{experiment}' is unknown; choose one of {known}")
    chosen = list(dict.fromkeys(domains or corpus.domains[: protocol.domains]))
    corpus.check_domains(chosen)
    corpus.check_protocol(protocol)
    if experiment == OBTAIN and pairs:
        raise InputError(
            "pairs are named, and experiment 'obtain' transfers nothing; leave them out, or take "
            "'transfer', 'all' or 'reset'"
        )
    if pairs is None and experiment in (OBTAIN, RESET):
        pairs = []
    elif pairs is None:
        alone = experiment == CONTROL and len(chosen) == 1  # its control in its own domain
        pairs = [] if alone else default_pairs(corpus, chosen)
    corpus.check_domains(domain for pair in pairs for domain in pair)
    for source, target in pairs:
        if source == target:
            raise InputError(f"pair {source}:{target} transfers to itself; name two domains")
    first = full_model(corpus.name, corpus.hash, protocol, chosen[0], seed=seed, device=device)
    return plan(first, experiment, chosen, pairs, replicates, rounds)


def default_pairs(corpus: Corpus, domains: Sequence[str]) -> list[tuple[str, str]]:
    """The transfer tasks when none are named.

    Of the paper's five domains nine tasks: Books, Electronics and CDs, each to its nearest, third
    nearest and farthest other domain. Of any others, all ordered pairs.

    Raises:
        InputError: there are not two domains.
    """
    if len(domains) < 2:
        found = ", ".join(domains) or "none"
        raise InputError(
            f"a transfer needs two domains and there is one ({found}); name another, or obtain "
            "tickets alone: `--experiment obtain`, in Python experiment='obtain'"
        )
    if set(domains) == PAPER_DOMAINS:
        return nearest_pairs(divergence_matrix(corpus), PAPER_SOURCES)
    return [(source, target) for source in domains for target in domains if source != target]
