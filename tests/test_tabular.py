"""The core knows nothing of text: rows of numbers and a network with batch normalisation go
through obtaining, pruning, rewinding, storing, resuming and transferring.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from ltlib.evaluation import evaluated, scores_of
from ltlib.experiments.planning import full_model, in_chain, plan
from ltlib.pruning import survivors_after
from ltlib.runs.execute import execute
from ltlib.store.store import Store
from ltlib.store.tickets import read_ticket
from ltlib.strategies import TICKET_STRATEGIES
from ltlib.streams import stream
from ltlib.tickets import first_ticket, next_ticket, obtain_tickets, train_ticket
from ltlib.training import batches, one_thread, step, train
from ltlib.transfer import transfer_ticket
from tests.support import tiny
from tests.support.matrix import files_of, table_of
from tests.support.tabular import Perceptron, TabularRuns

PROTOCOL = replace(tiny.PROTOCOL, hidden_size=12, epochs=5, batch_size=16, learning_rate=3e-2)
RUNS = TabularRuns()
FIRST = full_model("rows", "h", PROTOCOL, "a")
SPECS = plan(FIRST, "all", ["a", "b"], [("a", "b")])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    opened = Store(tmp_path_factory.mktemp("rows"), create=True)
    execute(SPECS, opened, RUNS, {}, workers=1)
    return opened


def test_every_row_is_what_the_functions_of_the_paper_give(store: Store) -> None:
    rows = {
        (row["experiment"], row["strategy"], row["source"], row["target"], row["round"]): row
        for row in store.table(SPECS).to_dict("records")
    }
    for source in ("a", "b"):
        splits = RUNS.examples(RUNS.load(source), PROTOCOL)
        for strategy in TICKET_STRATEGIES:
            chain = obtain_tickets(RUNS.architecture, splits, PROTOCOL, source, strategy)
            for ticket, outcome in chain:
                name = "full-model" if ticket.round == 0 else strategy
                row = rows[("obtain", name, source, source, ticket.round)]
                assert row["test_accuracy"] == outcome.test.accuracy
                assert row["best_epoch"] == outcome.best_epoch
    other = RUNS.examples(RUNS.load("b"), PROTOCOL)
    chain = obtain_tickets(
        RUNS.architecture, RUNS.examples(RUNS.load("a"), PROTOCOL), PROTOCOL, "a"
    )
    for ticket, _ in chain:
        for masks in ("masks-reset", "masks-random"):
            outcome = transfer_ticket(ticket, "b", other, masks)
            row = rows[("transfer", masks, "a", "b", ticket.round)]
            assert row["test_accuracy"] == outcome.test.accuracy
            assert row["validation_accuracy"] == outcome.validation.accuracy


def test_it_learns(store: Store) -> None:
    """Three classes: chance is a third."""
    table = store.table(SPECS)
    assert table.loc[table["strategy"] == "full-model", "test_accuracy"].min() > 0.5


def test_normalisation_is_never_pruned_and_all_else_is(store: Store) -> None:
    for round_ in range(PROTOCOL.rounds + 1):
        spec = in_chain(FIRST, round_, "ticket-reset")
        ticket = read_ticket(RUNS.architecture, store, spec, FIRST)
        assert bool(ticket.masks["norm.weight"].all()) and bool(ticket.masks["norm.bias"].all())
        for name in ("hidden.weight", "hidden.bias", "output.weight", "output.bias"):
            expected = ticket.masks[name].numel()
            for _ in range(round_):
                expected = survivors_after(expected, PROTOCOL.prune_percent)
            assert int(ticket.masks[name].sum()) == expected


def test_a_stored_ticket_has_its_buffers_and_begins_without_them(store: Store) -> None:
    ticket = read_ticket(RUNS.architecture, store, in_chain(FIRST, 1, "ticket-reset"), FIRST)
    assert ticket.trained is not None
    assert set(ticket.trained) - set(ticket.masks) == {
        "norm.running_mean", "norm.running_var", "norm.num_batches_tracked",
    }  # fmt: skip
    network = RUNS.architecture.network(PROTOCOL, ticket.trained, ticket.masks, 1, "cpu")
    splits = RUNS.examples(RUNS.load("a"), PROTOCOL)
    stated = store.table([in_chain(FIRST, 1, "ticket-reset")])["test_accuracy"].iloc[0]
    assert evaluated(network, splits.test).accuracy == stated, (
        "evaluated with the statistics it learned"
    )
    fresh = RUNS.architecture.network(PROTOCOL, ticket.initial, ticket.masks, 1, "cpu")
    assert torch.equal(fresh.state_dict()["norm.running_mean"], torch.zeros(12))


def test_evaluation_changes_nothing_and_training_goes_on_after_it() -> None:
    """As a loop written out by hand does: `train()` before an epoch, `eval()` before scores."""
    ticket = first_ticket(RUNS.architecture, PROTOCOL, "a", 0, 0)
    splits = RUNS.examples(RUNS.load("a"), PROTOCOL)
    ours = train(
        RUNS.architecture.network(PROTOCOL, ticket.initial, ticket.masks, 0, "cpu"),
        ticket.masks, splits, PROTOCOL, stream(0, "t"),
    )  # fmt: skip
    network = Perceptron(PROTOCOL.hidden_size)
    network.load_state_dict(network.state_dict() | ticket.initial)
    adam = torch.optim.Adam(
        network.parameters(), lr=PROTOCOL.learning_rate, weight_decay=PROTOCOL.l2, fused=True
    )
    order, dropout = stream(0, "t").spawn(2)
    states, found = [], []
    with one_thread():
        for _ in range(PROTOCOL.epochs):
            network.train()
            for batch in batches(splits.train, PROTOCOL.batch_size, order):
                step(network, [], adam, batch, dropout)
            network.eval()
            with torch.no_grad():
                right = network(splits.validation).argmax(1) == splits.validation.labels
            found.append(float(right.double().mean()))
            states.append({name: value.clone() for name, value in network.state_dict().items()})
    assert ours.validation_accuracies == found
    best = states[found.index(max(found))]
    assert set(ours.trained) == set(best)
    for name, value in best.items():
        assert torch.equal(ours.trained[name], value), f"{name} of the best epoch, buffers too"


def test_scores_do_not_depend_on_the_batch_around_a_row() -> None:
    """What batch normalisation would make them do if it were not told to evaluate."""
    network = Perceptron(5)
    test = RUNS.examples(RUNS.load("a"), PROTOCOL).test
    alone = torch.cat([scores_of(network, test.rows(np.array([i]))) for i in range(len(test))])
    torch.testing.assert_close(scores_of(network, test), alone)


def test_rewound_survivors_equal_theta_0() -> None:
    ticket = first_ticket(RUNS.architecture, PROTOCOL, "a", 0, 0)
    splits = RUNS.examples(RUNS.load("a"), PROTOCOL)
    outcome = train_ticket(ticket, splits, "a", "full-model")
    second = next_ticket(replace(ticket, trained=outcome.trained), "ticket-reset")
    for name, value in ticket.initial.items():
        assert torch.equal(second.initial[name], value)
    again = train_ticket(second, splits, "a", "ticket-reset")
    for name, mask in second.masks.items():
        assert bool((again.trained[name][~mask] == 0).all())


@pytest.mark.long
def test_a_chain_cut_short_goes_on_with_the_same_bits(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "cut", create=True)
    execute(SPECS[:4], other, RUNS, {}, workers=1)
    execute(SPECS, other, RUNS, {}, workers=2)
    pd.testing.assert_frame_equal(table_of(other, SPECS), table_of(store, SPECS))
    assert files_of(other) == files_of(store)
