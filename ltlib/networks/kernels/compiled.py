"""How a loop is compiled, and where its machine code is kept."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

from ltlib.paths import cache_dir

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop, reordered: bool = False) -> Loop:
    """`loop` as machine code, made at its first call and kept in the user's cache.

    No operation is reordered or fused, so that sums have the same bits on every machine, however
    many of them its registers take at once; unless they may be `reordered`, where a sum over a
    vector would else be taken one term at a time.
    """
    settings: Any = config  # its folder is read where a loop is declared, and belongs to others too
    theirs, settings.CACHE_DIR = settings.CACHE_DIR, _folder()
    freedom = {"reassoc", "contract"} if reordered else False
    try:
        made = njit(cache=True, error_model="numpy", fastmath=freedom)(loop)
    finally:
        settings.CACHE_DIR = theirs
    return cast(Loop, made)


def _folder() -> str:
    """Where these sources' machine code lies. Numba notices a change of a loop's own file alone."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    return str(cache_dir() / "kernels" / digest[:16])
