import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltlib.data.cleaning import Review
from ltlib.data.sources.folder import check_domain_name, read_folder
from ltlib.errors import InputError
from tests.support.data_helpers import json_lines
from tests.support.folders import WRITERS, as_csv, as_parquet, error_of, ignored, read_one

AWKWARD = [
    "plain",
    'with "quotes", commas\tand tabs',
    "two\nlines",
    "\u2028 \u0085 \x0b separators that JSON may hold bare",
    "<script>alert('&')</script>",
    "émoji 🎟️",
    "",
    "x" * 1_000_000,
]
ROWS: list[dict[str, Any]] = [{"text": text, "label": i % 2} for i, text in enumerate(AWKWARD)]


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_reviews(tmp_path: Path, name: str) -> None:
    reviews = read_one(tmp_path, name, WRITERS[name](ROWS))
    assert reviews == [Review(row["text"], row["label"]) for row in ROWS]


@pytest.mark.parametrize("name", WRITERS)
def test_ratings_become_classes(tmp_path: Path, name: str) -> None:
    rows = [{"rating": rating, "text": "t", "other": 0} for rating in (1, 2.0, 3, 4, 5.0)]
    reviews = read_one(tmp_path, name, WRITERS[name](rows))
    assert [review.label for review in reviews] == [0, 0, None, 1, 1]


def test_the_label_counts_where_a_rating_is_there_too(tmp_path: Path) -> None:
    content = json_lines([{"text": "t", "rating": 3, "label": 1}])
    assert read_one(tmp_path, "ants.jsonl", content) == [Review("t", 1)]


def test_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    line = b'{"text": "t", "label": 1}'
    content = b"\xef\xbb\xbf" + line + b"\n\n  \n" + line
    assert read_one(tmp_path, "ants.jsonl", content) == [Review("t", 1)] * 2
    content = b"\xef\xbb\xbftext,label\r\nt,1\r\n\r\nt,1"
    (tmp_path / "ants.jsonl").unlink()
    assert read_one(tmp_path, "ants.csv", content) == [Review("t", 1)] * 2


def test_domains_come_in_alphabetical_order_and_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("wasps.csv", "bees.tsv", "ants.jsonl", "README.md", ".DS_Store", "notes.json"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "moths.csv").mkdir()
    assert list(read_folder(tmp_path, ignored)) == ["ants", "bees", "wasps"]


LINE = b'{"text": "t", "label": 1}\n'


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b'{"text": "caf\xe9", "label": 1}', "not UTF-8 at byte 14"),
        (b'{"text": "t", "label": 1', "broken JSON"),
        (b'{"text": "t" "label": 1}', "broken JSON"),
        (b"[" * 100_000, "broken JSON"),
        (b'["t", 1]', "not a JSON object"),
        (b'{"label": 1}', "'text' is missing (found label)"),
        (b'{"text": "t"}', "'label' or 'rating' is missing (found text)"),
        (b"{}", "'text' is missing (found nothing)"),
        (b'{"text": null, "label": 1}', "'text' is empty (null), not text"),
        (b'{"text": 7, "label": 1}', "'text' is of type int, not text"),
        (b'{"text": "\\ud800", "label": 1}', "'text' holds half of a surrogate pair"),
        (
            b'{"text": "t", "label": 2}',
            "'label' is 2; it must be 0 (negative, neg, false) or 1 (positive, pos, true)",
        ),
        (b'{"text": "t", "label": -1}', "'label' is -1;"),
        (b'{"text": "t", "label": 0.5}', "'label' is 0.5;"),
        (b'{"text": "t", "label": [true]}', "'label' is [true];"),
        (b'{"text": "t", "label": null}', "'label' is empty (null);"),
        (b'{"text": "t", "label": ""}', "'label' is empty;"),
        (b'{"text": "t", "label": "good"}', "'label' is \"good\";"),
        (b'{"text": "t", "label": NaN}', "'label' is empty (NaN);"),
        (b'{"text": "t", "rating": 0}', "'rating' is 0; it must be from 1 to 5"),
        (b'{"text": "t", "rating": 5.5}', "'rating' is 5.5; it must be from 1 to 5"),
        (b'{"text": "t", "rating": true}', "'rating' is true; it must be from 1 to 5"),
        (b'{"text": "t", "rating": [5]}', "'rating' is [5]; it must be from 1 to 5"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, complaint: str, packed: bool) -> None:
    content = LINE * 3 + b"\n" + line + b"\n" + LINE
    name = "ants.jsonl.gz" if packed else "ants.jsonl"
    message = error_of(tmp_path, name, gzip.compress(content) if packed else content)
    assert message.startswith(f", line 5: {complaint}")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", ": 'text' is missing (found nothing)"),
        (b"review,label\nt,1\n", ": 'text' is missing (found review, label)"),
        (b"text,stars\nt,1\n", ": 'label' or 'rating' is missing (found text, stars)"),
        (b"text,text,label\nt,t,1\n", ": 'text' is there twice"),
        (b'text,label\n"two\nlines",1\nt,1,0\n', ", line 4: 3 fields where the header has 2"),
        (b'text,label\n"two\nlines",1\nt,7\n', ", line 4: 'label' is \"7\""),
        (b"text,label\nt,1\nt,\n", ", line 3: 'label' is empty;"),
        (b'text,label\nt,1\n"open,1\n', ", line 3: broken quoting"),
        (b"text,label\nt,1\ncaf\xe9,1\n", ", line 3: not UTF-8 at byte 4"),
        (b"text,rating\nt,1\nt,six\n", ", line 3: 'rating' is \"six\""),
    ],
)
def test_a_bad_row_of_a_table_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    assert error_of(tmp_path, "ants.csv", content).startswith(complaint)
    (tmp_path / "ants.csv").unlink()
    message = error_of(tmp_path, "ants.tsv", content.replace(b",", b"\t"))
    assert message.startswith(complaint)


