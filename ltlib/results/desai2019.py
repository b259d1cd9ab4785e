"""What the paper claims of tickets and transfers, as data: each claim with what would decide it.

Statements are in our words; sections (§) are those of Desai, Zhan & Aly (2019).
"""

from dataclasses import dataclass
from functools import partial

from ltlib.results import quantities as q
from ltlib.results.grid import Measure
from ltlib.results.verdicts import ALIKE, LESS, MORE, NO_WORSE, Claimed
from ltlib.strategies import (
    FULL_MODEL,
    MASKS_RANDOM,
    MASKS_RESET,
    MASKS_SHUFFLED,
    OBTAIN,
    TICKET_RANDOM,
    TICKET_RESET,
    TICKET_TARGET,
    TRANSFER,
)


@dataclass(frozen=True)
class Claim:
    """One claim of the paper.

    `quantity` names what `measure` gives for the rows of one replicate, in the domains or tasks of
    `experiment`; `claimed` says where it should lie. `sources` are the domains that the paper
    speaks of: a `general` claim is measured on others too where the table lacks these. With
    `varies`, deviations stand for accuracies.
    """

    id: str
    section: str
    statement: str
    quantity: str
    claimed: Claimed
    experiment: str
    measure: Measure
    sources: tuple[str, ...] = ()
    general: bool = True
    varies: bool = False


def _tickets(better: str, worse: str, above: float = 0.0, upto: float = 1.0) -> Measure:
    lead = partial(q.obtaining_lead, better=better, worse=worse, above=above, upto=upto)
    return Measure(lead, (better, worse), ((above, upto),))


def _transfers(better: str, worse: str, above: float = 0.0, upto: float = 1.0) -> Measure:
    lead = partial(q.transfer_lead, better=better, worse=worse, above=above, upto=upto)
    return Measure(lead, (better, worse), ((above, upto),))


def _settles(strategy: str) -> Measure:
    ranges = (q.UNPRUNED, (q.HALF, q.EARLY))
    change = partial(q.transfer_change, strategy=strategy, before=ranges[0], after=ranges[1])
    return Measure(change, (strategy,), ranges)


def _stays(strategy: str) -> Measure:
    ranges = ((q.ALIKE, q.DEEP), (q.DEEP, 1.0))
    change = partial(q.obtaining_change, strategy=strategy, before=ranges[0], after=ranges[1])
    return Measure(change, (strategy,), ranges)


def _dense_behind(domain: str) -> Measure:
    return Measure(partial(q.behind_the_others, domain=domain), (FULL_MODEL,), (q.UNPRUNED,))


_LOST = Claimed(-0.05, -0.03)

