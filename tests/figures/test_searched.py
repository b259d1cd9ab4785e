"""What a search saw: every trial where it was, the paper's values where they are."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer

from ltlib.figures import searched
from ltlib.figures.searched import NAMES
from ltlib.results.searches import Search, published_searches, read_search
from tests.support.refusals import assert_refused

PAPER = {"embedding_size": 417, "channels": 127, "hidden_size": 117, "dropout": 0.285}  # §5.1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    trials = [
        {"trial": n, "embedding_size": 60 + n, "channels": 30 + 2 * n, "hidden_size": 40 + 3 * n,
         "dropout": n / 20, "validation_accuracy": 0.7 + 0.01 * (n % 7)}
        for n in range(12)
    ]  # fmt: skip
    found = {
        "domain": "ants",
        "validation_reviews": 400,
        "trials": trials,
        "importance": dict.fromkeys(PAPER, 0.25),
    }
    (tmp_path / "insects.json").write_text(json.dumps(found))
    return tmp_path / "insects.json"


def test_dots_are_trials_and_lines_the_paper(path: Path) -> None:
    search = read_search(path)
    figure = searched(search)
    for axes, (field, name) in zip(figure.axes, NAMES.items(), strict=True):
        every, best = (np.asarray(dots.get_offsets()) for dots in axes.collections[:2])
        trials = sorted(
            zip(search.trials[field], search.trials["validation_accuracy"], strict=True)
        )
        np.testing.assert_allclose(sorted(every.tolist()), [(x, 100 * y) for x, y in trials])
        assert best.tolist() == [[search.trials[field].iloc[0], pytest.approx(76)]]
        assert np.asarray(axes.get_lines()[0].get_xdata()).tolist() == [PAPER[field]] * 2
        assert axes.get_title() == f"{name}: 25%"
    mean = search.trials["validation_accuracy"].mean()
    error = 100 * math.sqrt(mean * (1 - mean) / 400)
    (bar,) = [c for c in figure.axes[0].containers if isinstance(c, ErrorbarContainer)]
    ((_, low), (_, high)) = bar.lines[2][0].get_segments()[0].tolist()
    assert (high - low) / 2 == pytest.approx(error)
    assert figure.png() == searched(search).png()


def test_of_few_trials_no_share_is_said(path: Path) -> None:
    search = read_search(path)
    titles = [axes.get_title() for axes in searched(Search("ants", 400, search.trials, {})).axes]
    assert titles == list(NAMES.values())


def test_searches_are_read_by_name_and_others_refused(path: Path) -> None:
    assert list(published_searches(path.parent)) == ["insects"]
    assert published_searches(path.parent / "nothing") == {}
    assert read_search(path).trials["trial"].iloc[0] == 6
    for text in ("", "[]", "{}", '{"domain": "a", "trials": [], "importance": {}}'):
        path.write_text(text)
        assert_refused(lambda: read_search(path), "insects.json: holds no search")
