"""Ray: the same bits as local processes, on machines that come and go."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ltlib.errors import InputError
from ltlib.experiments.domains import DomainRuns
from ltlib.runs.execute import execute
from ltlib.store.store import Store
from tests.support.matrix import LONG, SPECS, assert_same, count
from tests.support.project import ROOT

ray = pytest.importorskip("ray")

# In a process of its own: a process has one connection to Ray.
DRIVER = """
import sys
from pathlib import Path
from ltlib.experiments.domains import DomainRuns
from ltlib.runs.execute import execute
from ltlib.store.store import Store
from tests.support.matrix import LONG
store, splits, address = sys.argv[1:]
runs = DomainRuns(Path(splits))
execute(LONG, Store(store, create=True), runs, {}, engine="ray", address=address)
"""


@pytest.mark.long
def test_a_cluster_of_its_own_gives_the_same_bits(
    short: Store, splits_path: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "r", create=True)
    report = execute(SPECS, store, DomainRuns(splits_path), {}, workers=2, engine="ray")
    assert len(report.done) == len(SPECS)
    assert_same(store, short, SPECS)
    assert not ray.is_initialized(), "what was started is ended"
    record = store.run(SPECS[0].hash)
    assert record["provenance"]["machine"] == os.uname().nodename


@pytest.mark.long
def test_a_node_goes_and_another_comes(
    undisturbed: Store, splits_path: Path, tmp_path: Path
) -> None:
    from ray.cluster_utils import Cluster

    place = tmp_path / "store"
    node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 100 << 20}
    cluster = Cluster(initialize_head=True, head_node_args=node | {"include_dashboard": False})
    try:
        leaving = cluster.add_node(**node)
        root = ROOT
        driver = subprocess.Popen(
            [sys.executable, "-c", DRIVER, place, splits_path, cluster.address],
            cwd=root, env=os.environ | {"PYTHONPATH": str(root)},
        )  # fmt: skip
        for share, change in ((0.1, "remove"), (0.4, "add")):
            end = time.monotonic() + 120
            while count(place) < share * len(LONG):
                assert time.monotonic() < end and driver.poll() is None
                time.sleep(0.02)
            if change == "remove":
                cluster.remove_node(leaving, allow_graceful=False)
            else:
                cluster.add_node(**node)
        assert driver.wait(180) == 0
    finally:
        cluster.shutdown()
    assert_same(Store(place), undisturbed, LONG)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere.invalid:6379", "127.0.0.1:port"])
def test_an_address_where_no_ray_listens(splits_path: Path, tmp_path: Path, address: str) -> None:
    store = Store(tmp_path / "s", create=True)
    with pytest.raises(InputError, match=rf"--address {address}: no Ray cluster listens"):
        execute(SPECS, store, DomainRuns(splits_path), {}, engine="ray", address=address)
