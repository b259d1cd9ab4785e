"""Versions as the record of a run names them."""

import numpy as np

from ltlib.versions import version_of


def test_a_version_is_the_installed_one_or_none() -> None:
    assert version_of("numpy") == np.__version__
    assert version_of("no-such-package") is None
