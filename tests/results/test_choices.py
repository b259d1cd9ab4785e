"""What a choice is worth, against a slow loop and SciPy."""

import statistics

import pandas as pd
import pytest
from scipy import stats

from ltlib.errors import InputError
from ltlib.figures import choices_table
from ltlib.results.choices import QUANTITIES, at_its_best, worth
from tests.support.results_table import results_table

DOMAINS = ("books", "music")
ROUNDS, REPLICATES = 9, 4


def default(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
    return 0.7 - 0.01 * round_ + 0.003 * replicate


def changed(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
    gain = 0.02 if strategy == "ticket-reset" else 0.0
    more = 0.001 * replicate**2 + 0.004 * (source == "music")
    return default(strategy, source, target, round_, replicate) + gain + more


def table(accuracy: object, **fields: object) -> pd.DataFrame:
    found = results_table(accuracy, DOMAINS, ROUNDS, REPLICATES, transfers=False)  # type: ignore[arg-type]
    return found.assign(protocol=str(fields).replace("'", '"'))


def test_differences_are_within_chains_and_domains_are_strata() -> None:
    found = worth(table(default, epochs=10), {"more": table(changed, epochs=20)})
    assert list(found["quantity"]) == list(QUANTITIES)
    assert set(found["choice"]) == {"epochs=20"} and set(found["chains"]) == {REPLICATES}
    full, reset, early, late = found.to_dict("records")
    chains = {
        d: [0.001 * r**2 + 0.004 * (d == "music") for r in range(REPLICATES)] for d in DOMAINS
    }
    mean = statistics.mean(statistics.mean(own) for own in chains.values())
    assert full["estimate"] == pytest.approx(mean)
    assert reset["estimate"] == pytest.approx(mean + 0.02)
    assert [early["estimate"], late["estimate"]] == pytest.approx([0.02, 0.02])
    # The two domains vary alike: Student's t of both pooled.
    variance = statistics.mean(statistics.variance(own) for own in chains.values())
    half = stats.t.ppf(0.975, 2 * (REPLICATES - 1)) * (variance / REPLICATES / 2) ** 0.5
    assert full["high"] - full["estimate"] == pytest.approx(half)
    assert full["estimate"] - full["low"] == pytest.approx(half)


def test_a_choice_is_told_though_it_is_the_papers_own() -> None:
    """A protocol is stored as what differs from the paper's."""
    found = worth(table(default, epochs=10, l2=0.0), {"more": table(changed, l2=0.0)})
    assert set(found["choice"]) == {"epochs=15"}


def test_chains_that_one_table_lacks_take_no_part() -> None:
    fewer = table(changed, epochs=20)
    found = worth(table(default, epochs=10), {"fewer": fewer[fewer["replicate"] != 2]})
    assert set(found["chains"]) == {REPLICATES - 1}
    kept = [0.001 * r**2 for r in (0, 1, 3)]
    assert found["estimate"].iloc[0] == pytest.approx(statistics.mean(kept) + 0.002)


def test_what_a_table_did_not_measure_is_left_out() -> None:
    one, other = table(default, epochs=10), table(changed, epochs=20)
    alone = other[other["strategy"] != "ticket-random"]
    whole = worth(one, {"whole": other}).iloc[:2].drop(columns="table")
    for pair in ((one, alone), (one[one["strategy"] != "ticket-random"], other)):
        found = worth(pair[0], {"alone": pair[1]})
        assert list(found["quantity"]) == ["full model", "reset, to 90%"]
        pd.testing.assert_frame_equal(found.drop(columns="table"), whole)
    first, second = choices_table(one, {"whole": other, "alone": alone}, "what choices add").rows
    assert "–" not in first and second == [*first[:3], "–", "–"]
    with pytest.raises(InputError, match="deep: has no obtained tickets"):
        worth(one, {"deep": other[other["strategy"] == "ticket-random"]})


def test_what_cannot_be_compared_is_refused() -> None:
    one = table(default, epochs=10)
    with pytest.raises(InputError, match="far: is of another corpus"):
        worth(one, {"far": one.assign(corpus_hash="1" * 64)})
    with pytest.raises(InputError, match="none: has no chain in common"):
        worth(one, {"none": one.assign(seed=5)})


def test_what_suits_a_strategy_is_chosen_on_validation_texts() -> None:
    """The second table is better for random in music alone, and lies about its test texts."""
    one = table(default)
    better = (one["strategy"] == "ticket-random") & (one["source"] == "music")
    other = one.assign(
        validation_accuracy=one["validation_accuracy"] + 0.1 * better - 0.1 * ~better,
        test_accuracy=0.99,
    )
    found = at_its_best({"one": one, "other": other})
    assert len(found) == len(one)
    chosen = found.groupby(["strategy", "source"])["table"].agg(set).to_dict()
    assert chosen.pop(("ticket-random", "music")) == {"other"}
    assert set(map(frozenset, chosen.values())) == {frozenset({"one"})}
    assert (found.loc[found["table"] == "other", "test_accuracy"] == 0.99).all()