def test_reading_a_table_leaves_the_csv_module_as_it_was(tmp_path: Path) -> None:
    before = csv.field_size_limit(200)
    read_one(tmp_path, "ants.csv", as_csv(ROWS))
    assert csv.field_size_limit(before) == 200


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([{"text": "t", "label": 1}, {"text": None, "label": 1}], ", row 2: 'text' is empty"),
        ([{"text": "t", "label": 1}, {"text": "t", "label": 3}], ", row 2: 'label' is 3"),
        ([{"text": "t", "rating": 1.0}, {"text": "t", "rating": None}], ", row 2: 'rating' is"),
        ([{"text": 3, "label": 1}], ", row 1: 'text' is of type int"),
        ([{"body": "t", "label": 1}], ": 'text' is missing (found body, label)"),
    ],
)
def test_a_bad_row_of_parquet_is_named(
    tmp_path: Path, rows: list[dict[str, Any]], complaint: str
) -> None:
    assert error_of(tmp_path, "ants.parquet", as_parquet(rows)).startswith(complaint)


def test_a_text_of_parquet_that_is_no_utf8(tmp_path: Path) -> None:
    text = pa.array([b"caf\xe9"]).view(pa.string())  # nobody checks it on the way
    written = io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"text": text, "label": [1]}), written)
    message = error_of(tmp_path, "ants.parquet", written.getvalue())
    assert message.startswith(": no sound Parquet file ('utf-8' codec can't decode")


def test_what_is_no_parquet(tmp_path: Path) -> None:
    content = as_parquet(ROWS)
    for harmed in (b"", b"text", content[: len(content) // 2]):
        assert error_of(tmp_path, "ants.parquet", harmed).startswith(": no sound Parquet file")


def test_truncated_and_false_gzip(tmp_path: Path) -> None:
    # Random digits, so that the packed file spans several blocks of the unpacked one.
    lines = [json.dumps({"text": str(3**i), "label": 1}) for i in range(1, 2000)]
    content = gzip.compress("\n".join(lines).encode())
    for end in (5, 12, len(content) // 2, len(content) - 4):
        message = error_of(tmp_path, "ants.jsonl.gz", content[:end])
        number = int(message.removeprefix(", line ").split(":")[0])
        assert 1 <= number <= 1999
        assert "gzip data are cut off or damaged" in message
    assert "cut off or damaged" in error_of(tmp_path, "ants.jsonl.gz", LINE)
    broken = content[:1000] + b"\xff" * 20 + content[1020:]
    assert "cut off or damaged" in error_of(tmp_path, "ants.jsonl.gz", broken)


def test_no_folder_no_domain_and_two_files_of_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere not found"):
        read_folder(tmp_path / "nowhere", ignored)
    with pytest.raises(InputError, match="holds no domain"):
        read_folder(tmp_path, ignored)
    (tmp_path / "ants.jsonl").write_bytes(LINE)
    with pytest.raises(InputError, match="is a file"):
        read_folder(tmp_path / "ants.jsonl", ignored)
    (tmp_path / "ants.csv").write_bytes(b"text,label\n")
    with pytest.raises(InputError, match=r"ants\.csv and .*ants\.jsonl are both of domain 'ants'"):
        read_folder(tmp_path, ignored)


@pytest.mark.parametrize("name", ["a.b.jsonl", "a,b.csv", "a:b.csv", "a\\b.csv", " a.csv"])
def test_file_names_that_give_no_domain(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(LINE)
    with pytest.raises(InputError, match="cannot be a domain's name; rename it"):
        read_folder(tmp_path, ignored)


@given(st.text(max_size=5))
def test_a_name_that_passes_is_safe_in_paths_and_lists(name: str) -> None:
    try:
        check_domain_name(name, "here")
    except InputError as error:
        assert len(str(error).splitlines()) == 1
        return
    assert name.strip() == name != ""
    assert Path(name).parts == (name,)
    assert [name, name] == f"{name},{name}".split(",") == f"{name}:{name}".split(":")


@pytest.mark.parametrize("name", ["a/b", "..", ".", "a.b", ".a", "", "a\nb"])
def test_domain_names_that_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot be a domain's name"):
        check_domain_name(name, "here")


@pytest.mark.parametrize("name", ["books", "DVD & TV", "kühe", "日本", "a_b-c"])
def test_domain_names_that_are_not(name: str) -> None:
    check_domain_name(name, "here")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for name in ("ants.jsonl", "bees.csv", "cats.parquet"):
        (tmp_path / name).symlink_to(tmp_path / "gone")
    for reviews in read_folder(tmp_path, ignored).values():
        with pytest.raises(InputError, match=r"\w+\.\w+: cannot be read \(No such file"):
            next(reviews)
