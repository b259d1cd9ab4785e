"""`ltlib prepare` of whatever lies in a folder: a table, or one line and nothing written."""

import io
import os
import sys
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ltlib.cli.commands import main
from tests.support.data_helpers import sentences
from tests.support.odd_files import ENDINGS, TEXTS, Odd, odd_file, put, written

PLAIN = [f"{text} {number**5}" for number, text in enumerate(sentences(60, seed=2))]
LABELS = st.sampled_from([("0", "1"), ("negative", "positive"), ("False", "True")])


@st.composite
def large(draw: st.DrawFn) -> Odd:
    """A domain of which a corpus can be made; some of its texts are odd."""
    ending, pair = draw(st.sampled_from(ENDINGS)), draw(LABELS)
    texts = [*PLAIN, *draw(st.lists(TEXTS, max_size=5))]
    rows = [[text, pair[number % 2]] for number, text in enumerate(texts)]
    separator = draw(st.sampled_from(",;\t"))
    content = written(
        ["text", "label"], rows, ending, separator, draw(st.sampled_from(["\n", "\r\n"]))
    )
    return Odd(f"large.{ending}", "file", content, [])


def prepare(folder: str, cache: str) -> tuple[int, str, str]:
    """Exit status, stdout, stderr."""
    words = ["ltlib", "prepare", "--corpus", folder, "--split", "16/8/8"]
    out, err, status = io.StringIO(), io.StringIO(), 0
    with (
        patch.object(sys, "argv", words),
        patch.dict(os.environ, LTLIB_CACHE=cache),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    return status, out.getvalue(), err.getvalue()


def check(files: list[Odd]) -> int:
    with TemporaryDirectory() as beside, TemporaryDirectory() as cache:
        folder = Path(beside, "a\nfolder \x1b[31m\udce4")
        folder.mkdir()
        put(folder, files)
        status, out, err = prepare(str(folder), cache)
        names = sorted(path.name for path in Path(cache).rglob("*") if path.is_file())
    if status == 0:
        assert out.startswith("domain") and "corpus hash: " in out
        assert all(line.isprintable() for line in err.splitlines())
        model, encoded = sorted(names, key=lambda name: name.endswith("safetensors"))
        assert model.endswith(".model") and not model.startswith(".")
        assert encoded.endswith(".safetensors") and not encoded.startswith(".")
    else:
        assert status == 2
        assert out == "" and names == []
        assert err.startswith("ltlib: ") and err.count("\n") == 1 and err[:-1].isprintable(), err
    return status


def fuzz(folders: int) -> Counter[int]:
    """Prepare so many generated folders; how many ended with which status."""
    ends = Counter[int]()

    @settings(
        max_examples=folders, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(large(), st.lists(odd_file(), max_size=2, unique_by=lambda odd: odd.name))
    def prepared(domain: Odd, others: list[Odd]) -> None:
        ends[check([domain, *others])] += 1

    prepared()
    return ends


@pytest.mark.parametrize("folders", [30, pytest.param(500, marks=pytest.mark.long)])
def test_any_folder_is_prepared_or_refused_in_one_line(folders: int) -> None:
    ends = fuzz(folders)
    assert min(ends[0], ends[2]) > folders / 20, "both ends are met"
