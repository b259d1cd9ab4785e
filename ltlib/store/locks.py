"""Who is doing which run: several drivers may share a store."""

from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ltlib.paths import existing_folder, writing
from ltlib.spec import RunSpec

FOLDER = "locks"


class Locks:
    """What one driver holds of the runs of the store at `store`.

    They are file locks: the system itself gives one back when its owner ends, however it ends, so
    that nothing need be cleared away before another driver takes the run over.
    """

    def __init__(self, store: Path) -> None:
        self._folder = store / FOLDER
        self._own: dict[RunSpec, FileLock] = {}

    def take(self, spec: RunSpec) -> bool:
        """Lock a run; False: another driver has it.

        Raises:
            InputError: the store cannot be written.
        """
        with writing(self._folder):
            existing_folder(self._folder, "mend the store's folder")
            lock = FileLock(self._folder / spec.hash)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                return False
        self._own[spec] = lock
        return True

    def release(self, spec: RunSpec) -> None:
        """Give a run back. Whoever waits for its file sees that it is gone, and makes another."""
        lock = self._own.pop(spec)
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()

    def release_all(self) -> None:
        """Give every run back."""
        for spec in list(self._own):
            with suppress(OSError):  # the store cannot be written any more: the end gives it back
                self.release(spec)


def locked(store: Path) -> set[str]:
    """Names of the runs that some driver is doing at this moment."""
    return {path.name for path in (store / FOLDER).glob("*") if _is_held(path)}


def _is_held(path: Path) -> bool:
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # a store that can only be read: nobody writes it from here
        return False
