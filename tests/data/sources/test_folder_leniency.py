"""What is no domain, and what is written otherwise than asked: skipped or understood, and said."""

import csv
import gzip
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ltlib.data.cleaning import Review
from ltlib.data.sources.folder import LISTED, read_folder
from ltlib.data.sources.tables import SEPARATORS
from ltlib.errors import InputError
from tests.support.data_helpers import json_lines
from tests.support.folders import (
    WRITERS,
    as_csv,
    as_parquet,
    error_of,
    ignored,
    read_one,
    read_said,
)
from tests.support.patience import at_most

LINE = b'{"text": "t", "label": 1}\n'
TEXTS = ["plain", "a; b, c\td | e", 'with "quotes"', "two\nlines", "3,5 of 5", "émoji 🎟️", ""]
RATED: list[dict[str, Any]] = [
    {"text": text, "rating": 1 + i % 5, "note": ""} for i, text in enumerate(TEXTS)
]
CLASSES = {1: 0, 2: 0, 3: None, 4: 1, 5: 1}
AS_RATED = [Review(row["text"], CLASSES[row["rating"]]) for row in RATED]


def test_hidden_files_are_passed_over_in_silence(tmp_path: Path) -> None:
    for name in ("._books.csv", ".DS_Store", ".jsonl", ".a.b.parquet"):
        (tmp_path / name).write_bytes(b"\x00\x05\x16\x07")
    (tmp_path / ".git").mkdir()
    assert read_said(tmp_path, "books.jsonl", LINE) == ([Review("t", 1)], [])


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("books.json", "; to have them read: write one object a line, into a file named .jsonl"),
        ("books.XLSX", "; to have them read: export as .csv"),
        ("books.feather", "; to have them read: write as .parquet"),
        ("books.csv.zip", "; to have them read: unpack"),
        ("books.parquet.gz", "; to have them read: unpack"),
        ("README.txt", ""),
        ("csv", ""),
    ],
)
def test_other_files_are_named_with_what_to_do(tmp_path: Path, name: str, remedy: str) -> None:
    (tmp_path / name).write_bytes(b"")
    reviews, said = read_said(tmp_path, "films.jsonl", LINE)
    assert (reviews, said) == ([Review("t", 1)], [f"skipped: {name}{remedy}"])
    (tmp_path / "films.jsonl").unlink()
    with pytest.raises(InputError) as raised:
        read_folder(tmp_path, ignored)
    assert f"{tmp_path} holds no domain (skipped: {name}{remedy}); name its" in str(raised.value)


def test_those_that_need_the_same_are_one_line_and_a_folder_ends_in_a_slash(tmp_path: Path) -> None:
    for name in ("a.json", "b.JSON", "notes.md", "sheet.ods"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "moths.csv").mkdir()
    assert read_said(tmp_path, "films.jsonl", LINE)[1] == [
        "skipped: a.json, b.JSON; to have them read: "
        "write one object a line, into a file named .jsonl",
        "skipped: moths.csv/, notes.md",
        "skipped: sheet.ods; to have them read: export as .csv",
    ]


def test_thousands_of_other_files_are_counted(tmp_path: Path) -> None:
    for number in range(1000):
        (tmp_path / f"{number:03}.png").write_bytes(b"")
    (line,) = read_said(tmp_path, "films.jsonl", LINE)[1]
    assert line.startswith("skipped: 000.png, 001.png, ")
    assert line.endswith(f" and {1000 - LISTED} more")
    assert line.count(".png") == LISTED


def test_a_folder_of_hidden_files_alone(tmp_path: Path) -> None:
    (tmp_path / "._books.csv").write_bytes(b"")
    with pytest.raises(InputError, match=r"holds no domain \(it is empty but for hidden files\)"):
        read_folder(tmp_path, ignored)


@pytest.mark.parametrize("ending", ["csv", "tsv", "CSV", "csv.gz", "tsv.gz"])
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_separators_are_found_in_the_header(
    tmp_path: Path, ending: str, separator: str, quoting: Any
) -> None:
    content = as_csv(RATED, delimiter=separator, quoting=quoting)
    content = gzip.compress(content) if ending.endswith("gz") else content
    reviews, said = read_said(tmp_path, f"books.{ending}", content)
    assert reviews == AS_RATED
    usual = "\t" if ending.startswith("tsv") else ","
    line = f"books.{ending}: fields are parted by {SEPARATORS[separator]}"
    assert said == ([] if separator == usual else [line])


