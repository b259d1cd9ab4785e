"""What a notebook displays, caught before it is displayed."""

from typing import Any

import IPython.display
import pytest


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What was displayed: data and metadata."""
    bundles: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def display(data: dict[str, Any], raw: bool, metadata: dict[str, Any]) -> None:
        assert raw
        bundles.append((data, metadata))

    monkeypatch.setattr(IPython.display, "display", display)
    return bundles
