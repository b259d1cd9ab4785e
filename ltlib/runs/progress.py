"""How far a matrix is, and how long the rest will take."""

import sys
from collections.abc import Iterable

from tqdm import tqdm

from ltlib.spec import RunSpec

Kind = tuple[str, int]  # experiment and round: runs of a kind take about as long


class Pace:
    """Seconds a run takes, measured in this very matrix."""

    def __init__(self) -> None:
        self._measured: dict[Kind, tuple[float, int]] = {}

    def add(self, kind: Kind, seconds: float) -> None:
        """A run of this kind took so long."""
        total, count = self._measured.get(kind, (0.0, 0))
        self._measured[kind] = (total + seconds, count + 1)

    def expected(self, kind: Kind) -> float | None:
        """The mean of its kind, else of the nearest round measured; None: nothing is."""
        if not self._measured:
            return None
        nearest = min(
            self._measured, key=lambda other: (abs(other[1] - kind[1]), other[0] != kind[0])
        )
        total, count = self._measured[nearest]
        return total / count

    def left(self, remaining: Iterable[tuple[Kind, int]], at_once: int) -> float | None:
        """Seconds until all of `remaining` (kinds and how many of each) are done."""
        seconds = 0.0
        for kind, count in remaining:
            expected = self.expected(kind)
            if expected is None:
                return None
            seconds += expected * count
        return seconds / max(at_once, 1)


class Progress:
    """A bar on stderr; where that is no terminal, a line a run instead.

    Args:
        specs: the runs still to do.
        shown: nothing is printed if not.
    """

    def __init__(self, specs: Iterable[RunSpec], shown: bool) -> None:
        self._pace = Pace()
        self._left: dict[Kind, int] = {}
        for spec in specs:
            self._left[_kind(spec)] = self._left.get(_kind(spec), 0) + 1
        self._lines = shown and not sys.stderr.isatty()
        self._bar = tqdm(
            total=sum(self._left.values()),
            disable=not shown or self._lines,
            bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} runs [{elapsed}{postfix}]",
        )
        self._failed = 0

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._bar.close()

    def line(self, text: str) -> None:
        """Print a line of the log where no bar is shown."""
        if self._lines:
            print(text, file=sys.stderr, flush=True)

    def remark(self, text: str) -> None:
        """Print a line that nobody should miss, above the bar."""
        if not self._bar.disable:
            self._bar.write(text, file=sys.stderr)
        else:
            self.line(text)

    def done(self, spec: RunSpec, seconds: float | None, running: int, at_once: int) -> None:
        """A run is stored; `seconds` of training if it was done here."""
        if seconds is not None:
            self._pace.add(_kind(spec), seconds)
        self._settle(spec, running, at_once)

    def failed(self, spec: RunSpec, running: int, at_once: int) -> None:
        """A run failed, or is blocked."""
        self._failed += 1
        self._settle(spec, running, at_once)

    def _settle(self, spec: RunSpec, running: int, at_once: int) -> None:
        self._left[_kind(spec)] -= 1
        if self._bar.disable:
            return
        left = self._pace.left(self._left.items(), at_once)
        shown = "?" if left is None else tqdm.format_interval(left)
        self._bar.set_postfix_str(f"{running} running, {self._failed} failed, {shown} left")
        self._bar.update()


def _kind(spec: RunSpec) -> Kind:
    return (spec.experiment, spec.round)
