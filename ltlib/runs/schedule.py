"""Which run of a plan can start next: a graph of specs, and what has become of each."""

import heapq
from collections.abc import Callable, Container, Iterator, Sequence, Set

from ltlib.spec import RunSpec


class Schedule:
    """The runs of a plan that are still to do.

    A run waits for the one it needs, becomes ready when that is done, and is blocked when that
    failed. Of the ready ones that with the longest chain hanging on it goes first: it decides
    when everything is done; transfers fill the machine up.

    Args:
        specs: a plan, each run after the one it `needs`.
        done: names of runs that need not be run.
    """

    def __init__(
        self,
        specs: Sequence[RunSpec],
        needs: Callable[[RunSpec], RunSpec | None],
        done: Container[str],
    ) -> None:
        self._index = {spec: number for number, spec in enumerate(specs)}
        self._specs = list(self._index)
        needed = map(needs, self._specs)
        self._needs = [None if spec is None else self._index[spec] for spec in needed]
        self._height = [0] * len(self._specs)
        for number in reversed(range(len(self._specs))):
            need = self._needs[number]
            if need is not None:
                self._height[need] = max(self._height[need], self._height[number] + 1)
        self._waiting: dict[int, list[int]] = {}
        self._open = {n for n, spec in enumerate(self._specs) if spec.hash not in done}
        self._ready: list[tuple[int, int]] = []
        for number in sorted(self._open):
            self._enter(number)

    def __len__(self) -> int:
        """Runs that are neither done nor failed nor blocked."""
        return len(self._open)

    def remaining(self) -> Iterator[RunSpec]:
        """Those runs."""
        return (self._specs[number] for number in self._open)

    def next(self) -> RunSpec | None:
        """Hand out the most urgent ready run; None: none is ready."""
        return self._specs[heapq.heappop(self._ready)[1]] if self._ready else None

    def again(self, spec: RunSpec) -> None:
        """A run that was handed out is ready, or waits, as before."""
        self._enter(self._index[spec])

    def reopen(self, spec: RunSpec) -> None:
        """A run that was done is to do: its files are damaged."""
        number = self._index[spec]
        if number not in self._open:
            self._open.add(number)
            self._enter(number)

    def done(self, spec: RunSpec) -> None:
        """A run is stored; what waited for it is ready."""
        number = self._index[spec]
        self._open.discard(number)
        for waiting in self._waiting.pop(number, []):
            self._enter(waiting)

    def failed(self, spec: RunSpec) -> list[RunSpec]:
        """A run will not be done; the runs that this blocks."""
        self._open.discard(self._index[spec])
        blocked, lost = [], [self._index[spec]]
        while lost:
            for waiting in self._waiting.pop(lost.pop(), []):
                self._open.discard(waiting)
                blocked.append(self._specs[waiting])
                lost.append(waiting)
        return blocked

    def _enter(self, number: int) -> None:
        need = self._needs[number]
        if need is not None and need in self._open:
            self._waiting.setdefault(need, []).append(number)
        else:
            heapq.heappush(self._ready, (-self._height[number], number))


def without(
    specs: Sequence[RunSpec], needs: Callable[[RunSpec], RunSpec | None], there: Set[str]
) -> list[RunSpec]:
    """Those of `specs` that are not `there`, and those whose tickets these lean on.

    Args:
        specs: a plan, each run after the one it `needs`.
        there: names of runs whose results are known, though their tickets may be gone.
    """
    wanted: set[RunSpec] = set()
    for spec in reversed(specs):
        if spec in wanted or spec.hash not in there:
            wanted.add(spec)
            if (needed := needs(spec)) is not None:
                wanted.add(needed)
    return [spec for spec in specs if spec in wanted]


def shard(
    specs: Sequence[RunSpec], first: Callable[[RunSpec], RunSpec], number: int, count: int
) -> list[RunSpec]:
    """Part `number` (from 1) of `count` of a plan: whole chains with all that hangs on them.

    Chains are dealt out largest first, each to the part that has least; every call of the same
    plan deals alike.

    Args:
        first: gives the run at the head of a run's chain.
    """
    chains: dict[RunSpec, list[RunSpec]] = {}
    for spec in specs:
        chains.setdefault(first(spec), []).append(spec)
    parts: list[list[RunSpec]] = [[] for _ in range(count)]
    for chain in sorted(chains.values(), key=len, reverse=True):
        min(parts, key=len).extend(chain)
    chosen = set(parts[number - 1])
    return [spec for spec in specs if spec in chosen]
