"""How a process trains: on one thread, with its memory kept."""

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager

import torch

# Parameters of glibc's mallopt(3).
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums in a fixed order: the same bits wherever a run is trained."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def keep_memory() -> None:
    """Let the C library keep freed memory for the next step instead of handing it back.

    Each step frees and allocates again temporaries of many megabytes; the kernel would fill every
    page of them with zeros at each step. Does nothing where the C library is not glibc.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
