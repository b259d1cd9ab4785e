"""What the paper claims of tickets and transfers, as data: each claim with what would decide it.

Statements are in our words; sections (§) are those of Desai, Zhan & Aly (2019).
"""

from dataclasses import dataclass
from typing import Final, Literal

from ltlib.results import quantities as q
from ltlib.results.contrasts import Contrast, Term, lead, minus
from ltlib.results.transition import Question
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
    Experiment,
)

Unit = Literal["points", "factor", "nats", "sparsity", "rounds"]
_OF_TRANSITION: dict[Question | None, Unit] = {"place": "sparsity", "apart": "rounds"}
DIVERGENCE: Final = "divergence"  # claims about domains, which no run decides (§3)


@dataclass(frozen=True)
class Claim:
    """One claim of the paper.

    Attributes:
        quantity: what is measured, in words; `claimed` says where it should lie.
        below, above: in words, what it means that it lies on that side of what is claimed.
        contrast: what is measured in the domains or tasks of `experiment`.
        over: the mean over them; every one of them; or any.
        sources: the domains that the paper speaks of, of transfers their sources; a `general` claim
            is measured on others too where the table lacks these.
        spread: of two strategies the first varies more than the second; beyond 96%.
        lowest: a domain whose full model is said to be the least accurate.
        pair: two domains whose divergence is said to be the smallest or the largest.
        transition: whether it is there, its place, or how far apart those of the domains are.
        unidentifiable: why no number of runs could decide it.
        primary: named before the published Amazon tables were looked at.
    """

    id: str
    section: str
    statement: str
    quantity: str
    claimed: Claimed
    experiment: Experiment | Literal["divergence"]
    contrast: Contrast = ()
    below: str = "the other way round"
    above: str = "the other way round"
    over: Literal["mean", "every", "any"] = "mean"
    sources: tuple[str, ...] = ()
    general: bool = True
    spread: tuple[str, str] | None = None
    lowest: str = ""
    pair: tuple[str, str] | None = None
    transition: Question | None = None
    unidentifiable: str = ""
    primary: bool = False

    @property
    def unit(self) -> Unit:
        """Of the quantity."""
        if self.transition in _OF_TRANSITION:
            return _OF_TRANSITION[self.transition]
        return "factor" if self.spread else "nats" if self.pair else "points"


def _change(strategy: str, after: q.Sparsities, before: Term) -> Contrast:
    return Term(strategy, after), before


_RESET_LEAD_BEYOND = lead(TICKET_RESET, TICKET_RANDOM, above=q.ALIKE)
_RESET_LEAD_UPTO = lead(TICKET_RESET, TICKET_RANDOM, upto=q.ALIKE)
_MOVED_LEAD_BEYOND = lead(MASKS_RESET, MASKS_RANDOM, above=q.ALIKE)
_MOVED_LEAD_UPTO = lead(MASKS_RESET, MASKS_RANDOM, upto=q.ALIKE)
_DENSE = Term(FULL_MODEL, q.UNPRUNED, -1)
_LOST = Claimed(-0.05, -0.03)
_RANDOM, _RESET = "random is better", "reset is better"

