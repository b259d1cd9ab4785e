"""Stores merged into one table, written wherever fsspec reaches."""

import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pandas as pd
import pytest
from moto.server import ThreadedMotoServer

from ltlib.errors import InputError
from ltlib.experiments.domains import DomainRuns
from ltlib.results.table import read_table
from ltlib.runs.execute import execute
from ltlib.runs.schedule import shard
from ltlib.store.export import write_table
from ltlib.store.store import Store
from tests.support.matrix import SPECS, first_of


def test_shards_merge_to_the_whole(short: Store, splits_path: Path, tmp_path: Path) -> None:
    """One shard is given twice, and the whole too: equal runs are one row."""
    stores = []
    for number in (1, 2):
        stores.append(Store(tmp_path / str(number), create=True))
        part = shard(SPECS, first_of, number, 2)
        execute(part, stores[-1], DomainRuns(splits_path), {}, workers=1)
        assert 0 < len(stores[-1].hashes()) < len(SPECS)
    out = tmp_path / "out.parquet"
    assert write_table([*stores, stores[0], short], out) == len(SPECS)
    merged = read_table(out).drop(columns="seconds")
    pd.testing.assert_frame_equal(merged, short.table().drop(columns="seconds"), check_dtype=False)


def test_a_table_says_what_its_runs_are(short: Store, tmp_path: Path) -> None:
    table = short.table()
    write_table([short], tmp_path / "out.parquet")
    said = json.loads((tmp_path / "out.provenance.json").read_text(encoding="utf-8"))
    assert said["runs"] == sorted(spec.hash for spec in SPECS)
    assert said["corpus_hash"] == [SPECS[0].corpus_hash] and said["seed"] == [SPECS[0].seed]
    assert said["protocol"] == [json.dumps(SPECS[0].protocol.differences(), sort_keys=True)]
    assert said["hours"] * 3600 == pytest.approx(sum(table["seconds"]))
    (origin,) = said["computed_by"]
    assert set(origin) == {"versions", "commit", "processor", "device", "computation"}, (
        "and no place of a user's"
    )


def test_a_store_is_joined_with_a_published_table(
    short: Store, splits_path: Path, tmp_path: Path
) -> None:
    """Two halves: one published and its store gone, one still in a store."""
    stores = []
    for number in (1, 2):
        stores.append(Store(tmp_path / str(number), create=True))
        part = shard(SPECS, first_of, number, 2)
        execute(part, stores[-1], DomainRuns(splits_path), {"part": number}, workers=1)
    half, whole, alone = (str(tmp_path / f"{name}.parquet") for name in ("half", "whole", "alone"))
    write_table([stores[0]], half)
    assert write_table([stores[1]], whole, tables=[half]) == len(SPECS)
    merged = read_table(whole).drop(columns="seconds")
    pd.testing.assert_frame_equal(merged, short.table().drop(columns="seconds"), check_dtype=False)
    said = json.loads((tmp_path / "whole.provenance.json").read_text(encoding="utf-8"))
    assert said["runs"] == sorted(spec.hash for spec in SPECS)
    assert {origin["part"] for origin in said["computed_by"]} == {1, 2}
    assert write_table([], alone, tables=[whole]) == len(SPECS)
    assert json.loads((tmp_path / "alone.provenance.json").read_bytes()) == said
    (tmp_path / "half.provenance.json").unlink()
    with pytest.raises(
        InputError, match=r"half.provenance.json: is not what `ltlib export` writes"
    ):
        write_table([stores[1]], alone, tables=[half])


@pytest.mark.parametrize("what", ["metrics", "tensors"])
def test_runs_that_differ_are_refused_by_name(short: Store, tmp_path: Path, what: str) -> None:
    spec = SPECS[1]
    metrics = short.metrics(spec.hash)
    files = {p.name: p.read_bytes() for p in short.folder(spec).glob("*.safetensors")}
    origin = short.run(spec.hash)["provenance"]
    other = Store(tmp_path / "other", create=True)
    out = tmp_path / "out.parquet"
    other.write(spec, metrics | {"seconds": 1e6}, files, origin)
    assert write_table([short, other], out) == len(SPECS), "seconds may differ"
    out.unlink()
    other.discard(spec.hash)
    if what == "metrics":
        metrics["test_accuracy"] += 0.01
    else:
        files["trained.safetensors"] += b" "
    other.write(spec, metrics, files, origin)
    with pytest.raises(InputError, match=rf"run {spec.hash} differs between {short.path} and"):
        write_table([short, other], out)
    assert not out.exists()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of an S3 server on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir("results")
    yield "s3://results"
    server.stop()


def test_a_table_goes_to_an_object_store(short: Store, tmp_path: Path, bucket: str) -> None:
    assert write_table([short], f"{bucket}/table.parquet") == len(SPECS)
    local = tmp_path / "table.parquet"
    with fsspec.open(f"{bucket}/table.parquet", "rb") as file:
        local.write_bytes(file.read())
    pd.testing.assert_frame_equal(read_table(local), short.table(), check_dtype=False)
    with pytest.raises(InputError, match=r"s3://no-such-bucket/t\.parquet: cannot be written"):
        write_table([short], "s3://no-such-bucket/t.parquet")
    with pytest.raises(InputError, match=r"cannot be written.*nonsense"):
        write_table([short], "nonsense://x/t.parquet")


def test_a_store_of_another_version_is_refused(short: Store, tmp_path: Path) -> None:
    """Marked as such, or older than marks and with such runs; nothing in it is touched."""
    spec = SPECS[0]
    marked = Store(tmp_path / "marked", create=True)
    (marked.path / "store.json").write_text(json.dumps({"spec_version": 1}))
    unmarked = Store(tmp_path / "unmarked", create=True)
    unmarked.write(spec, short.metrics(spec.hash), {}, {})
    path = unmarked.folder(spec) / "run.json"
    record = json.loads(path.read_bytes())
    record["spec"]["spec_version"] = 1
    path.write_text(json.dumps(record))
    (unmarked.path / "store.json").unlink()
    for store in (marked, unmarked):
        before = sorted(store.path.rglob("*"))
        for create in (True, False):
            with pytest.raises(InputError, match="spec_version 1"):
                Store(store.path, create=create)
        assert sorted(store.path.rglob("*")) == before
    (marked.path / "store.json").write_text("{")
    with pytest.raises(InputError, match=r"store\.json"):
        Store(marked.path)
