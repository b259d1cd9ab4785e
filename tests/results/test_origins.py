"""What computed a table, as the record beside it says."""

import json
from pathlib import Path

import pytest

from ltlib.errors import InputError
from ltlib.results.origins import origins
from tests.support.project import ROOT

BY = {"commit": "0123456789", "processor": "one", "versions": {"torch": "2.13.0"}}
RECORD = {
    "corpus": ["made up"], "corpus_hash": ["fedcba9876"], "runs": ["a", "b"], "hours": 1.25,
    "seed": [0, 1], "spec_version": [4],
    "computed_by": [BY, BY | {"processor": "other", "commit": None}],
}  # fmt: skip


def test_a_row_says_what_the_record_says(tmp_path: Path) -> None:
    (tmp_path / "t.provenance.json").write_text(json.dumps(RECORD))
    (row,) = origins(tmp_path, ["t"]).to_dict("records")
    assert row == {
        "table": "t", "corpus": "made up (fedcba9)", "runs": 2, "hours": 1.25, "seeds": "0, 1",
        "spec version": "4", "processor": "one, other", "torch": "2.13.0", "commit": "0123456, –",
    }  # fmt: skip


@pytest.mark.parametrize("content", [None, "{", "[]", "{}"])
def test_a_record_that_is_none_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "t.provenance.json").write_text(content)
    with pytest.raises(InputError, match=r"t\.provenance\.json.*export it again"):
        origins(tmp_path, ["t"])


def test_every_published_table_has_its_record() -> None:
    for folder in ("results", "results/readings", "results/choices"):
        names = [path.stem for path in sorted((ROOT / folder).glob("*.parquet"))]
        made = origins(ROOT / folder, names)
        assert (made["runs"] > 0).all() and (made["hours"] > 0).all()
        assert made["commit"].str.fullmatch(r"[0-9a-f]{7}(, [0-9a-f]{7})*").all(), "committed"
