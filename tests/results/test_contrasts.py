"""Estimates against loops, SciPy and simulation."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ltlib.results.contrasts import Term, estimated, lead, minus
from ltlib.results.correct import to_bits
from ltlib.results.estimates import Estimate, t_quantile
from ltlib.results.quantities import UNPRUNED
from tests.support.results_table import falling, results_table

DOMAINS = ("books", "music", "garden")
SIMULATIONS = 200


@pytest.mark.parametrize("degrees", [*range(1, 13), 30, 99, math.inf])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_quantiles_are_scipys(degrees: float, confidence: float) -> None:
    expected = stats.t.ppf((1 + confidence) / 2, degrees)
    assert t_quantile(degrees, confidence) == pytest.approx(expected, rel=1e-9)


def known(accuracies: dict[tuple[str, int], float]) -> pd.DataFrame:
    """One domain, one round: reset at 0.7 plus what is given for (strategy, replicate)."""

    def accuracy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        return 0.7 + accuracies.get((strategy, replicate), 0.0)

    replicates = 1 + max(replicate for _, replicate in accuracies)
    table = results_table(accuracy, ["books"], rounds=1, replicates=replicates, transfers=False)
    return table.assign(test_correct=None)


def test_of_one_domain_without_bits_it_is_students_paired_test() -> None:
    numbers = np.random.default_rng(0)
    leads = numbers.normal(0.01, 0.02, 6)
    table = known({("ticket-reset", n): float(lead_) for n, lead_ in enumerate(leads)})
    found = estimated(table, "obtain", lead("ticket-reset", "ticket-random"))
    assert math.isnan(found.of_texts)
    assert found.degrees == pytest.approx(5)
    expected = stats.ttest_1samp(leads, 0.005)
    assert found.value == pytest.approx(leads.mean())
    assert found.error == pytest.approx(stats.sem(leads))
    assert found.interval(0.95) == pytest.approx(expected.confidence_interval(0.95))
    assert found.above(0.005) == pytest.approx(
        stats.ttest_1samp(leads, 0.005, alternative="greater").pvalue
    )
    assert found.below(0.005) == pytest.approx(
        stats.ttest_1samp(leads, 0.005, alternative="less").pvalue
    )
    assert (found.above(-math.inf), found.below(math.inf)) == (0.0, 0.0)
    assert (found.above(math.inf), found.below(-math.inf)) == (1.0, 1.0)


def test_domains_are_strata() -> None:
    """How far domains lie apart says nothing of training again; Welch and Satterthwaite's case."""
    numbers = np.random.default_rng(1)
    leads = {d: numbers.normal(i, 0.01 * (1 + i), 4) for i, d in enumerate(DOMAINS)}

    def accuracy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        return float(leads[source][replicate]) if strategy == "ticket-reset" else 0.0

    table = results_table(accuracy, DOMAINS, 2, 4, transfers=False).assign(test_correct=None)
    found = estimated(table, "obtain", lead("ticket-reset", "ticket-random"))
    parts = [own.var(ddof=1) / 4 / 9 for own in leads.values()]
    assert found.value == pytest.approx(np.mean([own.mean() for own in leads.values()]))
    assert found.error == pytest.approx(math.sqrt(sum(parts)))
    assert found.degrees == pytest.approx(sum(parts) ** 2 / sum(part**2 / 3 for part in parts))


def test_how_much_a_lead_grows() -> None:
    table = results_table(falling, DOMAINS, rounds=12, replicates=3)
    late, early = (
        lead("ticket-reset", "ticket-random", above, upto) for above, upto in ((0.9, 1), (0, 0.9))
    )
    parts = [estimated(table, "obtain", contrast).value for contrast in (late, early)]
    assert estimated(table, "obtain", minus(late, early)).value == pytest.approx(
        parts[0] - parts[1]
    )
    assert parts[0] == pytest.approx(np.mean([0.02 * r for r in range(6, 13)]))


def test_a_term_may_be_of_one_place() -> None:
    table = results_table(falling, DOMAINS, replicates=3)
    terms = tuple(
        Term("full-model", UNPRUNED, sign, (d, d)) for d, sign in (("books", 1), ("garden", -1))
    )
    assert estimated(table, "obtain", terms).value == pytest.approx(0.002 * (5 - 6))


def test_one_chain_has_no_error() -> None:
    table = results_table(falling, DOMAINS, replicates=1)
    found = estimated(table, "obtain", lead("ticket-reset", "ticket-random"))
    assert found.chains == 1
    assert math.isnan(found.error) and math.isnan(found.interval(0.95)[0])


CONTRASTS = {
    "obtain": lead("ticket-reset", "ticket-random"),
    "transfer": lead("masks-reset", "ticket-target"),
}


def worlds(
    experiment: str, chains: float, texts: float, both: float, domains: int, replicates: int
) -> Iterator[Estimate]:
    """Estimates of a difference whose truth is 0: each of these moves either strategy's runs by
    chance, with this deviation, once a chain, once a text of the target, once for the two.
    """
    random = np.random.default_rng(2)
    names = [f"d{n}" for n in range(domains)]
    reviews = 240
    table = results_table(falling, names, 1, replicates, transfers=experiment == "transfer")
    for _ in range(SIMULATIONS):
        by_chain: dict[object, np.ndarray] = {}
        by_text = {d: random.normal(0, texts, (2, reviews)) for d in names}
        bits = []
        for row in table.to_dict("records"):
            first = row["strategy"] in ("ticket-reset", "masks-random", "full-model")
            chain = (row["source"], row["replicate"], first)
            shift = by_chain.setdefault(chain, random.normal(0, chains, 1))
            score = shift + by_text[row["target"]][int(first)] + random.normal(0, both, reviews)
            bits.append(score + 0.5 > 0)
        yield estimated(
            table.assign(
                test_correct=[to_bits(own) for own in bits],
                test_accuracy=[own.mean() for own in bits],
                test_reviews=reviews,
            ),
            experiment,
            CONTRASTS[experiment],
        )


@pytest.mark.parametrize("experiment", ["obtain", "transfer"])
@pytest.mark.parametrize(
    ("chains", "texts", "both"), [(0.05, 0, 1), (0, 1, 1), (0.03, 1, 1), (0, 0, 1)]
)
def test_nineteen_of_twenty_intervals_hold_the_truth(
    experiment: str, chains: float, texts: float, both: float
) -> None:
    """Whatever moves runs: chains, texts, or each by itself."""
    found = list(worlds(experiment, chains, texts, both, domains=3, replicates=3))
    share = np.mean([abs(e.value) < e.interval(0.95)[1] - e.value for e in found])
    assert 0.90 < share < 0.995, "three standard errors, and a little for the caution in it"
    spread = np.std([e.value for e in found])
    error = np.sqrt(np.mean([e.error**2 for e in found]))
    assert 0.85 < error / spread < 1.3


def test_without_texts_intervals_about_other_texts_would_be_too_short() -> None:
    """The test above can fail: this is what it guards against."""
    found = list(worlds("obtain", 0, 1, 0.3, domains=2, replicates=4))
    blind = [Estimate(e.value, e.chains, e.of_chains, math.nan) for e in found]
    share = np.mean([abs(e.value) < e.interval(0.95)[1] - e.value for e in blind])
    assert share < 0.8
