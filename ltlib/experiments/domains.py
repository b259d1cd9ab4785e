"""The paper's two experiments: tickets obtained in domains (§5.2) and moved between them (§5.3).

Which runs there are, what each needs, how one is trained and what is measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import torch

from ltlib.data.encoding import load_splits
from ltlib.experiments.experiment import Files
from ltlib.networks.network import Architecture, ExampleSplits
from ltlib.networks.packing import pack
from ltlib.networks.text import TextArchitecture, computable
from ltlib.protocol import Protocol
from ltlib.pruning import sparsity, survivors
from ltlib.results.correct import as_text, to_bits
from ltlib.spec import Device, RunSpec
from ltlib.store.tickets import ticket_files, ticket_from
from ltlib.strategies import (
    CONTROL,
    FULL_MODEL,
    MASKS_RANDOM,
    MASKS_RESET,
    MASKS_SHUFFLED,
    MASKS_STRATEGIES,
    OBTAIN,
    RESET,
    TICKET_RANDOM,
    TICKET_RESET,
    TICKET_STRATEGIES,
    TRANSFER,
    Chosen,
    Experiment,
    Strategy,
    TicketStrategy,
)
from ltlib.streams import stream
from ltlib.tickets import Ticket, first_ticket, next_ticket, redrawn, train_ticket
from ltlib.training import Outcome
from ltlib.transfer import transfer_ticket


def plan(
    first: RunSpec,
    experiment: Chosen,
    domains: Sequence[str],
    pairs: Sequence[tuple[str, str]],
) -> list[RunSpec]:
    """The runs of an experiment, each after the one it needs.

    Transfers bring the tickets they need with them: the whole chains of their sources, and of
    their targets too, since TICKET-TARGET is the target's own ticket.

    Args:
        first: any full model of the corpus, protocol, seed and device that all runs share.
        pairs: (source, target) of the transfers.
    """
    chosen = [] if experiment == TRANSFER else list(domains)
    chosen = list(dict.fromkeys([*chosen, *(domain for pair in pairs for domain in pair)]))
    rounds = first.protocol.rounds
    strategies = (TICKET_RESET,) if experiment == RESET else TICKET_STRATEGIES
    specs: list[RunSpec] = []
    for replicate in range(first.protocol.replicates):
        full = {
            domain: replace(first, source=domain, target=domain, replicate=replicate)
            for domain in chosen
        }
        for domain in chosen:
            specs += chain(full[domain], rounds, strategies)
        for source, target in pairs:
            specs += transfers(full[source], target, rounds)
        if experiment == CONTROL:
            places = [(domain, domain) for domain in chosen] + [*pairs]
            for source, target in places:
                specs += controls(full[source], target, rounds)
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
    return [first, *later]


def transfers(first: RunSpec, target: str, rounds: int) -> list[RunSpec]:
    """Rounds 0 to `rounds` of the chain of `first`, each moved from θ₀ and from fresh values."""
    return [
        replace(first, experiment=TRANSFER, target=target, round=r, strategy=strategy)
        for r in range(rounds + 1)
        for strategy in (MASKS_RESET, MASKS_RANDOM)
    ]


def controls(first: RunSpec, target: str, rounds: int) -> list[RunSpec]:
    """Rounds 1 to `rounds` of the chain of `first`, its masks in random places, in its own domain
    or another.
    """
    experiment: Experiment = OBTAIN if target == first.source else TRANSFER
    return [
        replace(first, experiment=experiment, target=target, round=r, strategy=MASKS_SHUFFLED)
        for r in range(1, rounds + 1)
    ]


def in_chain(spec: RunSpec, round_: int, strategy: Strategy) -> RunSpec:
    """A round of the chain of a run's source; round 0 is the full model's."""
    return replace(
        spec,
        experiment=OBTAIN,
        target=spec.source,
        round=round_,
        strategy=FULL_MODEL if round_ == 0 else strategy,
    )


@dataclass(frozen=True)
class DomainRuns:
    """The `Experiment` on the reviews of a corpus.

    Attributes:
        splits_path: the file of encoded splits (`Corpus.path`).
    """

    splits_path: Path
    architecture: ClassVar[Architecture] = TextArchitecture()

    def needs(self, spec: RunSpec) -> RunSpec | None:
        """The round before; of what trains under another run's masks, that ticket-reset ticket."""
        if spec.strategy in MASKS_STRATEGIES:
            return in_chain(spec, spec.round, TICKET_RESET)
        return None if spec.round == 0 else in_chain(spec, spec.round - 1, spec.strategy)

    def first(self, spec: RunSpec) -> RunSpec:
        """The full model of the run's source."""
        return in_chain(spec, 0, FULL_MODEL)

    def load(self, domain: str) -> Any:
        """The encoded reviews of a domain, mapped from the file.

        Raises:
            InputError: there is no such file, or it holds something else.
        """
        return load_splits(self.splits_path)[domain]

    def examples(self, data: Any, protocol: Protocol) -> ExampleSplits:
        """The same, laid out for the network."""
        return pack(data, protocol)

    def train(
        self, spec: RunSpec, needed: Files | None, splits: ExampleSplits
    ) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Train one run; a run of another one's masks keeps no ticket of its own."""
        if spec.strategy == FULL_MODEL:
            ticket = first_ticket(
                self.architecture, spec.protocol, spec.source, spec.seed, spec.replicate
            )
            return self._obtained(ticket, spec, splits)
        needs = self.needs(spec)
        assert needs is not None and needed is not None
        ticket = ticket_from(self.architecture, needs, needed)
        if spec.strategy == TICKET_RESET or spec.strategy == TICKET_RANDOM:
            return self._obtained(next_ticket(ticket, spec.strategy), spec, splits)
        ticket, outcome = _moved(ticket, spec, splits)
        return _measured(ticket, splits, outcome), {}

    def _obtained(
        self, ticket: Ticket, spec: RunSpec, splits: ExampleSplits
    ) -> tuple[dict[str, Any], dict[str, bytes]]:
        outcome = train_ticket(ticket, splits, spec.target, spec.strategy, spec.device)
        trained = replace(ticket, trained=outcome.trained)
        return _measured(ticket, splits, outcome), ticket_files(trained)


