"""What a choice that the paper leaves open is worth: tables that differ in one field, compared."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from ltlib.errors import InputError
from ltlib.protocol import Protocol
from ltlib.results.contrasts import Contrast, Term, lead, weighted
from ltlib.results.estimates import Estimate
from ltlib.results.quantities import ALIKE, EARLY, UNPRUNED
from ltlib.results.table import REPLICATE, check_table
from ltlib.results.verdicts import CONFIDENCE
from ltlib.strategies import FULL_MODEL, OBTAIN, TICKET_RANDOM, TICKET_RESET

QUANTITIES: dict[str, Contrast] = {
    "full model": (Term(FULL_MODEL, UNPRUNED),),
    "reset, to 90%": (Term(TICKET_RESET, (0.0, EARLY)),),
    "reset − random, to 96%": lead(TICKET_RESET, TICKET_RANDOM, upto=ALIKE),
    "reset − random, beyond": lead(TICKET_RESET, TICKET_RANDOM, above=ALIKE),
}
CHAIN = ["source", *REPLICATE]


def worth(default: pd.DataFrame, others: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What each table's quantities are more than the default's, chain by chain.

    A chain has the same initial values and batches in either table where the choice leaves them the
    same, so that differences within it are taken; domains are strata, as in
    `ltlib.results.contrasts`.

    Args:
        default: of one setting.
        others: by name, each of one setting, on the same corpus.

    Returns:
        Columns `table, choice, quantity, estimate, low, high, chains`: the choice as fields and
        values, differences of accuracies as fractions with their 95% interval over chains. What
        either table did not measure (random tickets, say) is left out.

    Raises:
        InputError: a table is of another corpus or mixes settings, has no chain in common, or
            nothing of what is compared.
    """
    check_table(default)
    before = _fields(default)
    rows = []
    for name, other in others.items():
        check_table(other)
        if set(other["corpus_hash"]) != set(default["corpus_hash"]):
            raise InputError(f"{name}: is of another corpus than the table it is compared with")
        changed = {k: v for k, v in _fields(other).items() if before[k] != v}
        choice = ", ".join(f"{field}={json.dumps(value)}" for field, value in changed.items())
        both = {q: (by_chain(other, c), by_chain(default, c)) for q, c in QUANTITIES.items()}
        measured = {q: pair for q, pair in both.items() if not any(one.empty for one in pair)}
        if not measured:
            raise InputError(f"{name}: has no obtained tickets to compare; export them, too")
        for quantity, (after, earlier) in measured.items():
            found = over_chains(after - earlier, name)
            rows.append((name, choice, quantity, found.value, *found.interval(CONFIDENCE),
                         found.chains))  # fmt: skip
    columns = ["table", "choice", "quantity", "estimate", "low", "high", "chains"]
    return pd.DataFrame(rows, columns=columns)


def _fields(table: pd.DataFrame) -> dict[str, Any]:
    """Every field of the protocol, those that are the paper's among them."""
    return asdict(Protocol.from_differences(json.loads(table["protocol"].iloc[0])))


def by_chain(results: pd.DataFrame, contrast: Contrast) -> "pd.Series[float]":
    """A contrast of obtaining tickets in every chain that has all its runs."""
    weights, _ = weighted(results, OBTAIN, contrast)
    rows = results[weights != 0].assign(weight=weights[weights != 0])
    shares = rows["weight"] * rows["test_accuracy"].astype(float)
    sums = shares.groupby([rows[name] for name in CHAIN]).sum()
    # Weights are of a mean over all chains: in one alone so many times as much.
    counts = sums.groupby(level="source").transform("count")
    return sums * counts * sums.index.get_level_values("source").nunique()


def over_chains(differences: "pd.Series[float]", name: str) -> Estimate:
    """The mean of what was measured in every chain, domains as strata; texts are held fixed.

    Raises:
        InputError: there is none; says so of `name`.
    """
    known = differences.dropna()
    if known.empty:
        raise InputError(f"{name}: has no chain in common with the table it is compared with")
    domains = [own for _, own in known.groupby(level="source")]
    share = 1 / len(domains)
    value = share * sum(float(own.mean()) for own in domains)
    of_chains = tuple((share**2 * float(own.var()) / len(own), len(own)) for own in domains)
    return Estimate(value, min(map(len, domains)), of_chains, float("nan"))


def at_its_best(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Each strategy's tickets as they are with what suits them best, chosen on validation texts.

    In every domain and round a strategy takes the table in which the mean validation accuracy of
    its chains is highest; of equal ones the first.

    Returns:
        Rows of those tables, and `table`, the name of theirs: a results table of many protocols.
    """
    runs = pd.concat(own.assign(table=name) for name, own in tables.items())
    runs = runs[runs["experiment"] == OBTAIN]
    place = ["strategy", "source", "round"]
    means = runs.groupby([*place, "table"], sort=False)["validation_accuracy"].mean()
    best = means.loc[means.groupby(place, sort=False).idxmax()].reset_index()
    return runs.merge(best[[*place, "table"]], on=[*place, "table"])
