"""Taking runs out of a store, with what depends on them."""

from collections.abc import Callable, Sequence

from ltlib.errors import InputError
from ltlib.spec import RunSpec
from ltlib.store.failures import Failures
from ltlib.store.plans import Planned, forget
from ltlib.store.status import Surveyed, survey
from ltlib.store.store import Store, the_one


def dependents(
    store: Store, names: Sequence[str], needs: Callable[[RunSpec], RunSpec | None]
) -> Surveyed:
    """The runs called `names`, which may be shortened, and all whose tickets lead back to them.

    Args:
        needs: the run whose ticket a run starts from, for runs that stand in no plan.

    Raises:
        InputError: a name is no run's, or several runs'; one of the runs is in training.
    """
    surveyed = [(_complete(planned, store, needs), state) for planned, state in survey(store)]
    there = [planned.run for planned, _ in surveyed]
    found = {the_one(name, there, store.path) for name in names}
    doomed = [one for one in surveyed if one[0].run in found]
    # A plan names a run after the one it needs, but a store may have several plans.
    while True:
        more = [one for one in surveyed if one[0].needs in found and one[0].run not in found]
        if not more:
            break
        doomed += more
        found |= {planned.run for planned, _ in more}
    for planned, state in doomed:
        if state == "running":
            raise InputError(
                f"{store.path}: {planned.label()} ({planned.run[:12]}) is in training; "
                "stop that first"
            )
    return doomed


def remove(store: Store, doomed: Surveyed) -> None:
    """Remove runs, their failures and their places in plans; the last that was named goes first.

    Raises:
        InputError: the store cannot be written.
    """
    for planned, state in reversed(doomed):
        if state == "done":
            store.discard(planned.run)
        Failures(store.path).clear(planned.run)
    forget(store.path, {planned.run for planned, _ in doomed})


def _complete(
    planned: Planned, store: Store, needs: Callable[[RunSpec], RunSpec | None]
) -> Planned:
    """With the name of what it needs, which a run brought from elsewhere does not tell."""
    if planned.needs or (planned.round == 0 and planned.source == planned.target):
        return planned
    needed = needs(RunSpec.from_canonical(store.run(planned.run)["spec"]))
    return planned._replace(needs="" if needed is None else needed.hash)