def test_semicolons_as_pandas_writes_them_with_decimal_commas(tmp_path: Path) -> None:
    content = pd.DataFrame(RATED).astype({"rating": float}).to_csv(sep=";", decimal=",")
    assert ";4,0;" in content
    assert read_one(tmp_path, "books.csv", content.encode()) == AS_RATED


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("first", ["sep={}", "\ufeffsep={}", "sep={}\r"])
def test_excels_line_that_names_the_separator(tmp_path: Path, separator: str, first: str) -> None:
    content = f"{first.format(separator)}\ntext{separator}label\nt{separator}1\nu{separator}7\n"
    assert error_of(tmp_path, "books.csv", content.encode()).startswith(", line 4: 'label' is")
    content = content.replace("7", "0")
    assert read_one(tmp_path, "books.csv", content.encode()) == [Review("t", 1), Review("u", 0)]


def test_a_text_may_begin_like_excels_line(tmp_path: Path) -> None:
    content = b"text,label\nsep=,1\n"
    assert read_one(tmp_path, "books.csv", content) == [Review("sep=", 1)]
    assert ", line 2: 'label' is empty" in error_of(tmp_path, "books.csv", b"text,label\nsep=,\n")


@pytest.mark.parametrize(
    "header",
    [
        "text,label,a;text;label;b;c",
        "text,label,a|text|label|b|c",
        '"a\nb",text,label',
        "text,label",
    ],
)
@pytest.mark.parametrize(("name", "separator"), [("ants.csv", ","), ("ants.tsv", "\t")])
def test_where_the_usual_separator_suffices_no_other_is_tried(
    tmp_path: Path, name: str, separator: str, header: str
) -> None:
    row = ",".join(["1"] * len(header.split(",")))
    swapped = str.maketrans({",": separator, ";": ",", "|": ";"})
    content = f"{header}\n{row}\n".translate(swapped if separator == "\t" else {}).encode()
    assert read_said(tmp_path, name, content) == ([Review("1", 1)], [])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'"text";"score"\n"t";1\n', ": 'label' or 'rating' is missing (found text, score)"),
        (b"body|label\nt|1\n", ": 'text' is missing (found body, label)"),
        (b"text;label\nt;1\nt;1;2\n", ", line 3: 3 fields where the header has 2"),
        (b'text;label\n"open;1\n', ", line 2: broken quoting"),
        (b'"text";"label\n', ", line 1: broken quoting"),
        ("text\tlabel\nt\t1\n".encode("utf-16"), ", line 1: UTF-16; save the file as UTF-8"),
        (b"\xfe\xff\x00t", ", line 1: UTF-16; save the file as UTF-8"),
        (b"text,label\n\xff\xfet,1\n", ", line 2: not UTF-8 at byte 1 of the line; save"),
        (b"text,label\nt,1\n\xff\xfe\n", ", line 3: not UTF-8 at byte 1 of the line; save"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_as_it_is(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    assert error_of(tmp_path, "books.csv", content).startswith(complaint)


SPELT: dict[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]] = {
    "capitals": lambda rows: [{name.title(): row[name] for name in row} for row in rows],
    "spaces": lambda rows: [{f" {name} ": row[name] for name in row} for row in rows],
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("spelt", SPELT)
def test_names_of_fields_may_be_in_capitals_and_between_spaces(
    tmp_path: Path, name: str, spelt: str
) -> None:
    assert read_one(tmp_path, name, WRITERS[name](SPELT[spelt](RATED))) == AS_RATED


def test_such_names_tell_the_separator_too(tmp_path: Path) -> None:
    content = b"Text;Label;a,b,c,d\nt;1;\n"
    assert read_one(tmp_path, "ants.csv", content) == [Review("t", 1)]


@pytest.mark.parametrize("name", ["ants.csv", "ants.jsonl", "ants.parquet"])
def test_a_name_as_it_is_asked_for_comes_first(tmp_path: Path, name: str) -> None:
    rows = [{"TEXT": "no", "text": "yes", "Label": 0, "rating": 5}]
    assert read_one(tmp_path, name, WRITERS[name](rows)) == [Review("yes", 1)]


@pytest.mark.parametrize("name", ["ants.csv", "ants.jsonl", "ants.parquet"])
def test_two_that_could_be_meant_are_refused(tmp_path: Path, name: str) -> None:
    rows = [{"TEXT": "which", "text": "of both", "Label": 0}]
    assert "'text' is there twice" in error_of(tmp_path, name, WRITERS[name](rows))


WORDS = {
    "positive": 1, "Positive": 1, " POS ": 1, "pos": 1, "true": 1, "True": 1, "1": 1, "1.0": 1,
    "negative": 0, "NEGATIVE": 0, "neg\t": 0, "Neg": 0, "false": 0, "FALSE": 0, "0": 0, "0,0": 0,
}  # fmt: skip
PLAIN = {"positive", "pos", "true", "negative", "neg", "false"}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("label", WORDS)
def test_a_label_in_words_is_read_and_said(tmp_path: Path, name: str, label: str) -> None:
    rows = [{"text": "t", "label": label}] * 2
    reviews, said = read_said(tmp_path, name, WRITERS[name](rows))
    assert reviews == [Review("t", WORDS[label])] * 2
    word = label.strip().lower()
    line = f"{name}: label '{word}' read as {WORDS[label]}"
    assert said == ([line] if word in PLAIN else [])


@pytest.mark.parametrize("name", WRITERS)
def test_true_and_false_as_the_format_writes_them(tmp_path: Path, name: str) -> None:
    rows = [{"text": "t", "Label": label} for label in (True, False, True)]
    reviews, said = read_said(tmp_path, name, WRITERS[name](rows))
    assert [review.label for review in reviews] == [1, 0, 1]
    assert said == [f"{name}: label 'true' read as 1, 'false' read as 0"]


def test_words_and_numbers_may_be_mixed(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"text": "t", "label": label} for label in ("neg", 1, "Positive", "0", True)
    ]
    reviews, said = read_said(tmp_path, "ants.jsonl", json_lines(rows))
    assert [review.label for review in reviews] == [0, 1, 1, 0, 1]
    assert said == ["ants.jsonl: label 'positive' read as 1, 'true' read as 1, 'neg' read as 0"]


def test_each_file_has_its_own_remarks(tmp_path: Path) -> None:
    (tmp_path / "bees.csv").write_bytes(b"text;label\nt;pos\n")
    (tmp_path / "ants.csv").write_bytes(b"text,label\nt,1\n")
    (tmp_path / "cats.csv").write_bytes(b"text,label\nt,false\n")
    said: list[str] = []
    for reviews in read_folder(tmp_path, said.append).values():
        list(reviews)
    assert said == [
        "bees.csv: fields are parted by semicolons",
        "bees.csv: label 'pos' read as 1",
        "cats.csv: label 'false' read as 0",
    ]


@pytest.mark.parametrize(
    ("label", "found"),
    [("good", '"good"'), ("yes", '"yes"'), ("-1", '"-1"'), ("tru", '"tru"'), ("  ", '" "')],
)
@pytest.mark.parametrize("name", ["ants.csv", "ants.jsonl", "ants.parquet"])
def test_other_words_are_refused_with_what_was_found(
    tmp_path: Path, name: str, label: str, found: str
) -> None:
    rows = [{"text": "t", "label": "positive"}, {"text": "t", "label": label}]
    place = ", line 3" if name.endswith("csv") else ", line 2"
    place = place.replace("line", "row") if name.endswith("parquet") else place
    assert error_of(tmp_path, name, WRITERS[name](rows)) == (
        f"{place}: 'label' is {found}; it must be 0 (negative, neg, false) "
        "or 1 (positive, pos, true)"
    )


def test_decimals_are_numbers_and_what_is_missing_is_empty(tmp_path: Path) -> None:
    rows = [{"text": "t", "rating": Decimal(number)} for number in ("1.50", "3.00", "4.25")]
    reviews = read_one(tmp_path, "ants.parquet", as_parquet(rows))
    assert [review.label for review in reviews] == [0, None, 1]
    rows = [{"text": "t", "label": Decimal("1")}, {"text": "t", "label": None}]
    complaint = ", row 2: 'label' is empty (null)"
    assert error_of(tmp_path, "ants.parquet", as_parquet(rows)).startswith(complaint)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ants.csv")
    (reviews,) = read_folder(tmp_path, ignored).values()
    complaint = r"ants\.csv: a pipe or device; put a file in its place"
    with at_most(20), pytest.raises(InputError, match=complaint):
        next(reviews)


def test_places_with_odd_names_stay_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "a\nfile").touch()
    for name in ("a\nfile", "no\nfolder", "x" * 300 + "\n"):
        with pytest.raises(InputError) as raised:
            read_folder(tmp_path / name, ignored)
        assert str(raised.value).isprintable()


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(InputError, match=r"cannot be read \(Permission denied\); give a folder"):
        read_folder(tmp_path, ignored)
