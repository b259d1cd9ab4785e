"""The phase transition as a hinge: a lead that is constant up to a round and grows from there.

§5.2 and §6 see one by eye. Here it is fitted: of every domain the mean lead of ticket-reset over
ticket-random, as a function of the round, is a + b·max(0, round − k). Rounds count, not
sparsities: each prunes the same share of what the last one left.

Three questions, with the chain as what varies, for the rounds of a chain hang together:

- *Is there one?* Were the lead the same at all rounds, a chain's deviations from its own mean could
  as well have had the other sign. So chains change sign in all ways (or many), and the share is
  taken in which the best hinge explains as much (a supremum over places: Andrews 1993; the
  permutation: Good 2005). It is the sum of squares that is compared and not their F, in which two
  chains that cancel each other leave a small denominator.
- *Where?* Chains of a domain are drawn again, one fewer than there are, which leaves the variance
  of a mean of few unbiased (Rao and Wu 1988), and the hinge is fitted again.
- *Is it elsewhere in every domain?* Were all domains alike, it would not matter which of them a
  chain is called by: the spread of their places is compared with that after exchanging the names.

What other test texts would change is not counted.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltlib.results.quantities import LATE
from ltlib.results.side_by_side import ACCURACY, obtained
from ltlib.results.table import REPLICATE
from ltlib.results.verdicts import CONFIDENCE
from ltlib.strategies import TICKET_RANDOM, TICKET_RESET

DRAWS = 1_999
EVERY_SIGN = 11  # chains: up to so many, all ways to change signs are gone through
STEP = 0.5  # rounds between places that are tried
MARGIN = 2  # rounds at either end at which a hinge would rest on a point or two

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Leads:
    """Leads of ticket-reset over ticket-random, as fractions.

    Attributes:
        chains: by domain, `[chains, rounds]`.
        rounds: `[rounds]`, from 1 on.
    """

    chains: dict[str, Floats]
    rounds: Floats


@dataclass(frozen=True)
class Hinge:
    """Where a lead begins to grow.

    Attributes:
        place: the round.
        drawn: `[DRAWS]`, the place after drawing chains again.
        slope: by which the lead grows every round from there, a fraction.
    """

    place: float
    drawn: Floats
    slope: float

    @property
    def interval(self) -> tuple[float, float]:
        """Of the place, 95%."""
        low, high = np.quantile(self.drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        return float(low), float(high)


def leads_of(results: pd.DataFrame, measure: str = ACCURACY) -> Leads | None:
    """Leads of the chains that have both tickets at every round of the table.

    Returns:
        None where the rounds do not go beyond 99% or a domain has a single chain.

    Raises:
        InputError: as `obtained`.
    """
    table = obtained(results, measure)
    pruned = table[table["round"] > 0]
    if not (pruned["sparsity"] > LATE).any():
        return None
    lead = pruned.assign(lead=pruned[TICKET_RESET] - pruned[TICKET_RANDOM])
    wide = lead.pivot(index=["domain", *REPLICATE], columns="round", values="lead").dropna()
    chains = {str(d): own.to_numpy(float) for d, own in wide.groupby(level="domain")}
    if set(chains) != set(table["domain"]) or min(map(len, chains.values())) < 2:
        return None
    return Leads(chains, wide.columns.to_numpy(float))


def hinge(leads: Leads, seed: int = 0) -> Hinge:
    """The hinge of the mean over domains, each counting the same; of one domain its own."""
    shapes, places = _shapes(leads.rounds)
    found, slope = _fit(_mean(list(leads.chains.values())), shapes)
    random = np.random.default_rng(seed)
    again = [
        own[random.integers(len(own), size=(DRAWS, len(own) - 1))].swapaxes(0, 1)
        for own in leads.chains.values()
    ]
    drawn, _ = _fit(_mean(again), shapes)
    return Hinge(float(places[found]), places[drawn], float(slope))


def there_is_one(leads: Leads, seed: int = 0) -> float:
    """p of the hypothesis that the lead is the same at all rounds; a lead that grows counts."""
    shapes, _ = _shapes(leads.rounds)
    count = sum(map(len, leads.chains.values()))
    if count <= EVERY_SIGN:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=count)))
    else:
        signs = np.random.default_rng(seed).choice((1.0, -1.0), (DRAWS + 1, count))
        signs[0] = 1.0
    each = np.split(signs.T, _ends(leads), axis=0)
    turned = [
        sign[:, :, None] * (own - own.mean(axis=1, keepdims=True))[:, None]
        for sign, own in zip(each, leads.chains.values(), strict=True)
    ]
    explained = _explained_by_growth(_mean(turned), shapes)
    return float((explained >= explained[0] * (1 - 1e-9)).mean())


def places_differ(leads: Leads, seed: int = 0) -> tuple[float, float]:
    """How many rounds lie between the first and the last domain's hinge, and p that none do."""
    shapes, places = _shapes(leads.rounds)
    every = np.concatenate(list(leads.chains.values()))
    random = np.random.default_rng(seed)
    orders = np.array(
        [np.arange(len(every)), *(random.permutation(len(every)) for _ in range(DRAWS))]
    )
    named = np.split(every[orders], _ends(leads), axis=1)  # of each domain [orders, chains, rounds]
    found = np.array([places[_fit(own.mean(axis=1), shapes)[0]] for own in named])
    spread = found.var(axis=0)
    return float(np.ptp(found[:, 0])), float((spread >= spread[0] - 1e-9).mean())


def sparsity_at(round_: float, first: float) -> float:
    """The sparsity after so many rounds, whole or not.

    Args:
        first: that of round 1, the share that every round prunes.
    """
    return 1 - math.pow(1 - first, round_)


def _shapes(rounds: Floats) -> tuple[Floats, Floats]:
    """Centred hinges `[places, rounds]` and their places."""
    places = np.arange(rounds[0] + MARGIN, rounds[-1] - MARGIN + STEP / 2, STEP)
    shapes = np.maximum(0.0, rounds - places[:, None])
    return shapes - shapes.mean(axis=1, keepdims=True), places


def _fit(profiles: Floats, shapes: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Least squares: which hinge, and its slope, of each profile `[..., rounds]`."""
    norms = (shapes**2).sum(axis=1)
    along = profiles @ shapes.T
    best = np.argmax(along**2 / norms, axis=-1)
    return best, np.take_along_axis(along, best[..., None], -1)[..., 0] / norms[best]


def _explained_by_growth(profiles: Floats, shapes: Floats) -> Floats:
    """Sum of squares that the best growing hinge explains of each profile; 0 where none grows."""
    along = np.maximum(profiles @ shapes.T, 0.0)
    most: Floats = (along**2 / (shapes**2).sum(axis=1)).max(axis=-1)
    return most


def _mean(domains: Sequence[Floats]) -> Floats:
    """Over chains, the first axis, then over domains."""
    means: Floats = np.mean([own.mean(axis=0) for own in domains], axis=0)
    return means


def _ends(leads: Leads) -> NDArray[np.int64]:
    """Where the chains of one domain end and the next begin."""
    ends: NDArray[np.int64] = np.cumsum([len(own) for own in leads.chains.values()])[:-1]
    return ends
