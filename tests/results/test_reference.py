"""How firm the full model is, against a loop and against tables whose truth is known."""

import statistics
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.figures import reference_table
from ltlib.results.reference import EVERY_DOMAIN, reference
from tests.support.results_table import falling, results_table

DOMAINS = ("books", "music", "garden")
CHAINS, OTHERS = 3, 4

Accuracy = Callable[[str, str, str, int, int], float]


def tables(
    accuracy: Accuracy = falling, domains: tuple[str, ...] = DOMAINS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    every = results_table(accuracy, domains, 6, CHAINS + OTHERS, transfers=False)
    later = every["replicate"] >= CHAINS
    return every[~later], every[later & (every["round"] == 0)]


def test_means_are_those_of_a_loop() -> None:
    default, more = tables()
    found = reference(default, more).set_index("domain")
    leads = []
    for domain in DOMAINS:
        full = [falling("full-model", domain, domain, 0, r) for r in range(CHAINS + OTHERS)]
        early = [r for r in range(1, 7) if 1 - 0.65**r <= 0.9]
        tickets = statistics.mean(
            falling("ticket-reset", domain, domain, r, n) for n in range(CHAINS) for r in early
        )
        row = found.loc[domain]
        assert (row["chains"], row["draws"]) == (CHAINS, CHAINS + OTHERS)
        assert row["of_chains"] == pytest.approx(statistics.mean(full[:CHAINS]))
        assert row["of_others"] == pytest.approx(statistics.mean(full[CHAINS:]))
        assert row["deviation"] == pytest.approx(statistics.stdev(full))
        assert row["lead"] == pytest.approx(tickets - statistics.mean(full[:CHAINS]))
        assert row["lead_all"] == pytest.approx(tickets - statistics.mean(full))
        leads.append(row["lead_all"])
    assert found.loc[EVERY_DOMAIN, "lead_all"] == pytest.approx(np.mean(leads))
    assert found.loc[EVERY_DOMAIN, "of_others"] == pytest.approx(found["of_others"].iloc[:3].mean())


def drawn(generator: np.random.Generator, luck: float) -> Accuracy:
    """Tickets 1 point above full models; what a chain begins with shifts both, and `luck` one."""
    begun = generator.normal(0, 0.01, CHAINS + OTHERS)
    trained = generator.normal(0, luck, CHAINS + OTHERS)
    of_tickets = generator.normal(0, 0.004, CHAINS + OTHERS)

    def accuracy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        if strategy == "full-model":
            return 0.8 + float(begun[replicate] + trained[replicate])
        return 0.81 + float(begun[replicate] + of_tickets[replicate])

    return accuracy


def test_intervals_hold_the_truth_and_more_draws_narrow_them_where_a_training_is_luck() -> None:
    generator = np.random.default_rng(0)
    held, widths = [], []
    for _ in range(200):
        row = reference(*tables(drawn(generator, 0.03), ("books",))).iloc[-1]
        held.append(row["low_all"] <= 0.01 <= row["high_all"])
        widths.append((row["high"] - row["low"], row["high_all"] - row["low_all"]))
    own, of_all = np.median(widths, axis=0)
    assert 0.9 <= np.mean(held) <= 0.995
    assert of_all < 0.75 * own


def test_the_table_that_is_read() -> None:
    table = reference_table(*tables(), "the full model")
    assert table.names == [*sorted(DOMAINS), EVERY_DOMAIN]
    assert table.headings[:2] == ["full model, 3 chains", "4 other draws"]
    assert table.headings[-1] == "tickets lead all 7 (points)"
    assert table.rows[0][:2] == ["82.0%", "85.5%"]
    assert all("to" in row[-1] for row in table.rows)


def test_tables_that_do_not_belong_together() -> None:
    one, more = tables()
    with pytest.raises(InputError, match="corpus_hash"):
        reference(one, more.assign(corpus_hash="x"))
    with pytest.raises(InputError, match="protocol"):
        reference(one, more.assign(protocol='{"epochs": 3}'))
    with pytest.raises(InputError, match="more replicates"):
        reference(one, more.assign(replicate=more["replicate"] - 1))
    with pytest.raises(InputError, match="no domain in common"):
        reference(one, more.assign(source="other " + more["source"]))
    with pytest.raises(InputError, match="books: two chains"):
        reference(one[one["replicate"] == 0], more)