# One claim a paragraph reads as the table that it is.
CLAIMS = (
    Claim(
        "nearest", "§3", "Electronics and Home are the nearest domains",
        "JSD of Electronics and Home − of another pair, where largest", LESS, DIVERGENCE,
        pair=("electronics", "home"), above="another pair is nearer",
    ),
    Claim(
        "farthest", "§3", "CDs and Home are the farthest apart",
        "JSD of CDs and Home − of another pair, where smallest", MORE, DIVERGENCE,
        pair=("cds", "home"), below="another pair is farther",
    ),
    Claim(
        "winning-tickets", "§6", "There are winning tickets: no less accurate than the full model",
        "reset − full, 50% to 90%", NO_WORSE, OBTAIN,
        lead(TICKET_RESET, FULL_MODEL, q.HALF, q.EARLY), primary=True, below="loses more",
    ),
    Claim(
        "early-lead", "§5.2", "Reset beats the full model early on",
        "reset − full, up to 90%", MORE, OBTAIN, lead(TICKET_RESET, FULL_MODEL, upto=q.EARLY),
        sources=("books", "electronics", "home"), primary=True, below="the full model is better",
    ),
    Claim(
        "reset-best", "§5.2", "In every domain reset beats random", "reset − random, where least",
        MORE, OBTAIN, lead(TICKET_RESET, TICKET_RANDOM), over="every", below="not in every one",
    ),
    Claim(
        "alike-early", "§6", "Reset and random are alike until about 90%",
        "reset − random, up to 90%", ALIKE, OBTAIN,
        lead(TICKET_RESET, TICKET_RANDOM, upto=q.EARLY), below=_RANDOM, above=_RESET,
    ),
    Claim(
        "alike", "§5.2", "Reset and random are alike until about 96%",
        "reset − random, up to 96%", ALIKE, OBTAIN, _RESET_LEAD_UPTO, primary=True,
        below=_RANDOM, above=_RESET,
    ),
    Claim(
        "alike-late", "§8", "Reset and random are alike until about 99%",
        "reset − random, up to 99%", ALIKE, OBTAIN,
        lead(TICKET_RESET, TICKET_RANDOM, upto=q.LATE), below=_RANDOM, above=_RESET,
    ),
    Claim(
        "phase-transition", "§5.2", "Beyond 96% random falls behind reset",
        "reset − random: beyond 96% less up to 96%", MORE, OBTAIN,
        minus(_RESET_LEAD_BEYOND, _RESET_LEAD_UPTO), primary=True, below="it catches up",
    ),
    Claim(
        "transition", "§6", "There is a phase transition: past some sparsity random falls behind",
        "growth of reset − random past the hinge, a round", MORE, OBTAIN, transition="there",
    ),
    Claim(
        "transition-place", "poster", "The transition lies near 99.5%",
        "sparsity of the hinge of reset − random", Claimed(0.99, 0.9975), OBTAIN,
        transition="place", below="it is earlier", above="it is later",
    ),
    Claim(
        "transition-apart", "§6", "The transition lies elsewhere in every data set",
        "rounds from the first domain's hinge to the last's", MORE, OBTAIN, transition="apart",
    ),
    Claim(
        "deep-fall", "§5.2", "Beyond 99.9% random falls further behind",
        "reset − random: beyond 99.9% less 96% to 99.9%", MORE, OBTAIN,
        minus(
            lead(TICKET_RESET, TICKET_RANDOM, above=q.DEEP),
            lead(TICKET_RESET, TICKET_RANDOM, q.ALIKE, q.DEEP),
        ),
        below="it catches up",
    ),
    Claim(
        "random-unstable", "§5.2, §6", "Beyond 96% random is less stable than reset",
        "deviation of random / deviation of reset, beyond 96%", Claimed(above=1.0), OBTAIN,
        spread=(TICKET_RANDOM, TICKET_RESET), below="it is stabler",
    ),
    Claim(
        "deep-stable", "§5.2", "Reset is stable even over 99.9%",
        "reset: beyond 99.9% less 96% to 99.9%", NO_WORSE, OBTAIN,
        _change(TICKET_RESET, (q.DEEP, 1.0), Term(TICKET_RESET, (q.ALIKE, q.DEEP), -1)),
        primary=True, below="it falls",
    ),
    Claim(
        "transfer-cost-reset", "§5.3",
        "With its initial values, a moved ticket loses 3 to 5 points",
        "masks-reset − target's own, up to 90%", _LOST, TRANSFER,
        lead(MASKS_RESET, TICKET_TARGET, upto=q.EARLY), sources=("books", "electronics"),
        primary=True, below="loses more than claimed", above="loses less than claimed",
    ),
    Claim(
        "transfer-cost-random", "§5.3", "With random values, it loses 3 to 5 points too",
        "masks-random − target's own, up to 90%", _LOST, TRANSFER,
        lead(MASKS_RANDOM, TICKET_TARGET, upto=q.EARLY), sources=("books", "electronics"),
        primary=True, below="loses more than claimed", above="loses less than claimed",
    ),
    Claim(
        "little-loss-2", "§6, §8",
        "Up to 90% tickets move without much loss: less than two points",
        "masks-reset − target's own, up to 90%", Claimed(above=-0.02), TRANSFER,
        lead(MASKS_RESET, TICKET_TARGET, upto=q.EARLY), below="loses more",
    ),
    Claim(
        "little-loss-5", "§6, §8",
        "Up to 90% tickets move without much loss: less than five points",
        "masks-reset − target's own, up to 90%", Claimed(above=-0.05), TRANSFER,
        lead(MASKS_RESET, TICKET_TARGET, upto=q.EARLY), below="loses more",
    ),
    Claim(
        "transfer-stable-reset", "§5.3",
        "With its initial values, a moved ticket keeps its accuracy to 90%",
        "masks-reset, 50% to 90% − unpruned", ALIKE, TRANSFER,
        _change(MASKS_RESET, (q.HALF, q.EARLY), _DENSE), below="it falls", above="it rises",
    ),
    Claim(
        "transfer-stable-random", "§5.3", "With random values, it keeps its accuracy to 90% too",
        "masks-random, 50% to 90% − unpruned", ALIKE, TRANSFER,
        _change(MASKS_RANDOM, (q.HALF, q.EARLY), _DENSE), below="it falls", above="it rises",
    ),
    Claim(
        "transfer-declines", "§5.3", "After 90% moved tickets decline",
        "masks-reset: beyond 90% less 50% to 90%", LESS, TRANSFER,
        _change(MASKS_RESET, (q.EARLY, 1.0), Term(MASKS_RESET, (q.HALF, q.EARLY), -1)),
        above="they rise",
    ),
    Claim(
        "transfer-alike", "§5.3", "From either values, moved tickets are alike up to 96%",
        "masks-reset − masks-random, up to 96%", ALIKE, TRANSFER, _MOVED_LEAD_UPTO,
        sources=("electronics", "cds"), primary=True, below=_RANDOM, above=_RESET,
    ),
    Claim(
        "transfer-transition", "§5.3", "Past the phase transition initial values hold up better",
        "masks-reset − masks-random: beyond 96% less up to 96%", MORE, TRANSFER,
        minus(_MOVED_LEAD_BEYOND, _MOVED_LEAD_UPTO), primary=True, below="random ones do",
    ),
    Claim(
        "transfer-unstable", "§5.3, §6", "Past it, initial values vary less",
        "deviation of masks-random / deviation of masks-reset, beyond 96%", Claimed(above=1.0),
        TRANSFER, spread=(MASKS_RANDOM, MASKS_RESET), below="they vary more",
    ),
    Claim(
        "inductive-bias", "abstract", "Masks alone carry what helps: random places do worse",
        "masks-random − masks-shuffled", MORE, TRANSFER, lead(MASKS_RANDOM, MASKS_SHUFFLED),
        primary=True, below="random places do better",
    ),
    Claim(
        "inductive-bias-early", "abstract", "Up to 90% random places do worse",
        "masks-random − masks-shuffled, up to 90%", MORE, TRANSFER,
        lead(MASKS_RANDOM, MASKS_SHUFFLED, upto=q.EARLY), below="random places do better",
    ),
    Claim(
        "inductive-bias-middle", "abstract", "From 90% to 99% random places do worse",
        "masks-random − masks-shuffled, 90% to 99%", MORE, TRANSFER,
        lead(MASKS_RANDOM, MASKS_SHUFFLED, q.EARLY, q.LATE), below="random places do better",
    ),
    Claim(
        "inductive-bias-late", "abstract", "Beyond 99% random places do worse",
        "masks-random − masks-shuffled, beyond 99%", MORE, TRANSFER,
        lead(MASKS_RANDOM, MASKS_SHUFFLED, above=q.LATE), below="random places do better",
    ),
    Claim(
        "as-good-somewhere", "§5.3", "A moved ticket is sometimes as good as the target's own",
        "masks-reset − target's own, where best", NO_WORSE, TRANSFER,
        lead(MASKS_RESET, TICKET_TARGET), over="any", below="nowhere",
    ),
    Claim(
        "cds-better", "§5.3", "Masks from CDs are better than the target's own",
        "masks-reset − target's own, from CDs", MORE, TRANSFER,
        lead(MASKS_RESET, TICKET_TARGET), below="they are worse", sources=("cds",), general=False,
    ),
    Claim(
        "cds-better-random", "§5.3", "Masks from CDs are better with random values, too",
        "masks-random − target's own, from CDs", MORE, TRANSFER,
        lead(MASKS_RANDOM, TICKET_TARGET), below="they are worse", sources=("cds",), general=False,
    ),
    Claim(
        "cds-better-late", "§5.3", "Masks from CDs are better even over 99%",
        "masks-reset − target's own, beyond 99%, from CDs", MORE, TRANSFER,
        lead(MASKS_RESET, TICKET_TARGET, above=q.LATE), below="they are worse",
        sources=("cds",), general=False,
    ),
    Claim(
        "cds-worst", "§5.3", "The full model is worst on CDs",
        "full model on CDs − on another domain, where nearest", LESS, OBTAIN, lowest="cds",
        unidentifiable="each domain has a test set of its own",
    ),
    Claim(
        "books-random", "§5.3", "From Books random values are better",
        "masks-reset − masks-random, from Books", LESS, TRANSFER,
        lead(MASKS_RESET, MASKS_RANDOM), sources=("books",), general=False, above=_RESET,
    ),
    Claim(
        "others-reset", "§5.3", "From Electronics and CDs initial values are better",
        "masks-reset − masks-random, from Electronics and CDs", MORE, TRANSFER,
        lead(MASKS_RESET, MASKS_RANDOM), sources=("electronics", "cds"), general=False,
        below=_RANDOM,
    ),
)  # fmt: skip
