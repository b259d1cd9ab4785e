"""What an engine is asked to do, and what it hands back: plain data, on whatever machine."""

from dataclasses import dataclass
from typing import Any, Protocol

from ltlib.spec import SPEC_VERSION, RunSpec
from ltlib.store.failures import Failure


@dataclass(frozen=True)
class Job:
    """One run to be trained, with the files of the ticket it starts from (None at round 0)."""

    spec: RunSpec
    needed: dict[str, bytes] | None
    spec_version: int = SPEC_VERSION


@dataclass(frozen=True)
class Result:
    """A trained run: its metrics, the files of its ticket, and what computed it."""

    metrics: dict[str, Any]
    files: dict[str, bytes]
    provenance: dict[str, Any]


DIED = "its worker died (killed, or out of memory)"


class Engine(Protocol):
    """Somewhere to train runs. It knows nothing of plans or stores."""

    def capacity(self) -> int:
        """How many runs it takes at once; this may change as machines come and go."""
        ...

    def submit(self, job: Job) -> None:
        """Begin a run."""
        ...

    def collect(self, seconds: float) -> list[tuple[RunSpec, Result | Failure]]:
        """What has finished; waits for the first at most `seconds`."""
        ...

    def close(self) -> None:
        """End the workers, and with them the runs that are still being trained."""
        ...
