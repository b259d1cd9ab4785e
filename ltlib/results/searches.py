"""What a search for hyperparameters found (`ltlib tune` wrote it)."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ltlib.errors import InputError


@dataclass(frozen=True)
class Search:
    """One search.

    Attributes:
        domain: on whose validation split.
        reviews: how many it has.
        trials: a row a trial, among others its sizes, `dropout` and `validation_accuracy`; the best
            first.
        importance: of each hyperparameter, the share of the accuracies' variance that it alone
            explains; empty of few trials.
    """

    domain: str
    reviews: int
    trials: pd.DataFrame
    importance: dict[str, float]


def published_searches(folder: str | Path) -> dict[str, Search]:
    """The searches of a folder, by the names of their files; none where there is no folder.

    Raises:
        InputError: a file holds no search.
    """
    return {path.stem: read_search(path) for path in sorted(Path(folder).glob("*.json"))}


def read_search(path: str | Path) -> Search:
    """The search that `ltlib tune --out PATH` wrote.

    Raises:
        InputError: no such file, or it holds no search.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
        trials = pd.DataFrame(found["trials"])
        importance = {str(name): float(share) for name, share in found["importance"].items()}
        return Search(
            str(found["domain"]),
            int(found["validation_reviews"]),
            trials.sort_values("validation_accuracy", ascending=False, kind="stable"),
            importance,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: holds no search ({error}); write it again with `ltlib tune`"
        ) from None
