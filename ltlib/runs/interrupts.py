"""Ctrl-C: once to finish what is being trained, twice to stop now."""

import os
import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """While this is entered, the first Ctrl-C only sets `asked`; the second raises.

    Outside the main thread Python delivers no signals: then nothing changes.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        # Not print: the signal may have come in the middle of one.
        os.write(2, b"\nfinishing the runs in training; Ctrl-C again stops now\n")
