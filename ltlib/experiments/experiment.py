"""What carrying runs out asks of an experiment."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ltlib.errors import DivergedError
from ltlib.networks.network import Architecture, ExampleSplits
from ltlib.protocol import Protocol as Hyperparameters
from ltlib.spec import RunSpec

Files = Mapping[str, bytes]  # of a ticket, by name
# What was measured, and the files of the run's own ticket (none if it keeps none).
Trained = tuple[dict[str, Any], dict[str, bytes]]


class Experiment(Protocol):
    """Which run needs which, and how one is trained. Workers get a copy: it can be pickled, and
    equal ones are equal keys.
    """

    @property
    def architecture(self) -> Architecture:
        """The network of all its runs."""

    def __hash__(self) -> int: ...

    def needs(self, spec: RunSpec) -> RunSpec | None:
        """The run whose ticket this one starts from; None: it starts from nothing."""

    def first(self, spec: RunSpec) -> RunSpec:
        """Round 0 of the chain that this run hangs on, where its initial values lie."""

    def load(self, domain: str) -> Any:
        """The data of a domain, as they travel to a worker.

        Raises:
            InputError: they cannot be read.
        """

    def examples(self, data: Any, protocol: Hyperparameters) -> ExampleSplits:
        """What the network takes, of what `load` gave."""

    def train(self, spec: RunSpec, needed: Files | None, splits: ExampleSplits) -> Trained:
        """Train one run on its target's `splits`.

        Args:
            needed: the files of the ticket of `needs(spec)`.
        """

    def train_together(
        self, specs: Sequence[RunSpec], needed: Sequence[Files | None], splits: ExampleSplits
    ) -> list[Trained | DivergedError]:
        """Train runs that differ in their replicate alone, on a GPU: each as `train` would."""
