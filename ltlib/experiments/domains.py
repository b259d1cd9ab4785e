"""Runs on the domains of a corpus: what each needs, how one is trained, and what is measured."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from ltlib.controls import shuffled
from ltlib.data.encoding import load_splits
from ltlib.errors import DivergedError
from ltlib.experiments.experiment import Files, Trained
from ltlib.experiments.planning import in_chain
from ltlib.networks.network import Architecture, ExampleSplits
from ltlib.networks.packing import pack
from ltlib.networks.text import TextArchitecture
from ltlib.protocol import Protocol
from ltlib.pruning import sparsity, survivors
from ltlib.results.correct import as_text, to_bits
from ltlib.spec import RunSpec
from ltlib.store.tickets import ticket_files, ticket_from
from ltlib.strategies import (
    FULL_MODEL,
    MASKS_RANDOM,
    MASKS_RESET,
    MASKS_STRATEGIES,
    SHUFFLED,
    TICKET_RANDOM,
    TICKET_RESET,
)
from ltlib.tickets import Ticket, first_ticket, next_ticket, train_ticket, train_tickets
from ltlib.training import Outcome
from ltlib.transfer import moved_ticket


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

    def train(self, spec: RunSpec, needed: Files | None, splits: ExampleSplits) -> Trained:
        """Train one run; a run of another one's masks keeps no ticket of its own."""
        ticket = self._ticket(spec, needed)
        outcome = train_ticket(ticket, splits, spec.target, spec.strategy, spec.device)
        return _found(spec, ticket, splits, outcome)

    def train_together(
        self, specs: Sequence[RunSpec], needed: Sequence[Files | None], splits: ExampleSplits
    ) -> list[Trained | DivergedError]:
        """Train runs that differ in their replicate alone, at once."""
        tickets = [self._ticket(*both) for both in zip(specs, needed, strict=True)]
        first = specs[0]
        outcomes = train_tickets(tickets, splits, first.target, first.strategy, first.device)
        return [
            outcome if isinstance(outcome, DivergedError) else _found(spec, ticket, splits, outcome)
            for spec, ticket, outcome in zip(specs, tickets, outcomes, strict=True)
        ]

    def _ticket(self, spec: RunSpec, needed: Files | None) -> Ticket:
        """What a run trains: masks, and the values they begin with."""
        if spec.strategy == FULL_MODEL:
            return first_ticket(
                self.architecture, spec.protocol, spec.source, spec.seed, spec.replicate
            )
        needs = self.needs(spec)
        assert needs is not None and needed is not None
        ticket = ticket_from(self.architecture, needs, needed)
        if spec.strategy == TICKET_RESET or spec.strategy == TICKET_RANDOM:
            return next_ticket(ticket, spec.strategy)
        ticket = replace(ticket, protocol=spec.trained_by())
        if spec.strategy in SHUFFLED:
            return shuffled(ticket, spec.target, spec.strategy)
        assert spec.strategy == MASKS_RESET or spec.strategy == MASKS_RANDOM
        return moved_ticket(ticket, spec.target, spec.strategy)


def _found(spec: RunSpec, ticket: Ticket, splits: ExampleSplits, outcome: Outcome) -> Trained:
    measured = _measured(ticket, splits, outcome)
    if spec.strategy in MASKS_STRATEGIES:
        return measured, {}
    return measured, ticket_files(replace(ticket, trained=outcome.trained))


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
