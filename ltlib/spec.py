"""What a run is: everything that decides its bits, and nothing else."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

from ltlib.errors import InputError
from ltlib.protocol import Protocol
from ltlib.strategies import MASKS_STRATEGIES, Experiment, Strategy

SPEC_VERSION = 4  # raised when the same spec would give other bits

Device = Literal["cpu", "cuda"]


@dataclass(frozen=True)
class RunSpec:
    """One training run. In obtaining, source and target are the same domain.

    A GPU computes late rounds in another way than a CPU, so the kind of device is a part of it.
    """

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
    device: Device = "cpu"

    def trained_by(self) -> Protocol:
        """The protocol as training reads it."""
        under_others = self.strategy in MASKS_STRATEGIES
        return self.protocol.retraining() if under_others else self.protocol.finding()

    def canonical(self) -> dict[str, Any]:
        """The spec as JSON holds it; protocol fields at the paper's value are left out, and so is
        the CPU: what is named later keeps old hashes.
        """
        values: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values["protocol"] = dict(_differences(self.protocol))
        if self.device == "cpu":
            del values["device"]
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

    def label(self) -> str:
        """For people: strategy, domains, round, replicate."""
        return label(self.strategy, self.source, self.target, self.round, self.replicate)


def label(strategy: str, source: str, target: str, round_: int, replicate: int) -> str:
    """A run as people call it."""
    domains = source if source == target else f"{source}→{target}"
    return f"{strategy} {domains} round {round_} replicate {replicate}"


@lru_cache(maxsize=64)
def _differences(protocol: Protocol) -> dict[str, Any]:
    """A plan of many thousand specs has one protocol or a few."""
    return protocol.differences()
