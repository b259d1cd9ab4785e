"""What the hinge says of the paper's claims about the phase transition (§5.2, §6)."""

import math
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from ltlib.results.hinge import Leads, hinge, leads_of, places_differ, sparsity_at, there_is_one
from ltlib.results.side_by_side import ACCURACY
from ltlib.results.verdicts import NOTHING, Claimed, Evidence
from ltlib.strategies import OBTAIN

Question = Literal["there", "place", "apart"]  # is there one, where, elsewhere in every domain

MISSING = replace(NOTHING, missing="both tickets at rounds beyond 99%, in two chains a domain")


def transition_evidence(
    results: pd.DataFrame, question: Question, claimed: Claimed, measure: str = ACCURACY
) -> Evidence:
    """Whether there is a transition, where it lies, or whether domains differ in that.

    A place is asked of a transition alone: where it is not sure that there is one, nothing is said
    of where. That there is none cannot be shown so; `alike` is claimed of a mean instead.

    Returns:
        The estimate is the slope past the hinge (a fraction a round), its sparsity (not a number
        where the lead does not grow), or the rounds between the first and the last domain's.

    Raises:
        InputError: as `obtained`.
    """
    leads = leads_of(results, measure)
    if leads is None or (question == "apart" and len(leads.chains) < 2):
        return MISSING
    chains = min(map(len, leads.chains.values()))
    there = there_is_one(leads)
    if question == "there":
        return Evidence(hinge(leads).slope, math.nan, math.nan, chains, there, 1.0, 1.0)
    if question == "apart":
        rounds, p = places_differ(leads)
        return Evidence(rounds, math.nan, math.nan, chains, max(p, there), 1.0, 1.0)
    first = first_sparsity(results)
    found = hinge(leads)
    if found.slope <= 0:
        return Evidence(math.nan, math.nan, math.nan, chains, 1.0, 1.0, 1.0)
    low, place, high = (sparsity_at(r, first) for r in np.insert(found.interval, 1, found.place))
    drawn = 1 - (1 - first) ** found.drawn
    too_low, too_high = drawn <= claimed.above, drawn >= claimed.below
    within, below, above = (
        max(there, max((1 + int(other.sum())) / (1 + len(drawn)) for other in others))
        for others in ((too_low, too_high), (~too_low,), (~too_high,))
    )
    return Evidence(place, low, high, chains, within, below, above)


def transitions(results: pd.DataFrame) -> pd.DataFrame:
    """The hinge of every domain, and of their mean.

    Returns:
        Columns `domain, sparsity, low, high, slope, p`: its place and that place's 95% interval
        (not numbers where the lead does not grow), the growth a round as a fraction, p that there
        is none (of few chains never small). Without rows where the table lacks what it takes.

    Raises:
        InputError: as `obtained`.
    """
    leads = leads_of(results)
    columns = ["domain", "sparsity", "low", "high", "slope", "p"]
    if leads is None:
        return pd.DataFrame(columns=columns)
    first = first_sparsity(results)
    each = {d: Leads({d: own}, leads.rounds) for d, own in leads.chains.items()}
    rows = []
    for name, own in ({**each, "all": leads} if len(each) > 1 else each).items():
        found = hinge(own)
        rounds = (found.place, *found.interval) if found.slope > 0 else (math.nan,) * 3
        places = (sparsity_at(round_, first) for round_ in rounds)
        rows.append((name, *places, found.slope, there_is_one(own)))
    return pd.DataFrame(rows, columns=columns)


def first_sparsity(results: pd.DataFrame) -> float:
    """What the first round prunes, and every other of what is left."""
    pruned = results[(results["round"] > 0) & (results["experiment"] == OBTAIN)]
    first = pruned.sort_values("round").iloc[0]
    return 1 - (1 - float(first["sparsity"])) ** (1 / int(first["round"]))
