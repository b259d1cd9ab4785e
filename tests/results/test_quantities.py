"""Quantities against loops written out, and the results table side by side."""

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltlib.errors import InputError
from ltlib.results import quantities
from ltlib.results.side_by_side import obtained, over_replicates, transferred
from tests.support.results_table import falling, results_table

DOMAINS = ("books", "music", "garden")
TABLE = results_table(falling, DOMAINS, rounds=8, replicates=3)


def accuracy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
    """As `falling`, with the full model standing in at round 0."""
    if round_ == 0 and strategy.startswith("ticket"):
        strategy = "full-model"
    return falling(strategy, source, target, round_, replicate)


def sparsity(round_: int) -> float:
    return 1 - 0.65**round_


def test_tickets_of_round_0_are_the_full_model() -> None:
    for row in obtained(TABLE).to_dict("records"):
        run = (row["domain"], row["domain"], row["round"], row["replicate"])
        assert row["ticket-reset"] == accuracy("ticket-reset", *run)
        assert row["ticket-random"] == accuracy("ticket-random", *run)
        assert row["full-model"] == falling("full-model", *run[:2], 0, run[3])


def test_ticket_target_is_the_targets_own_ticket() -> None:
    rows = transferred(TABLE).to_dict("records")
    assert len(rows) == 6 * 9 * 3
    for row in rows:
        target, round_, replicate = row["target"], row["round"], row["replicate"]
        own = accuracy("ticket-reset", target, target, round_, replicate)
        assert row["ticket-target"] == own
        run = (row["source"], target, round_, replicate)
        assert row["masks-reset"] == falling("masks-reset", *run)


@pytest.mark.parametrize(("above", "upto"), [(0.0, 0.9), (0.9, 1.0), (0.0, 0.5)])
@pytest.mark.parametrize("domain", [None, "music"])
def test_leads_equal_a_loop(above: float, upto: float, domain: str | None) -> None:
    differences = [
        accuracy("ticket-reset", d, d, r, k) - accuracy("ticket-random", d, d, r, k)
        for d in DOMAINS
        for r in range(9)
        for k in range(3)
        if above < sparsity(r) <= upto and domain in (None, d)
    ]
    measured = quantities.obtaining_lead(
        TABLE, "ticket-reset", "ticket-random", above, upto, domain
    )
    assert measured == pytest.approx(statistics.mean(differences))


def test_without_limits_a_lead_is_of_every_pruned_round() -> None:
    for lead, kind in ((quantities.obtaining_lead, "ticket"), (quantities.transfer_lead, "masks")):
        pair = (f"{kind}-reset", f"{kind}-random")
        assert lead(TABLE, *pair) == lead(TABLE, *pair, 0.0, 1.0) != lead(TABLE, *pair, -1.0, 1.0)


@pytest.mark.parametrize("source", [None, "books"])
def test_transfer_leads_equal_a_loop(source: str | None) -> None:
    differences = [
        falling("masks-random", s, t, r, k) - accuracy("ticket-target", t, t, r, k)
        for s in DOMAINS
        for t in DOMAINS
        for r in range(1, 6)  # up to 90%: 1 - 0.65^5 = 0.884
        for k in range(3)
        if s != t and source in (None, s)
    ]
    measured = quantities.transfer_lead(
        TABLE, "masks-random", "ticket-target", upto=quantities.EARLY, source=source
    )
    assert measured == pytest.approx(statistics.mean(differences))


def test_a_sparsity_of_90_percent_is_early() -> None:
    table = TABLE.assign(sparsity=np.where(TABLE["round"] == 1, 0.90001, 0.99))
    only_first = quantities.obtaining_lead(table, "ticket-reset", "ticket-random", upto=0.9)
    assert only_first == pytest.approx(0.02)