# One claim a paragraph reads as the table that it is.
CLAIMS = (
    Claim(
        "winning-tickets", "§6", "There are winning tickets: no less accurate than the full model",
        "reset − full, 50% to 90%", NO_WORSE, OBTAIN,
        _tickets(TICKET_RESET, FULL_MODEL, above=q.HALF, upto=q.EARLY),
    ),
    Claim(
        "early-lead", "§5.2", "Reset beats the full model early on",
        "reset − full, up to 90%", MORE, OBTAIN, _tickets(TICKET_RESET, FULL_MODEL, upto=q.EARLY),
    ),
    Claim(
        "alike", "§5.2", "Reset and random are alike until about 96%",
        "reset − random, up to 96%", ALIKE, OBTAIN,
        _tickets(TICKET_RESET, TICKET_RANDOM, upto=q.ALIKE),
    ),
    Claim(
        "phase-transition", "§5.2", "Beyond, random drops off faster",
        "reset − random, beyond 96%", MORE, OBTAIN,
        _tickets(TICKET_RESET, TICKET_RANDOM, above=q.ALIKE),
    ),
    Claim(
        "random-unstable", "§5.2, §6", "Beyond, random is less stable than reset",
        "deviation of random − deviation of reset, beyond 96%", MORE, OBTAIN,
        _tickets(TICKET_RANDOM, TICKET_RESET, above=q.ALIKE), varies=True,
    ),
    Claim(
        "deep-stable", "§5.2", "Reset is stable even over 99.9%",
        "reset beyond 99.9% − reset from 96% to 99.9%", NO_WORSE, OBTAIN, _stays(TICKET_RESET),
    ),
    Claim(
        "transfer-cost-reset", "§5.3",
        "With its initial values, a moved ticket loses 3 to 5 points",
        "masks-reset − target's own, up to 90%", _LOST, TRANSFER,
        _transfers(MASKS_RESET, TICKET_TARGET, upto=q.EARLY), sources=("books", "electronics"),
    ),
    Claim(
        "transfer-cost-random", "§5.3", "With random values, it loses 3 to 5 points too",
        "masks-random − target's own, up to 90%", _LOST, TRANSFER,
        _transfers(MASKS_RANDOM, TICKET_TARGET, upto=q.EARLY), sources=("books", "electronics"),
    ),
    Claim(
        "transfer-stable-reset", "§5.3",
        "With its initial values, a moved ticket keeps its accuracy to 90%",
        "masks-reset, 50% to 90% − unpruned", ALIKE, TRANSFER, _settles(MASKS_RESET),
    ),
    Claim(
        "transfer-stable-random", "§5.3", "With random values, it keeps its accuracy to 90% too",
        "masks-random, 50% to 90% − unpruned", ALIKE, TRANSFER, _settles(MASKS_RANDOM),
    ),
    Claim(
        "transfer-alike", "§5.3", "From either values, moved tickets are alike up to 96%",
        "masks-reset − masks-random, up to 96%", ALIKE, TRANSFER,
        _transfers(MASKS_RESET, MASKS_RANDOM, upto=q.ALIKE), sources=("electronics", "cds"),
    ),
    Claim(
        "transfer-transition", "§5.3", "Past the phase transition initial values hold up better",
        "masks-reset − masks-random, beyond 96%", MORE, TRANSFER,
        _transfers(MASKS_RESET, MASKS_RANDOM, above=q.ALIKE),
    ),
    Claim(
        "transfer-unstable", "§5.3, §6", "Past it, initial values vary less",
        "deviation of masks-random − deviation of masks-reset, beyond 96%", MORE, TRANSFER,
        _transfers(MASKS_RANDOM, MASKS_RESET, above=q.ALIKE), varies=True,
    ),
    Claim(
        "inductive-bias", "abstract", "Masks alone carry what helps: random places do worse",
        "masks-random − masks-shuffled", MORE, TRANSFER, _transfers(MASKS_RANDOM, MASKS_SHUFFLED),
    ),
    Claim(
        "cds-better", "§5.3", "Masks from CDs are better than the target's own",
        "masks-reset − target's own, from CDs", MORE, TRANSFER,
        _transfers(MASKS_RESET, TICKET_TARGET), sources=("cds",), general=False,
    ),
    Claim(
        "cds-better-late", "§5.3", "Masks from CDs are better even over 99%",
        "masks-reset − target's own, beyond 99%, from CDs", MORE, TRANSFER,
        _transfers(MASKS_RESET, TICKET_TARGET, above=q.LATE), sources=("cds",), general=False,
    ),
    Claim(
        "cds-worst", "§5.3", "The full model is worst on CDs",
        "full model on CDs − the lowest other", LESS, OBTAIN, _dense_behind("cds"),
    ),
    Claim(
        "books-random", "§5.3", "From Books random values are better",
        "masks-reset − masks-random, from Books", LESS, TRANSFER,
        _transfers(MASKS_RESET, MASKS_RANDOM), sources=("books",), general=False,
    ),
    Claim(
        "others-reset", "§5.3", "From Electronics and CDs initial values are better",
        "masks-reset − masks-random, from Electronics and CDs", MORE, TRANSFER,
        _transfers(MASKS_RESET, MASKS_RANDOM), sources=("electronics", "cds"), general=False,
    ),
)  # fmt: skip
