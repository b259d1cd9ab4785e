"""Linear models beside a published table."""

from pathlib import Path

import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.results.baselines import baselines_beside
from tests.support.project import ROOT
from tests.support.results_table import falling, results_table


def test_each_domain_has_its_own(tmp_path: Path) -> None:
    results_table(falling).to_parquet(tmp_path / "t.parquet")
    assert baselines_beside(tmp_path / "t.parquet") == {}
    rows = [("books", "books", 0.8), ("books", "music", 0.1), ("music", "music", 0.7)]
    table = pd.DataFrame(rows, columns=["source", "target", "test_accuracy"])
    path = tmp_path / "t.baselines.csv"
    table.assign(corpus_hash="0" * 64).to_csv(path, index=False)
    assert baselines_beside(tmp_path / "t.parquet") == {"books": 0.8, "music": 0.7}
    table.assign(corpus_hash="1" * 64).to_csv(path, index=False)
    with pytest.raises(InputError, match=r"t\.baselines\.csv: is of another corpus"):
        baselines_beside(tmp_path / "t.parquet")
    path.write_text("source,target\nbooks,books\n")
    with pytest.raises(InputError, match="holds no linear models"):
        baselines_beside(tmp_path / "t.parquet")


def test_the_published_ones_are_of_their_tables() -> None:
    beside = sorted((ROOT / "results").glob("*.baselines.csv"))
    tables = [Path(str(path).replace(".baselines.csv", ".parquet")) for path in beside]
    known = [table for table in tables if table.exists()]
    assert known
    for table in known:
        sources = set(pd.read_parquet(table, columns=["source"])["source"])
        assert set(baselines_beside(table)) == sources
