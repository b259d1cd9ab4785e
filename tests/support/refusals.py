"""What bad input gets: one line that names the place."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from ltlib.errors import InputError


def assert_refused(act: Callable[[], Any], message: str) -> None:
    """`act` raises an InputError of one line that `message`, a regular expression, matches."""
    with pytest.raises(InputError) as caught:
        act()
    assert re.search(message, str(caught.value)), caught.value
    assert "\n" not in str(caught.value)
