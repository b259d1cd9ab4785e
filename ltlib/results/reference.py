"""How firm the full model is, with which every ticket is compared: more draws of it than chains."""

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.choices import QUANTITIES, by_chain
from ltlib.results.estimates import Estimate
from ltlib.results.table import check_table
from ltlib.results.verdicts import CONFIDENCE

EVERY_DOMAIN = "every domain"


def reference(default: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """The full model of chains and of other draws, and what tickets up to 90% lead by over either.

    A chain's tickets and its full model share initial values, so that its lead is free of their
    luck, but not of the luck of its one training at round 0. The mean of more draws has less.

    Args:
        default: with chains of tickets.
        more: full models alone, of replicates that `default` does not have.

    Returns:
        A row a domain, and one of their mean: `domain, chains, draws, of_chains, of_others,
        deviation`: mean accuracies, and the standard deviation among all draws; `lead, low, high`
        over each chain's own full model, and `lead_all, low_all, high_all` over the mean of all
        draws, with 95% intervals over chains and draws. Fractions.

    Raises:
        InputError: a table mixes settings; they are not of one corpus and protocol; a chain is in
            both; they have no domain in common, or one of fewer than two chains and two others.
    """
    for table in (default, more):
        check_table(table)
    for field in ("corpus_hash", "protocol"):
        if set(default[field]) != set(more[field]):
            raise InputError(f"the table of other full models differs in {field}")
    tickets = by_chain(default, QUANTITIES["reset, to 90%"])
    own, others = (by_chain(table, QUANTITIES["full model"]) for table in (default, more))
    if not own.index.intersection(others.index).empty:
        raise InputError("other full models are of chains that the table has: take more replicates")
    chains = pd.DataFrame({"tickets": tickets, "full": own}).dropna()
    domains = [name for name in chains.index.unique("source") if name in others.index]
    if not domains:
        raise InputError("the table of other full models has no domain in common with the one")
    rows: list[dict[str, str | float]] = []
    estimates = []
    for domain in domains:
        row, both = _of_domain(domain, chains.loc[domain], others.loc[domain])
        rows.append(row)
        estimates.append(both)
    means = pd.DataFrame(rows).mean(numeric_only=True)
    together = [_mean([both[i] for both in estimates]) for i in range(2)]
    row = {str(name): mean for name, mean in means.items()}
    rows.append({**row, "domain": EVERY_DOMAIN, **_leads(*together)})
    return pd.DataFrame(rows)


def _of_domain(
    domain: str, chains: pd.DataFrame, others: "pd.Series[float]"
) -> tuple[dict[str, str | float], tuple[Estimate, Estimate]]:
    count, draws = len(chains), len(chains) + len(others)
    if count < 2 or len(others) < 2:
        raise InputError(f"{domain}: two chains and two other full models are needed at least")
    lead = chains["tickets"] - chains["full"]
    own = Estimate(lead.mean(), count, ((lead.var() / count, count),), float("nan"))
    every = pd.concat([chains["full"], others])
    # What a chain adds to the difference of means; other draws vary for themselves.
    shares = chains["tickets"] - chains["full"] * count / draws
    parts = (
        (shares.var() / count, count),
        (len(others) * others.var() / draws**2, len(others)),
    )
    of_all = Estimate(chains["tickets"].mean() - every.mean(), count, parts, float("nan"))
    row: dict[str, str | float] = {
        "domain": domain,
        "chains": count,
        "draws": draws,
        "of_chains": chains["full"].mean(),
        "of_others": others.mean(),
        "deviation": every.std(),
    }
    return {**row, **_leads(own, of_all)}, (own, of_all)


def _mean(estimates: list[Estimate]) -> Estimate:
    """Over domains, which are independent."""
    share = 1 / len(estimates)
    parts = [(share**2 * v, n) for one in estimates for v, n in one.of_chains]
    value = share * sum(one.value for one in estimates)
    return Estimate(value, min(one.chains for one in estimates), tuple(parts), float("nan"))


def _leads(own: Estimate, of_all: Estimate) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, estimate in (("", own), ("_all", of_all)):
        low, high = estimate.interval(CONFIDENCE)
        found |= {f"lead{name}": estimate.value, f"low{name}": low, f"high{name}": high}
    return found
