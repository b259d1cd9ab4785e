"""Where a number comes from."""

import subprocess

import pytest

from ltlib.store.provenance import provenance
from tests.support.project import ROOT


def test_the_commit_is_that_of_the_checkout_the_library_runs_from() -> None:
    """A module that moved a folder deeper would look for the checkout in the wrong place."""
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout")
    git = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    head = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    assert provenance()["commit"].removesuffix("-dirty") == head
