"""Files that come to be whole or not at all."""

from pathlib import Path

import pytest

from ltlib.errors import InputError
from ltlib.paths import cache_dir, default_store, existing_folder, replace_into


def test_a_file_is_replaced_in_one_step_or_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("old")
    with pytest.raises(RuntimeError), replace_into(place) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert place.read_text() == "old"
    with replace_into(place) as temporary:
        temporary.write_text("new")
        assert place.read_text() == "old"
    assert place.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_others_may_read_what_the_umask_allows(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    with replace_into(tmp_path / "replaced") as temporary:
        temporary.write_text("")
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_the_cache_is_where_the_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LTLIB_CACHE", str(tmp_path / "deep" / "cache"))
    assert cache_dir() == tmp_path / "deep" / "cache"
    assert cache_dir().is_dir()
    assert default_store() == tmp_path / "deep" / "cache" / "store"


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="is a file, not a folder; mend it"):
            existing_folder(path, "mend it")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """Whatever the system says of it: here that no name may be so long."""
    with pytest.raises(InputError, match=r"n: cannot be made \(File name too long\); mend it$"):
        existing_folder(tmp_path / ("n" * 300), "mend it")
