"""Tables are compared run by run."""

import re

import numpy as np
import pandas as pd
import pytest

import ltlib
from ltlib.results.comparison import MEASURED, NAMED, SHOWN, compared, comparison_as_text
from ltlib.results.correct import from_bits, to_bits
from ltlib.results.table import COLUMNS
from ltlib.spec import label
from tests.support import claim_worlds as worlds
from tests.support.refusals import assert_refused


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return worlds.table(worlds.as_claimed, replicates=1)


def test_every_column_either_names_a_run_or_is_compared() -> None:
    assert sorted([*NAMED, *MEASURED, "seconds"]) == sorted(COLUMNS)


def test_a_table_is_like_itself(table: pd.DataFrame) -> None:
    mixed = table.sample(frac=1, random_state=0).assign(seconds=9.9)
    assert compared(table, mixed).empty
    assert comparison_as_text(compared(table, mixed), "a", "b").startswith("alike")
    older = table.assign(test_reviews=pd.array([None] * len(table), dtype="Int64"))
    assert compared(table, older).empty, "what is unknown is not different"
    several = pd.concat([table, table.assign(corpus="another", corpus_hash="1" * 64)])
    assert compared(several, several).empty, "a table of several settings is compared too"
    assert set(compared(several, table)["where"]) == {"one"}


def turned(bits: bytes, count: int) -> bytes:
    """The first `count` bits the other way round."""
    right = from_bits(bits, 8 * len(bits))
    return to_bits(np.where(np.arange(len(right)) < count, ~right, right))


def test_each_difference_is_found_and_no_other(table: pd.DataFrame) -> None:
    """Altered at random; a loop over the rows is the oracle."""
    generator = np.random.default_rng(0)
    other = table.copy()
    altered = generator.choice(len(table), 30, replace=False)
    steps = np.zeros((len(table), len(MEASURED)), dtype=int)
    for number, row in enumerate(altered):
        steps[row, number % len(MEASURED)] = 1 + number
    for place, column in enumerate(MEASURED):
        if column == "test_correct":
            other[column] = [
                turned(*pair) for pair in zip(table[column], steps[:, place], strict=True)
            ]
        elif column == "one_sided":
            steps[:, place] = steps[:, place] > 0
            other[column] ^= steps[:, place] > 0
        else:
            other[column] += steps[:, place]
    one, other = table.drop(index=[3, 4]), other.drop(index=[7])
    found = compared(one, other)
    assert list(found.columns) == ["where", *NAMED, *MEASURED]
    expected = {}
    for row in range(len(table)):
        name = tuple(table.loc[row, NAMED])
        if row in (3, 4):
            expected[name] = "other"
        elif row == 7:
            expected[name] = "one"
        elif row in altered:
            expected[name] = "both"
    assert {tuple(row[NAMED]): row["where"] for _, row in found.iterrows()} == expected
    for _, row in found[found["where"] == "both"].iterrows():
        (same,) = np.flatnonzero((table[NAMED] == row[NAMED]).all(axis=1))
        assert [abs(v) for v in row[MEASURED]] == pytest.approx(list(steps[same]))
    assert found.loc[found["where"] != "both", MEASURED].isna().all(axis=None)


def test_text_gives_the_largest_first_and_counts_all(table: pd.DataFrame) -> None:
    steps = np.arange(len(table)) / 1000
    other = table.assign(test_accuracy=table["test_accuracy"] - steps)
    lines = comparison_as_text(compared(table, other), "a", "b").splitlines()
    assert f"differ: {len(table) - 1};" in lines[0]
    assert f"{100 * steps[1:].mean():.2f} points on average" in lines[0]
    assert f"{100 * steps.max():.2f} at most (b minus a)" in lines[0]
    assert len(lines) == SHOWN + 2 and f"and {len(table) - 1 - SHOWN} more" in lines[-1]
    shown = [float(line.rpartition("test_accuracy ")[2].split()[0]) for line in lines[1:-1]]
    assert shown == pytest.approx([-100 * step for step in steps[::-1][:SHOWN]], abs=0.006)
    back = comparison_as_text(compared(other, table), "b", "a")
    assert back.splitlines()[1:-1] == [line.replace(" -", " +") for line in lines[1:-1]]
    unknown = other.assign(test_reviews=pd.array([None] * len(table), dtype="Int64"))
    for text in (lines, comparison_as_text(compared(table, unknown), "a", "b").splitlines()):
        changes = [line.rpartition("): ")[2] for line in text[1:-1]]
        assert all(re.fullmatch(r"test_accuracy \S+ points", change) for change in changes)
    both = comparison_as_text(compared(table[: SHOWN + 1], other[: SHOWN + 1]), "a", "b")
    assert len(both.splitlines()) == SHOWN + 1, "and no more"
    few = comparison_as_text(compared(table[:3], other[:3]), "a", "b")
    assert len(few.splitlines()) == 1 + 2, "the first run is alike"
    fewer = comparison_as_text(compared(table[1:], table[:-2]), "a", "b").splitlines()
    for line, place, count, row in ((fewer[0], "a", 2, -2), (fewer[1], "b", 1, 0)):
        run = table.iloc[row]
        name = label(run["strategy"], run["source"], run["target"], run["round"], run["replicate"])
        assert line.startswith(f"only in {place}: {count}, first {name} (")


def test_bad_tables_are_refused(table: pd.DataFrame) -> None:
    twice = pd.concat([table, table[:1]])
    assert_refused(lambda: compared(table, twice), "is there twice; keep one")
    assert_refused(lambda: ltlib.compared(table[:0], table), "no rows")
    assert_refused(lambda: compared(table.drop(columns="connected"), table), "'connected'")
