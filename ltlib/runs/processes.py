"""Worker processes on this machine: how one is started, and how it ends with its driver."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from types import ModuleType
from typing import Any

# A server that has imported torch forks a worker in no time; elsewhere than on Linux, forking
# after that is not safe, and every worker imports torch itself.
START_METHOD = "forkserver" if sys.platform == "linux" else "spawn"


def import_ahead(modules: Sequence[str]) -> None:
    """Have what workers need imported while the driver still loads what it needs itself.

    Args:
        modules: as `Worker` takes them.
    """
    if START_METHOD != "forkserver":
        return
    from multiprocessing import forkserver  # not on every system

    _to_import(modules)
    with _deaf_to_interrupts(), _without_main():
        forkserver.ensure_running()


class Worker:
    """One process that carries out one call at a time; it is started when it is first needed.

    Args:
        modules: what a server imports once for all its workers.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        context = get_context(START_METHOD)
        _to_import(modules)
        # A server keeps the environment of the moment it was started in: hand over today's.
        self._pool = ProcessPoolExecutor(
            1, mp_context=context, initializer=_begin, initargs=(dict(os.environ),)
        )
        self._started: Future[None] | None = None

    def submit(self, call: Callable[..., Any], *args: Any) -> Future[Any]:
        """Begin a call.

        Raises:
            BrokenProcessPool: the process cannot be started, or died while it had nothing to do.
        """
        with _deaf_to_interrupts(), _without_main():
            try:
                if self._started is None:
                    self._started = self._pool.submit(_started)
                return self._pool.submit(call, *args)
            except (OSError, EOFError) as error:  # the server of processes has ended
                raise BrokenProcessPool(str(error)) from error

    def has_started(self) -> bool:
        """Whether the process ever took a call: one that did not cannot have failed at it."""
        started = self._started
        return started is not None and started.done() and started.exception() is None

    def close(self) -> None:
        """Let the process end after its call, and wait for that."""
        self._pool.shutdown()

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        for process in list((self._pool._processes or {}).values()):
            process.kill()
        self._pool.shutdown(wait=False, cancel_futures=True)


def _to_import(modules: Sequence[str]) -> None:
    if START_METHOD == "forkserver":
        get_context(START_METHOD).set_forkserver_preload([*modules])


@contextmanager
def _without_main() -> Iterator[None]:
    """Processes started here do not import the caller's main module: it might train again."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes started here inherit a mask without Ctrl-C, which the driver alone answers."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=_end_with_driver, daemon=True).start()


def _started() -> None:
    """The first call of every worker."""


def _end_with_driver() -> None:
    """A worker whose driver was killed would wait for ever; end with it."""
    driver = parent_process()
    assert driver is not None
    driver.join()
    os._exit(1)


def available_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
