"""What training for longer is worth: the same masks, other epochs (§5.1 has fifteen)."""

import pandas as pd

from ltlib.errors import InputError
from ltlib.results.choices import CHAIN, over_chains
from ltlib.results.table import check_table
from ltlib.results.verdicts import CONFIDENCE
from ltlib.strategies import (
    MASKS_RANDOM,
    MASKS_RESET,
    MASKS_SHUFFLED,
    OBTAIN,
    TICKET_RESET,
    Strategy,
)

TRAINED: dict[str, tuple[Strategy, Strategy]] = {  # in the one table, and in the other
    "initial values": (TICKET_RESET, MASKS_RESET),
    "random values": (MASKS_RANDOM, MASKS_RANDOM),
    "random places": (MASKS_SHUFFLED, MASKS_SHUFFLED),
}
LEADS = (("initial values", "random values"), ("random values", "random places"))


def longer(default: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Tickets and what they are compared with in their own domain, trained for other epochs.

    Every mean is over the rounds that a chain has in both tables under all of `TRAINED`, then over
    chains and domains, every domain counting the same.

    Args:
        default: with the chains that the masks are of.
        other: by a protocol that differs in `retrain_epochs`.

    Returns:
        A row for each of `TRAINED` and of the leads among them: `quantity, before, after, gained,
        low, high, chains`: accuracies or differences of them, as fractions; `gained` is `after` −
        `before` in every chain, with its 95% interval over chains.

    Raises:
        InputError: a table mixes settings; they are of two corpora, or have no run in common.
    """
    for table in (default, other):
        check_table(table)
    if set(other["corpus_hash"]) != set(default["corpus_hash"]):
        raise InputError("the table of other epochs is of another corpus than the one before")
    before, after = (
        pd.DataFrame({name: _accuracies(table, both[at]) for name, both in TRAINED.items()})
        for at, table in enumerate((default, other))
    )
    runs = before.add_suffix(" before").join(after.add_suffix(" after")).dropna()
    chains = runs.groupby(level=CHAIN).mean()
    for one, less in LEADS:
        for when in ("before", "after"):
            lead = chains[f"{one} {when}"] - chains[f"{less} {when}"]
            chains[f"{one} − {less} {when}"] = lead
    quantities = [*TRAINED, *(f"{one} − {less}" for one, less in LEADS)]
    return pd.DataFrame([_row(chains, quantity) for quantity in quantities])


def _accuracies(table: pd.DataFrame, strategy: Strategy) -> "pd.Series[float]":
    own = table[(table["experiment"] == OBTAIN) & (table["strategy"] == strategy)]
    return own.set_index([*CHAIN, "round"])["test_accuracy"].astype(float)


def _row(chains: pd.DataFrame, quantity: str) -> dict[str, str | float]:
    before, after = chains[f"{quantity} before"], chains[f"{quantity} after"]
    gained = over_chains(after - before, "the table of other epochs")
    low, high = gained.interval(CONFIDENCE)
    return {
        "quantity": quantity,
        "before": over_chains(before, "").value,
        "after": over_chains(after, "").value,
        "gained": gained.value,
        "low": low,
        "high": high,
        "chains": gained.chains,
    }
