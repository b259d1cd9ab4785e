"""The README's buttons."""

import pytest

from book.tools.badges import badges
from book.tools.repository import Repository


@pytest.mark.parametrize(
    ("url", "binder"),
    [
        ("https://github.com/a/b", "mybinder.org/v2/gh/a/b/main"),
        ("https://example.org/a/b", "mybinder.org/v2/git/https%3A%2F%2Fexample.org%2Fa%2Fb/main"),
    ],
)
def test_badges(url: str, binder: str) -> None:
    written = badges(Repository(url, "main"))
    assert binder in written
    assert ("colab" in written) == ("github.com" in url)
