"""The run store: whole runs or none, verified when read."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch

from ltlib.errors import InputError
from ltlib.experiments.planning import full_model, in_chain
from ltlib.networks.packing import PackedSplits
from ltlib.protocol import Protocol
from ltlib.pruning import prune
from ltlib.results.table import COLUMNS, read_table
from ltlib.spec import RunSpec
from ltlib.store.export import write_table
from ltlib.store.store import Store
from ltlib.store.tickets import (
    pack_masks,
    pack_survivors,
    read_files,
    read_ticket,
    unpack_masks,
    unpack_survivors,
)
from ltlib.tickets import next_ticket
from tests.support import tiny
from tests.support.matrix import UNREAD, needs_of
from tests.support.tiny import TEXT

PROTOCOL, SPLITS = tiny.packed()
FIRST = full_model("tiny", "h", PROTOCOL, "a", 0, 0)
ORIGIN = {"commit": None}


def fill(store: Store, spec: RunSpec, splits: PackedSplits = SPLITS) -> None:
    needs = needs_of(spec)
    needed = None if needs is None else read_files(store, needs, FIRST)
    metrics, files = UNREAD.train(spec, needed, splits)
    store.write(spec, metrics, files, ORIGIN)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    filled = Store(tmp_path / "store", create=True)
    fill(filled, FIRST)
    fill(filled, in_chain(FIRST, 1, "ticket-reset"))
    return filled


def test_a_run_is_one_folder_named_by_its_spec(store: Store) -> None:
    folder = store.path / FIRST.hash
    assert {p.name for p in folder.iterdir()} == {
        "run.json", "metrics.json", "masks.safetensors", "initial.safetensors",
        "trained.safetensors",
    }  # fmt: skip
    later = store.folder(in_chain(FIRST, 1, "ticket-reset"))
    assert not (later / "initial.safetensors").exists(), "θ₀ is stored once a chain"
    assert not list(store.path.glob(".writing-*"))


def test_a_transfer_stores_neither_masks_nor_values(store: Store) -> None:
    transfer = replace(FIRST, experiment="transfer", strategy="masks-reset", target="b", round=1)
    fill(store, transfer, tiny.packed(seed=1)[1])
    assert {p.name for p in store.folder(transfer).iterdir()} == {"run.json", "metrics.json"}


def test_tickets_come_back_as_they_went(store: Store) -> None:
    first = read_ticket(TEXT, store, FIRST, FIRST)
    second = read_ticket(TEXT, store, in_chain(FIRST, 1, "ticket-reset"), FIRST)
    assert first.trained is not None
    for name, mask in prune(first.trained, first.masks, PROTOCOL.prune_percent).items():
        assert torch.equal(second.masks[name], mask)
        assert torch.equal(second.initial[name], first.initial[name])
    assert all(bool(mask.all()) for mask in first.masks.values())


def test_a_loaded_ticket_random_has_the_values_it_was_trained_from(store: Store) -> None:
    """Not θ₀, which is what the files of its chain hold."""
    spec = in_chain(FIRST, 1, "ticket-random")
    fill(store, spec)
    loaded, first = read_ticket(TEXT, store, spec, FIRST), read_ticket(TEXT, store, FIRST, FIRST)
    begun = next_ticket(first, "ticket-random")
    for name, value in begun.initial.items():
        assert torch.equal(loaded.initial[name], value)
        assert torch.equal(loaded.masks[name], begun.masks[name])
    assert not torch.equal(loaded.initial["hidden.weight"], first.initial["hidden.weight"])


def test_random_masks_and_survivors_survive_packing() -> None:
    generator = torch.Generator().manual_seed(0)
    shapes = {"a.weight": (3, 5, 7), "a.bias": (1,), "b.weight": (8,)}
    masks = {n: torch.rand(s, generator=generator) < 0.3 for n, s in shapes.items()}
    values = {n: torch.randn(s, generator=generator) * masks[n] for n, s in shapes.items()}
    for name, mask in unpack_masks(pack_masks(masks)).items():
        assert torch.equal(mask, masks[name])
    for name, value in unpack_survivors(pack_survivors(values, masks), masks).items():
        assert torch.equal(value, values[name])
    assert len(pack_masks({"m": torch.ones(80_000, dtype=torch.bool)})) < 10_000 + 300


@pytest.mark.parametrize("file", ["run.json", "metrics.json", "masks.safetensors"])
def test_a_damaged_file_is_named(store: Store, file: str) -> None:
    path = store.folder(FIRST) / file
    content = bytearray(path.read_bytes())
    place = content.index(b"1") if file.endswith("json") else len(content) - 1
    content[place] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match=file):
        read_ticket(TEXT, store, FIRST, FIRST)
        store.table()


def test_a_missing_file_is_named(store: Store) -> None:
    (store.folder(FIRST) / "metrics.json").unlink()
    with pytest.raises(InputError, match=r"metrics\.json.*again"):
        store.table()


def test_writing_a_run_that_is_there_changes_nothing(store: Store) -> None:
    before = (store.folder(FIRST) / "run.json").read_bytes()
    store.write(FIRST, {"other": 1}, {}, {"commit": "other"})
    assert (store.folder(FIRST) / "run.json").read_bytes() == before
    assert not list(store.path.glob(".writing-*"))


def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    spec = replace(FIRST, seed=9)
    with pytest.raises(TypeError):
        store.write(spec, {"bad": object()}, {}, ORIGIN)
    with pytest.raises(TypeError):
        store.write(spec, {}, {"file": None}, ORIGIN)  # type: ignore[dict-item]
    assert spec not in store
    assert not list(store.path.glob(".writing-*"))


def test_the_table_has_the_designs_columns_and_what_the_runs_measured(store: Store) -> None:
    table = store.table()
    assert list(table.columns) == COLUMNS
    assert table["strategy"].tolist() == ["full-model", "ticket-reset"]
    ticket = read_ticket(TEXT, store, in_chain(FIRST, 1, "ticket-reset"), FIRST)
    assert table["sparsity"].tolist() == [0.0, ticket.sparsity]
    metrics = json.loads((store.folder(FIRST) / "metrics.json").read_text())
    assert (
        metrics["validation_accuracies"][metrics["best_epoch"] - 1]
        == table.loc[0, "validation_accuracy"]
    )
    stored = Protocol.from_differences(json.loads(str(table.loc[0, "protocol"])))
    assert stored.differences() == PROTOCOL.differences()


def test_an_export_is_the_table_with_its_provenance(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "results.parquet"
    assert write_table([store], out) == 2
    pd.testing.assert_frame_equal(read_table(out), store.table(), check_dtype=False)
    import pyarrow.parquet as pq

    assert json.loads(pq.read_schema(out).metadata[b"ltlib"]) == [ORIGIN]


def test_bad_tables_are_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not found"):
        read_table(tmp_path / "none.parquet")
    (tmp_path / "text.parquet").write_text("no table")
    with pytest.raises(InputError, match="not a Parquet table"):
        read_table(tmp_path / "text.parquet")
    store.table().drop(columns="round").to_parquet(tmp_path / "short.parquet")
    with pytest.raises(InputError, match="column 'round' is missing"):
        read_table(tmp_path / "short.parquet")
    with pytest.raises(InputError, match="folder not found"):
        write_table([store], tmp_path / "nowhere" / "out.parquet")


def test_a_run_is_found_by_the_beginning_of_its_name(store: Store) -> None:
    assert store.find(FIRST.hash[:12]) == FIRST.hash
    with pytest.raises(InputError, match="no run"):
        store.find("zzz")
    with pytest.raises(InputError, match="2 runs"):
        store.find("")


def test_a_store_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for create in (True, False):
        with pytest.raises(InputError, match="is a file"):
            Store(tmp_path / "file", create=create)
    with pytest.raises(InputError, match="is a file"):
        Store(tmp_path / "file" / "below", create=True)
    with pytest.raises(InputError, match="not found"):
        Store(tmp_path / "none")
