"""Which run of a table an accuracy is of."""

from ltlib.strategies import FULL_MODEL, MOVED, OBTAIN, TICKET_RESET, TICKET_TARGET, TRANSFER

Run = tuple[str, str, str, str, int]  # experiment, strategy, source, target, round


def run_of(strategy: str, source: str, target: str, round_: int) -> Run:
    """The run in which a strategy's accuracy is measured: its own, or the target's (§5.3)."""
    if strategy in MOVED:
        return TRANSFER, strategy, source, target, round_
    if strategy == FULL_MODEL or round_ == 0:
        return OBTAIN, FULL_MODEL, target, target, 0
    own = TICKET_RESET if strategy == TICKET_TARGET else strategy
    return OBTAIN, own, target, target, round_
