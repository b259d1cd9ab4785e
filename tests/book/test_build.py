"""Building the book: what it refuses before anything trains; built books are in `tests/built`."""

from pathlib import Path

import pytest

from book.tools.build import SOURCES, build_book
from ltlib.errors import InputError


@pytest.mark.parametrize("missing", SOURCES)
def test_a_folder_without_a_source_is_refused(tmp_path: Path, missing: str) -> None:
    for name in SOURCES:
        if name != missing:
            (tmp_path / name).touch()
    with pytest.raises(InputError, match=f"{tmp_path / missing}: not found"):
        build_book(tmp_path, tmp_path / "out", "smoke", "vader", "", 0)
    assert not (tmp_path / "out").exists()
