"""Carrying out a plan: the same bits whatever the workers and the kills."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.experiments.domains import DomainRuns
from ltlib.experiments.planning import full_model, plan
from ltlib.networks.packing import pack
from ltlib.runs.execute import execute
from ltlib.store.store import Store
from ltlib.tickets import obtain_tickets
from tests.support import tiny
from tests.support.matrix import SPECS, files_of, table_of
from tests.support.tiny import TEXT


def test_the_store_holds_what_the_library_computes(short: Store) -> None:
    """Two ways to the same chain: the loop of obtain_tickets, and runs through the store."""
    table = short.table(SPECS)
    in_chain = table[
        (table["source"] == "a") & table["strategy"].isin(["full-model", "ticket-reset"])
    ]
    splits = pack(tiny.splits(0), tiny.PROTOCOL)
    for ticket, outcome in obtain_tickets(TEXT, splits, tiny.PROTOCOL, "a"):
        row = in_chain[(in_chain["round"] == ticket.round) & (in_chain["experiment"] == "obtain")]
        assert row["test_accuracy"].tolist() == [outcome.test.accuracy]
        assert row["sparsity"].tolist() == [ticket.sparsity]


def test_worker_count_does_not_change_a_bit(
    short: Store, splits_path: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "two", create=True)
    execute(SPECS, store, DomainRuns(splits_path), {}, workers=2)
    pd.testing.assert_frame_equal(table_of(store, SPECS), table_of(short, SPECS))
    assert files_of(store) == files_of(short)


@pytest.mark.parametrize("compiled", [True, False])
def test_other_ways_to_compute_are_other_runs_alike_but_for_rounding(
    compiled: bool, short: Store, splits_path: Path, tmp_path: Path
) -> None:
    """And the same bits themselves whatever the workers, in rounds of either kind."""
    protocol = replace(tiny.PROTOCOL, compiled=compiled, survivors_from=2)
    specs = [replace(spec, protocol=protocol) for spec in SPECS]
    stores = [Store(tmp_path / str(workers), create=True) for workers in (1, 2)]
    for workers, store in enumerate(stores, 1):
        execute(specs, store, DomainRuns(splits_path), {}, workers=workers)
    assert files_of(stores[0]) == files_of(stores[1])
    pd.testing.assert_frame_equal(table_of(stores[0], specs), table_of(stores[1], specs))
    table, usual = table_of(stores[0], specs), table_of(short, SPECS)
    assert not {spec.hash for spec in specs} & {spec.hash for spec in SPECS}
    assert table["sparsity"].tolist() == usual["sparsity"].tolist()
    first = table["round"] == 0
    np.testing.assert_allclose(table["test_auc"][first], usual["test_auc"][first], atol=0.05)


def test_another_seed_gives_other_figures(short: Store, splits_path: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "seed", create=True)
    specs = [replace(spec, seed=1) for spec in SPECS]
    execute(specs, store, DomainRuns(splits_path), {}, workers=2)
    one, other = table_of(store, specs), table_of(short, SPECS)
    assert (one["test_auc"] != other["test_auc"]).mean() > 0.5
    assert one["sparsity"].tolist() == other["sparsity"].tolist()


def test_a_run_that_is_there_is_not_run_again(
    short: Store, splits_path: Path, tmp_path: Path
) -> None:
    store = Store(shutil.copytree(short.path, tmp_path / "copy"))
    before = {p: p.stat().st_mtime_ns for p in store.path.glob("*/run.json")}
    execute(SPECS, store, DomainRuns(splits_path / "not there"), {}, workers=2)
    assert {p: p.stat().st_mtime_ns for p in store.path.glob("*/run.json")} == before


def test_a_longer_chain_continues_a_shorter_one(splits_path: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "chain", create=True)
    short = plan(full_model("tiny", "h", replace(tiny.PROTOCOL, rounds=1), ""), "obtain", ["a"], [])
    execute(short, store, DomainRuns(splits_path), {}, workers=1)
    long = plan(full_model("tiny", "h", replace(tiny.PROTOCOL, rounds=2), ""), "obtain", ["a"], [])
    assert [spec in store for spec in long] == [True, True, True, False, False]
    execute(long, store, DomainRuns(splits_path), {}, workers=1)
    assert all(spec in store for spec in long)


def test_an_error_in_a_worker_reaches_the_caller(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not found"):
        store = Store(tmp_path / "s", create=True)
        execute(SPECS, store, DomainRuns(tmp_path / "none"), {}, workers=1)
