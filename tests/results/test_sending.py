"""What it takes to send a ticket, against a code that is really written and means written out."""

import statistics
import zlib

import numpy as np
import pandas as pd
import pytest

from ltlib.errors import InputError
from ltlib.figures import sending_table
from ltlib.results.sending import sending
from ltlib.results.words import in_points
from ltlib.strategies import MOVED
from tests.support.results_table import falling, results_table

DOMAINS = ("books", "music", "garden")
TABLE = results_table(falling, DOMAINS, rounds=12, replicates=2)


def test_the_first_round_of_every_level() -> None:
    sent = sending(TABLE)
    assert sent["sparsity"].tolist() == pytest.approx([1 - 0.65**r for r in (2, 6, 11)])
    assert sending(TABLE[TABLE["round"] < 2]).empty
    apart = TABLE[(TABLE["experiment"] == "obtain") | TABLE["round"].isin([0, 7])]
    assert sending(apart)["sparsity"].tolist() == pytest.approx([1 - 0.65**7])  # two levels at once


def test_losses_are_means_over_tasks() -> None:
    pairs = [(s, t) for s in DOMAINS for t in DOMAINS if s != t]
    uneven = TABLE[~((TABLE["source"] == "books") & (TABLE["replicate"] == 1))]
    uneven = uneven[~((uneven["target"] == "books") & (uneven["replicate"] == 1))]
    for row, round_ in zip(sending(uneven).to_dict("records"), (2, 6, 11), strict=True):
        for strategy in ("masks-reset", "masks-random"):
            of_tasks = [
                statistics.mean(
                    falling(strategy, s, t, round_, r) - falling("ticket-reset", t, t, round_, r)
                    for r in ((0,) if "books" in (s, t) else (0, 1))
                )
                for s, t in pairs
            ]
            assert row[strategy] == pytest.approx(statistics.mean(of_tasks))


def test_a_mask_is_sent_as_short_as_a_code_can_make_it() -> None:
    """A general code comes near the bound and never below it."""
    draws = np.random.default_rng(0).random(400_000)
    for row in sending(TABLE).to_dict("records"):
        mask = draws < row["values"]
        assert mask.mean() == pytest.approx(1 - row["sparsity"], rel=0.1)
        share = len(zlib.compress(np.packbits(mask).tobytes(), 9)) / (4 * len(mask))
        assert row["mask"] < share < 1.6 * row["mask"]


def test_the_table_that_is_read() -> None:
    first = sending_table(TABLE, "sent").rows[0]
    assert first[:3] == ["58%", "3.07%", "42.25%"]  # H(.4225) = .9826 bit of 32
    assert first[3:] == [in_points(x) for x in sending(TABLE).iloc[0][list(MOVED)]]


def test_no_transfers_are_named() -> None:
    with pytest.raises(InputError, match="transfer"):
        sending(pd.DataFrame(TABLE[TABLE["experiment"] == "obtain"]))
