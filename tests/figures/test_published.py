"""Published tables to explore, against loops over each of them."""

import pytest

from ltlib.figures import tickets_of
from ltlib.strategies import TICKET_STRATEGIES
from tests.support.results_table import falling, results_table
from tests.support.scenes import drawn, said

TABLES = {
    "small": results_table(falling, ("books", "music"), rounds=3, replicates=2),
    "large": results_table(falling, ("cds", "films", "home"), rounds=5, replicates=4).assign(
        corpus="other", corpus_hash="1" * 64
    ),
}


@pytest.mark.parametrize("strategy", TICKET_STRATEGIES)
@pytest.mark.parametrize("name", TABLES)
def test_a_chosen_table_is_drawn(name: str, strategy: str) -> None:
    table = TABLES[name]
    dots = [said(item) for item in drawn(tickets_of(TABLES, name, strategy), "symbol")]
    assert len(dots) == table["source"].nunique() * (table["round"].max() + 1)
    for dot in dots:
        r = int(dot["round"])
        chosen = table[
            (table["experiment"] == "obtain")
            & (table["source"] == dot["domain"])
            & (table["round"] == r)
            & (table["strategy"] == (strategy if r else "full-model"))
        ]
        assert dot["mean, accuracy"] == f"{chosen['test_accuracy'].mean():.2%}"
        assert dot["mean, area under ROC"] == f"{chosen['test_auc'].mean():.2%}"
        assert dot["sparsity"] == f"{1 - 0.65**r:.3%}"
