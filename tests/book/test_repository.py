"""What follows from the hosting address."""

from pathlib import Path

import pytest

from book.tools.repository import Repository, pages_address

ELSEWHERE = "https://example.org/people/tickets"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://github.com/Some-Group/tickets", "https://some-group.github.io/tickets/"),
        ("https://github.com/group/Group.github.io", "https://group.github.io/"),
        ("https://github.com/group", None),
        (ELSEWHERE, None),
    ],
)
def test_where_the_pages_are_published(url: str, address: str | None) -> None:
    assert pages_address(url) == address


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://github.com/a/b", "a/b"),
        ("https://example.org/a/b", None),
        ("https://example.org/github.com/a/b", None),
    ],
)
def test_whether_it_is_on_github(url: str, place: str | None) -> None:
    assert Repository(url, "main").on_github == place


def test_what_the_configuration_states_is_read(tmp_path: Path) -> None:
    stated = "repository:\n  url: https://example.org/a/b/\n  branch: trunk\n"
    (tmp_path / "_config.yml").write_text(stated)
    repository = Repository.of(tmp_path)
    assert repository == Repository("https://example.org/a/b", "trunk")
    assert repository.raw("notebooks") == "https://example.org/a/b/raw/trunk/notebooks"
