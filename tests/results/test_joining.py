"""Tables are joined run by run, and two that disagree are not."""

import numpy as np
import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.results.joining import joined
from ltlib.results.table import COLUMNS
from tests.support import claim_worlds as worlds


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return worlds.table(worlds.as_claimed, replicates=2)


def test_parts_that_overlap_make_the_whole(table: pd.DataFrame) -> None:
    generator = np.random.default_rng(0)
    first = table[generator.random(len(table)) < 0.6]
    second = table[~table.index.isin(first.index) | (generator.random(len(table)) < 0.3)]
    assert len(first) + len(second) > len(table)
    shuffled = second.sample(frac=1, random_state=1)
    whole = joined({"a": first, "b": shuffled})
    pd.testing.assert_frame_equal(whole[COLUMNS], joined({"all": table})[COLUMNS])
    assert len(whole) == len(table)


def test_the_first_says_how_long_a_run_took(table: pd.DataFrame) -> None:
    again = joined({"a": table, "b": table.assign(seconds=9.9)})
    assert again["seconds"].sum() == table["seconds"].sum()


@pytest.mark.parametrize("column", ["test_accuracy", "ties", "test_correct", "connected"])
def test_two_that_disagree_are_refused_by_name(table: pd.DataFrame, column: str) -> None:
    other = table.iloc[3:9].copy()
    row = other.iloc[2]
    value = bytes(len(row[column])) if column == "test_correct" else row[column] + 1
    other.at[other.index[2], column] = value
    name = f"{row['strategy']} .* round {row['round']} replicate {row['replicate']} "
    with pytest.raises(InputError, match=rf"a.parquet and c.parquet disagree.*(?s:.*){name}"):
        joined({"a.parquet": table, "b.parquet": table.iloc[:3], "c.parquet": other})
