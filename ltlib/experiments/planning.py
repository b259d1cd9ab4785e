"""Which runs the paper's experiments have (§5.2, §5.3), and which run is which."""

from collections.abc import Sequence
from dataclasses import replace

from ltlib.networks.text import computable
from ltlib.protocol import Protocol
from ltlib.spec import Device, RunSpec
from ltlib.strategies import (
    CONTROL,
    FULL_MODEL,
    MASKS_CONNECTED,
    MASKS_RANDOM,
    MASKS_RESET,
    MASKS_SHUFFLED,
    MASKS_STRATEGIES,
    MOVED,
    OBTAIN,
    RESET,
    TICKET_RESET,
    TICKET_STRATEGIES,
    TRANSFER,
    Chosen,
    MasksStrategy,
    Strategy,
    TicketStrategy,
)

CONNECTED_FROM = 14  # of the paper's network a random shuffle is first cut in two there (p = .18)


def plan(
    first: RunSpec,
    experiment: Chosen,
    domains: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    replicates: Sequence[int] | None = None,
    rounds: Sequence[int] | None = None,
) -> list[RunSpec]:
    """The runs of an experiment, each after the one it needs.

    Transfers bring the tickets they need with them: the whole chains of their sources, and of
    their targets too, since TICKET-TARGET is the target's own ticket-reset.

    Args:
        first: any full model of the corpus, protocol, seed and device that all runs share.
        experiment: of "reset" what starts from initial values alone.
        pairs: (source, target) of the transfers.
        replicates: their numbers; default: 0 to `protocol.replicates` - 1.
        rounds: of transfers and controls; chains have all up to the last of them. Default: 0 to
            `protocol.rounds`.
    """
    replicates = replicates or range(first.protocol.replicates)
    rounds = rounds or range(first.protocol.rounds + 1)
    chosen = [] if experiment == TRANSFER else list(domains)
    chosen = list(dict.fromkeys([*chosen, *(domain for pair in pairs for domain in pair)]))
    strategies = (TICKET_RESET,) if experiment == RESET else TICKET_STRATEGIES
    moved = (MASKS_RESET,) if experiment == RESET else MOVED
    specs: list[RunSpec] = []
    for replicate in replicates:
        full = {
            domain: replace(first, source=domain, target=domain, replicate=replicate)
            for domain in chosen
        }
        for domain in chosen:
            specs += chain(full[domain], max(rounds), strategies)
        for source, target in pairs:
            specs += transfers(full[source], target, rounds, moved)
        if experiment == CONTROL:
            for domain in chosen:
                specs += controls(full[domain], rounds)
    return specs


def full_model(
    corpus: str,
    corpus_hash: str,
    protocol: Protocol,
    domain: str,
    replicate: int = 0,
    seed: int = 0,
    device: Device = "cpu",
) -> RunSpec:
    """Round 0 of the chains of a domain, as this machine can compute it."""
    return RunSpec(
        experiment=OBTAIN,
        strategy=FULL_MODEL,
        source=domain,
        target=domain,
        round=0,
        replicate=replicate,
        seed=seed,
        corpus=corpus,
        corpus_hash=corpus_hash,
        protocol=computable(protocol) if device == "cpu" else protocol,
        device=device,
    )


def chain(
    first: RunSpec, rounds: int, strategies: Sequence[TicketStrategy] = TICKET_STRATEGIES
) -> list[RunSpec]:
    """Rounds 0 to `rounds` of the ticket strategies, each after what it needs."""
    later = [in_chain(first, r, strategy) for r in range(1, rounds + 1) for strategy in strategies]
    return [in_chain(first, 0, FULL_MODEL), *later]


def transfers(
    first: RunSpec, target: str, rounds: Sequence[int], strategies: Sequence[MasksStrategy] = MOVED
) -> list[RunSpec]:
    """These rounds of the chain of `first`, each moved with θ₀, with fresh values, or both ways."""
    return [
        replace(first, experiment=TRANSFER, target=target, round=r, strategy=strategy)
        for r in rounds
        for strategy in strategies
    ]


def controls(first: RunSpec, rounds: Sequence[int]) -> list[RunSpec]:
    """What the masks of a chain are compared with in their own domain; round 0 has none.

    Fresh values under the chain's masks: neither knows of the other, as of masks from another
    seed. As many survivors in random places, all kinds of them and those that leave a path: one
    control for all masks that are moved here, since every domain has as many in each parameter.
    Where these train for other epochs than the chain did, so does the ticket itself.
    """
    longer = (MASKS_RESET,) if first.protocol.retrain_epochs else ()
    return [
        in_chain(first, r, strategy)
        for r in rounds
        for strategy in (*longer, MASKS_RANDOM, MASKS_SHUFFLED, MASKS_CONNECTED)
        if r > 0 and (strategy != MASKS_CONNECTED or r >= CONNECTED_FROM)
    ]


def in_chain(spec: RunSpec, round_: int, strategy: Strategy) -> RunSpec:
    """A round of the chain of a run's source; round 0 is the full model's."""
    found = strategy not in MASKS_STRATEGIES
    return replace(
        spec,
        protocol=spec.protocol.finding() if found else spec.protocol,
        experiment=OBTAIN,
        target=spec.source,
        round=round_,
        strategy=FULL_MODEL if round_ == 0 else strategy,
    )