def _moved(ticket: Ticket, spec: RunSpec, splits: ExampleSplits) -> tuple[Ticket, Outcome]:
    """Train the ticket's masks, or those shuffled, on the target; what was trained, and how."""
    if spec.strategy == MASKS_SHUFFLED:
        ticket = shuffled(ticket, spec.target)
        return ticket, train_ticket(ticket, splits, spec.target, spec.strategy, spec.device)
    assert spec.strategy == MASKS_RESET or spec.strategy == MASKS_RANDOM
    return ticket, transfer_ticket(ticket, spec.target, splits, spec.strategy, spec.device)


def shuffled(ticket: Ticket, target: str) -> Ticket:
    """The control: as many survivors in each parameter, in random places, from fresh values.

    Places come from the stream of (seed, replicate, source, target, round).
    """
    names = ("shuffled", ticket.replicate, ticket.source, target, ticket.round)
    places = stream(ticket.seed, *names)
    masks = {
        name: mask.flatten()[torch.from_numpy(places.permutation(mask.numel()))].view_as(mask)
        for name, mask in ticket.masks.items()
    }
    return redrawn(replace(ticket, masks=masks), target, MASKS_SHUFFLED)


def _measured(ticket: Ticket, splits: ExampleSplits, outcome: Outcome) -> dict[str, Any]:
    return {
        "sparsity": sparsity(ticket.masks),
        "survivors": survivors(ticket.masks),
        "connected": float(ticket.architecture.connected_paths(ticket.masks)),
        "validation_accuracy": outcome.validation.accuracy,
        "validation_accuracies": outcome.validation_accuracies,
        "validation_auc": outcome.validation.auc,
        "test_accuracy": outcome.test.accuracy,
        "test_auc": outcome.test.auc,
        "ties": outcome.test.ties,
        "one_sided": outcome.test.one_sided,
        "test_reviews": len(splits.test),
        "test_correct": as_text(to_bits(outcome.test.correct)),
        "epochs": len(outcome.validation_accuracies),
        "best_epoch": outcome.best_epoch,
        "seconds": outcome.seconds,
    }
