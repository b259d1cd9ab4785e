"""Whatever an engine stores is what the functions of the paper give, called directly.

Pieces may each be right and joined wrongly: a transfer trained as another strategy, on the source's
texts, or from another round's ticket.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ltlib.controls import shuffled
from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.planning import full_model, in_chain, plan
from ltlib.networks.packing import pack
from ltlib.results.correct import from_bits, from_text
from ltlib.runs.execute import EngineName, execute
from ltlib.store.store import Store
from ltlib.store.tickets import ticket_files
from ltlib.strategies import (
    MASKS_CONNECTED,
    MASKS_RANDOM,
    MASKS_RESET,
    SHUFFLED,
    TICKET_RESET,
    TICKET_STRATEGIES,
    MasksStrategy,
)
from ltlib.tickets import obtain_tickets, train_ticket
from ltlib.training import Outcome
from ltlib.transfer import transfer_ticket
from tests.support import tiny
from tests.support.tiny import TEXT

PROTOCOL = replace(tiny.PROTOCOL, rounds=2, survivors_from=2)
FIRST = full_model("tiny", "h", PROTOCOL, "a")
SPECS = [
    *plan(FIRST, "control", ["a", "b"], [("a", "b"), ("b", "a")]),
    in_chain(FIRST, 2, MASKS_CONNECTED),  # of so few rounds none is planned
]

Run = tuple[str, str, str, str, int]  # experiment, strategy, source, target, round


def by_hand() -> tuple[dict[Run, Outcome], dict[Run, dict[str, bytes]]]:
    """The outcome of every run, and the files of every ticket."""
    outcomes: dict[Run, Outcome] = {}
    files: dict[Run, dict[str, bytes]] = {}
    splits = {d: pack(tiny.splits(n), PROTOCOL) for n, d in enumerate(("a", "b"))}
    for source, target in (("a", "b"), ("b", "a")):
        for strategy in TICKET_STRATEGIES:
            for ticket, outcome in obtain_tickets(TEXT, splits[source], PROTOCOL, source, strategy):
                name = "full-model" if ticket.round == 0 else strategy
                run = ("obtain", name, source, source, ticket.round)
                outcomes[run], files[run] = outcome, ticket_files(ticket)
                if strategy != TICKET_RESET:
                    continue
                moving: list[MasksStrategy] = [MASKS_RESET, MASKS_RANDOM]
                for masks in moving:
                    moved = ("transfer", masks, source, target, ticket.round)
                    outcomes[moved] = transfer_ticket(ticket, target, splits[target], masks)
                if ticket.round == 0:
                    continue
                home = ("obtain", MASKS_RANDOM, source, source, ticket.round)
                outcomes[home] = transfer_ticket(ticket, source, splits[source], MASKS_RANDOM)
                for kind in SHUFFLED if (source, ticket.round) == ("a", 2) else SHUFFLED[:1]:
                    control = ("obtain", kind, source, source, ticket.round)
                    outcomes[control] = train_ticket(
                        shuffled(ticket, source, kind), splits[source], source, kind
                    )
    return outcomes, files


def measured(outcome: Outcome) -> dict[str, Any]:
    return {
        "validation_accuracies": outcome.validation_accuracies,
        "best_epoch": outcome.best_epoch,
        "validation_accuracy": outcome.validation_accuracies[outcome.best_epoch - 1],
        "validation_auc": outcome.validation.auc,
        "test_accuracy": outcome.test.accuracy,
        "test_auc": outcome.test.auc,
        "ties": outcome.test.ties,
        "one_sided": outcome.test.one_sided,
    }


@pytest.mark.parametrize("engine", ["local", pytest.param("ray", marks=pytest.mark.long)])
def test_every_stored_run_is_what_a_direct_call_gives(
    splits_path: Path, tmp_path: Path, engine: EngineName
) -> None:
    if engine == "ray":
        pytest.importorskip("ray")
    store = Store(tmp_path, create=True)
    execute(SPECS, store, DomainRuns(splits_path), {}, workers=2, engine=engine)
    outcomes, files = by_hand()
    assert {(s.experiment, s.strategy, s.source, s.target, s.round) for s in SPECS} == set(outcomes)
    for spec in SPECS:
        run = (spec.experiment, spec.strategy, spec.source, spec.target, spec.round)
        expected, metrics = measured(outcomes[run]), store.metrics(spec.hash)
        assert {name: metrics[name] for name in expected} == expected, run
        stored = {p.name: p.read_bytes() for p in store.folder(spec).glob("*.safetensors")}
        assert stored == files.get(run, {}), run
        assert metrics["test_reviews"] == 20
        bits = from_text(metrics["test_correct"])
        assert bits is not None
        assert from_bits(bits, 20).tolist() == outcomes[run].test.correct.tolist()
        assert store.row(spec.hash)["test_correct"] == metrics["test_correct"]


def test_no_two_strategies_measure_alike() -> None:
    """Else the test above could not tell them apart."""
    outcomes, _ = by_hand()
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for (*names, round_), outcome in outcomes.items():
        if round_ > 0:
            found.setdefault(tuple(map(str, names)), []).append(measured(outcome))
    sequences = list(found.values())
    assert len(sequences) == 13
    assert all(one not in sequences[i + 1 :] for i, one in enumerate(sequences))
