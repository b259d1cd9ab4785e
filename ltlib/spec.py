"""What a run is: everything that decides its bits, and nothing else."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any, Literal

from ltlib.errors import InputError
from ltlib.protocol import Protocol
from ltlib.strategies import (
    FULL_MODEL,
    MASKS_STRATEGIES,
    OBTAIN,
    TICKET_RESET,
    TICKET_STRATEGIES,
    TRANSFER,
    Experiment,
    Strategy,
)

SPEC_VERSION = 2  # raised when the same spec would give other bits


@dataclass(frozen=True)
class RunSpec:
    """One training run. In obtaining, source and target are the same domain."""

    experiment: Experiment
    strategy: Strategy
    source: str
    target: str
    round: int
    replicate: int
    seed: int
    corpus: str
    corpus_hash: str
    protocol: Protocol

    def canonical(self) -> dict[str, Any]:
        """The spec as JSON holds it; protocol fields at the paper's value are left out."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        values["protocol"] = dict(_differences(self.protocol))
        return values | {"spec_version": SPEC_VERSION}

    @classmethod
    def from_canonical(cls, stored: dict[str, Any]) -> "RunSpec":
        """Inverse of `canonical`.

        Raises:
            InputError: written by another version of the spec.
        """
        version = stored.get("spec_version")
        if version != SPEC_VERSION:
            raise InputError(
                f"spec_version is {version}, this ltlib reads {SPEC_VERSION}; use another store"
            )
        values = {name: value for name, value in stored.items() if name != "spec_version"}
        return cls(**values | {"protocol": Protocol.from_differences(stored["protocol"])})

    @cached_property
    def hash(self) -> str:
        """Name of the run: 128 bits of SHA-256 over the canonical spec."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def needs(self) -> "RunSpec | None":
        """The run this one starts from: the round before, or the ticket that is transferred."""
        if self.experiment == TRANSFER:
            return self.in_chain(self.round, TICKET_RESET)
        return None if self.round == 0 else self.in_chain(self.round - 1, self.strategy)

    def first(self) -> "RunSpec":
        """Round 0 of the chain this run hangs on, where its initial values lie."""
        return self.in_chain(0, FULL_MODEL)

    def in_chain(self, round_: int, strategy: Strategy) -> "RunSpec":
        """A round of the chain of this run's source; round 0 is the full model's."""
        return replace(
            self,
            experiment=OBTAIN,
            target=self.source,
            round=round_,
            strategy=FULL_MODEL if round_ == 0 else strategy,
        )

    def label(self) -> str:
        """For people: strategy, domains, round, replicate."""
        domains = self.source if self.source == self.target else f"{self.source}→{self.target}"
        return f"{self.strategy} {domains} round {self.round} replicate {self.replicate}"


@lru_cache(maxsize=64)
def _differences(protocol: Protocol) -> dict[str, Any]:
    """A plan of many thousand specs has one protocol or a few."""
    return protocol.differences()


def full_model(
    corpus: str, corpus_hash: str, protocol: Protocol, domain: str, replicate: int, seed: int
) -> RunSpec:
    """Round 0 of the chains of a domain."""
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
        protocol=protocol,
    )


def chain(first: RunSpec, rounds: int) -> list[RunSpec]:
    """Rounds 0 to `rounds` of both ticket strategies, each after what it needs."""
    later = [
        first.in_chain(r, strategy) for r in range(1, rounds + 1) for strategy in TICKET_STRATEGIES
    ]
    return [first, *later]


def transfers(first: RunSpec, target: str, rounds: int) -> list[RunSpec]:
    """Rounds 0 to `rounds` of the chain of `first`, each transferred under both strategies."""
    return [
        replace(first, experiment=TRANSFER, target=target, round=r, strategy=strategy)
        for r in range(rounds + 1)
        for strategy in MASKS_STRATEGIES
    ]


def plan(
    corpus: str,
    corpus_hash: str,
    protocol: Protocol,
    experiment: Literal["obtain", "transfer", "all"],
    domains: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    seed: int,
) -> list[RunSpec]:
    """The runs of an experiment, each after the one it needs.

    Transfers bring the tickets they need with them: the whole chains of their sources, and of
    their targets too, since TICKET-TARGET is the target's own ticket.
    """
    chosen = [] if experiment == TRANSFER else list(domains)
    chosen = list(dict.fromkeys([*chosen, *(domain for pair in pairs for domain in pair)]))
    specs: list[RunSpec] = []
    for replicate in range(protocol.replicates):
        firsts = {
            domain: full_model(corpus, corpus_hash, protocol, domain, replicate, seed)
            for domain in chosen
        }
        for first in firsts.values():
            specs += chain(first, protocol.rounds)
        for source, target in pairs:
            specs += transfers(firsts[source], target, protocol.rounds)
    return specs