def uneven(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
    """Random tickets differ between replicates three times as much as others do."""
    return 0.7 + (0.06 if strategy.endswith("random") else 0.02) * (replicate**2 - round_ / 9)


def test_without_rounds_no_lead() -> None:
    alone = results_table(falling, DOMAINS, rounds=2, replicates=1)
    assert math.isnan(quantities.obtaining_lead(alone, "ticket-reset", "ticket-random", above=0.96))


def leads(values: list[float]) -> pd.DataFrame:
    """A table where ticket-reset is ahead of ticket-random by `values`, round by round."""

    def ahead(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        return 0.7 + (values[round_ - 1] if strategy == "ticket-reset" and round_ else 0.0)

    return results_table(ahead, ("books",), rounds=len(values), transfers=False)


@given(st.lists(st.sampled_from([-0.03, 0.0, 0.01, 0.04]), min_size=1, max_size=6))
def test_the_transition_is_where_the_lead_begins_to_last(values: list[float]) -> None:
    last = [r for r in range(len(values)) if all(v >= 0.02 for v in values[r:])]
    measured = quantities.transition_sparsity(leads(values), "books", 0.02)
    if last:
        assert measured == pytest.approx(sparsity(last[0] + 1))
    else:
        assert math.isnan(measured)


def test_a_lead_of_the_threshold_itself_counts() -> None:
    assert quantities.transition_sparsity(leads([-0.03, 0.0, 0.0]), "books", 0.0) == sparsity(2)


def test_the_transition_is_of_one_domain_however_rows_are_ordered() -> None:
    first = {"books": 3, "music": 5, "garden": 9}  # the round from which reset is ahead

    def ahead(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        return 0.7 + 0.05 * (strategy == "ticket-reset" and round_ >= first[source])

    table = results_table(ahead, DOMAINS, rounds=8)
    for rows in (table, table[::-1], table.sample(frac=1, random_state=0)):
        for domain, round_ in first.items():
            found = quantities.transition_sparsity(rows, domain)
            assert found == (
                sparsity(round_) if round_ <= 8 else pytest.approx(math.nan, nan_ok=True)
            )


def test_leads_by_round_equal_loops() -> None:
    table = results_table(uneven, DOMAINS, rounds=5, replicates=3)
    found = quantities.lead_by_round(table[::-1])
    assert list(dict.fromkeys(found["domain"])) == list(DOMAINS[::-1]), "as the table has them"
    assert len(found) == len(DOMAINS) * 6

    def leads(domain: str, r: int) -> list[float]:
        reset, random = (
            [uneven(strategy, domain, domain, r, k) for k in range(3)]
            for strategy in ("ticket-reset", "ticket-random")
        )
        return [a - b if r else 0.0 for a, b in zip(reset, random, strict=True)]

    for row in found.to_dict("records"):
        domain, r = row["domain"], row["round"]
        assert (row["sparsity"], row["replicates"]) == (sparsity(r), 3)
        assert row["mean"] == pytest.approx(statistics.mean(leads(domain, r)))
        assert row["deviation"] == pytest.approx(statistics.stdev(leads(domain, r)))
        later = [statistics.mean(leads(domain, after)) for after in range(r, 6)]
        if r:
            assert row["from_here_on"] == pytest.approx(min(later))
        else:
            assert math.isnan(row["from_here_on"])


def test_a_round_of_one_strategy_breaks_the_lead() -> None:
    whole = leads([0.04, 0.04, 0.04, 0.04])
    table = whole[(whole["strategy"] != "ticket-random") | (whole["round"] != 3)]
    known = quantities.lead_by_round(table).set_index("round")["from_here_on"].notna()
    assert list(known) == [False, False, False, False, True]
    assert quantities.transition_sparsity(table, "books") == sparsity(4)
    last = whole[(whole["strategy"] != "ticket-random") | (whole["round"] != 4)]
    assert math.isnan(quantities.transition_sparsity(last, "books"))


@pytest.mark.parametrize("replicates", [1, 3])
def test_over_replicates_equals_a_loop(replicates: int) -> None:
    table = results_table(falling, DOMAINS, rounds=4, replicates=replicates)
    table = table[(table["strategy"] != "masks-random") | (table["round"] != 2)]
    names = ("masks-random", "ticket-target")
    found = over_replicates(transferred(table), ["source", "target"], names)
    assert len(found) == 6 * (4 + 5), "and no row for what was never run"
    for row in found.to_dict("records"):
        source, target, r = row["source"], row["target"], row["round"]
        own = row["strategy"] == "ticket-target"
        run = ("ticket-reset", target, target, r) if own else ("masks-random", source, target, r)
        values = [accuracy(*run, k) for k in range(replicates)]
        assert (row["replicates"], row["sparsity"]) == (replicates, sparsity(r))
        assert row["mean"] == pytest.approx(statistics.mean(values))
        if replicates == 1:
            assert math.isnan(row["deviation"])
        else:
            assert row["deviation"] == pytest.approx(statistics.stdev(values))


@given(
    st.lists(st.sampled_from([-0.03, -0.01, 0.0, 0.01]), min_size=1, max_size=6),
    st.sampled_from([0.0, 0.005, 0.02, 0.05]),
)
def test_as_good_allows_what_is_tolerated_below_the_full_model(
    values: list[float], tolerance: float
) -> None:
    winning = [0.0] + [sparsity(r + 1) for r, value in enumerate(values) if value >= -tolerance]
    found = quantities.winning_sparsity(leads(values), "books", tolerance)
    assert found == pytest.approx(max(winning))


@given(st.lists(st.sampled_from([-0.03, 0.0, 0.01]), min_size=1, max_size=6))
def test_winning_is_the_last_round_no_worse_than_the_full_model(values: list[float]) -> None:
    winning = [0.0] + [sparsity(r + 1) for r, value in enumerate(values) if value >= 0]
    assert quantities.winning_sparsity(leads(values), "books") == pytest.approx(max(winning))


def test_without_a_full_model_nothing_is_as_good() -> None:
    table = leads([0.0, 0.01])
    alone = table[table["strategy"] != "full-model"]
    assert quantities.winning_sparsity(alone, "books") == 0.0


def test_mixed_tables_are_refused() -> None:
    other = TABLE.assign(corpus_hash="1" * 64)
    with pytest.raises(InputError, match="corpus_hash"):
        obtained(pd.concat([TABLE, other]))
    with pytest.raises(InputError, match="two rows"):
        obtained(pd.concat([TABLE, TABLE]))
    once = TABLE[(TABLE["strategy"] == "ticket-random") & (TABLE["round"] == 3)][-1:]
    with pytest.raises(InputError, match="two rows for ticket-random, round 3, replicate 2; keep"):
        obtained(pd.concat([TABLE, once]))
