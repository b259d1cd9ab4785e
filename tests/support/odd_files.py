"""Generated files as people have them: sound, nearly sound, damaged, and what is no file at all."""

import csv
import gzip
import io
import json
import math
import os
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet
from hypothesis import strategies as st

from ltlib.data.cleaning import Review

ENDINGS = ["jsonl", "csv", "tsv", "parquet", "jsonl.gz", "csv.gz", "tsv.gz"]
OTHERS = ["json", "xlsx", "txt", "zip", "parquet.gz", "csv.bak", "jsonl."]
# Names of domains. Few are bad: one is reason enough to refuse a whole folder.
STEMS = [
    *("ants", "Ants", "kühe", "ku\u0308he", "🎟️", "a b", "-", "'\"", "日本", ".ants", "._ants", ""),
    *(f"ants {number}" for number in range(100)),
    *("a.b", "a,b", " a", "a\nb", "a\x1b[31mb", "a\u2028b", "a\udc80b"),
]


class Odd(NamedTuple):
    """Something that lies in a folder."""

    name: str
    kind: str  # one of KINDS
    content: bytes
    reviews: list[Review] | None  # what it holds, if it is sound


def _unreadable(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0)


KINDS: dict[str, Callable[[Path, bytes], object]] = {
    "file": Path.write_bytes,
    "folder": lambda path, _: path.mkdir(),
    "pipe": lambda path, _: os.mkfifo(path),
    "dangling": lambda path, _: path.symlink_to("nowhere"),
    "loop": lambda path, _: path.symlink_to(path.name),
    "too long": lambda path, _: path.symlink_to("x" * 300),
    "endless": lambda path, _: path.symlink_to("/dev/zero"),
    "unreadable": _unreadable,  # but for root
}

# A field's value and the class that it means.
LABELS: list[tuple[Any, int | None]] = [
    (0, 0), (1, 1), ("0", 0), ("1", 1), (0.0, 0), ("1.0", 1), (True, 1), (False, 0), ("true", 1),
    ("False", 0), (" Positive ", 1), ("negative", 0), ("POS", 1), ("Neg", 0), ("1,0", 1),
]  # fmt: skip
RATINGS: list[tuple[Any, int | None]] = [
    (1, 0), (2, 0), (3, None), (4, 1), (5, 1), (2.5, None), ("4.5", 1), ("2,0", 0), (" 5", 1),
    ("3", None), ("1e0", 0),
]  # fmt: skip

TEXTS = st.text(max_size=12) | st.sampled_from(
    ["", "a,b;c\td|e", '"', '"",\n', "\r", "\r\n", "\x00", "\u2028\x85\x1c", "sep=;", "\ufeff",
     "z" * 200_000]
)  # fmt: skip


def as_parquet(columns: list[tuple[str, pa.Array]], **options: Any) -> bytes:
    written = io.BytesIO()
    names, arrays = [name for name, _ in columns], [array for _, array in columns]
    pyarrow.parquet.write_table(pa.Table.from_arrays(arrays, names), written, **options)
    return written.getvalue()


def written(
    names: list[str], rows: Sequence[Sequence[Any]], ending: str, separator: str, line_end: str
) -> bytes:
    """A file as its format's own writer makes it; `separator` counts in tables alone."""
    if ending == "parquet":
        return as_parquet(
            [(name, pa.array([str(row[i]) for row in rows])) for i, name in enumerate(names)]
        )
    if ending.startswith("jsonl"):
        lines = line_end.join(json.dumps(dict(zip(names, row, strict=True))) for row in rows)
        return packed(lines.encode(), ending)
    table = io.StringIO()
    writer = csv.writer(table, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator=line_end)
    writer.writerows([names, *rows])
    return packed(table.getvalue().encode(), ending)


def packed(content: bytes, ending: str) -> bytes:
    """As it is, or packed where the ending says so."""
    return gzip.compress(content, 1) if ending.endswith("gz") else content


@st.composite
def sound(draw: st.DrawFn, ending: str) -> tuple[bytes, list[Review]]:
    """A sound file, and the reviews it holds."""
    column = draw(st.sampled_from(["label", "rating"]))
    values = LABELS if column == "label" else RATINGS
    drawn = draw(st.lists(st.tuples(TEXTS, st.sampled_from(values)), min_size=1, max_size=5))
    reviews = [Review(text, of_class) for text, (_, of_class) in drawn]
    names = draw(st.permutations(["text", column, "other"]))
    if draw(st.booleans()):
        names = [f" {name.upper()}" for name in names]
    cells = {"text": [text for text, _ in drawn], column: [value for _, (value, _) in drawn]}
    rows = [
        [cells.get(name.strip().lower(), [""] * len(drawn))[i] for name in names]
        for i in range(len(drawn))
    ]
    separator = draw(st.sampled_from(",;\t|"))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    content = written(names, rows, ending, separator, end)
    if ending == "parquet":
        return content, reviews
    first = f"sep={separator}{end}".encode() if ending[1:3] == "sv" and draw(st.booleans()) else b""
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    plain = gzip.decompress(content) if ending.endswith("gz") else content
    return packed(mark + first + plain, ending), reviews


NAMES = st.sampled_from(
    ["text", "label", "rating", "Text", " label ", "RATING", "other", "", "te\\u0000xt", "\\ud800"]
)
VALUES = st.one_of(
    st.sampled_from(
        ["NaN", "-Infinity", "1e999", "null", "true", "0", "1", "-0.0", "5", "3.0", "2", "{}", "[]",
         '""', '"t"', '"pos"', '" Neg "', '"yes"', '"4,5"', '"1_0"', '"\\ud800"', '"\\u0000"',
         "tru", "'x'", '"', "9" * 5000, "1" + "0" * 400, '"' + "9" * 5000 + '"', '{"a": [1]}'],
    ),
    st.integers(1, 3000).map(lambda depth: "[" * depth + "]" * depth),
    st.text(max_size=5).map(json.dumps),
)  # fmt: skip
OBJECTS = st.lists(st.tuples(NAMES, VALUES), max_size=4).map(
    lambda fields: "{" + ", ".join(f'"{name}": {value}' for name, value in fields) + "}"
)
CELLS = st.sampled_from(
    ["text", "label", "rating", "Text", " label", "0", "1", "pos", "FALSE", "5", "4,0", "nan", "",
     "", " ", '"', '""', '"t"', '"a\nb"', "\r", "\x00", "sep=;", "sep=", "é", "\ufeff", "1_0"]
)  # fmt: skip
TABLES = st.builds(
    lambda rows, separator, end: end.join(separator.join(row) for row in rows),
    st.lists(st.lists(CELLS, max_size=4), max_size=5),
    st.sampled_from([",", ";", "\t", "|", ", ", " "]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
HEADERS = st.sampled_from(
    ["text,label\n", "text;rating\r\n", "sep=;\ntext;label\n", "rating\ttext\n", ""]
)
NOW = datetime(2019, 11, 3, 12)
ARRAYS = [
    pa.array(["t", None]),
    pa.array(["0", "1"]),
    pa.array(["pos", "good"]).dictionary_encode(),
    pa.array(["t", "u"], pa.large_string()),
    pa.array(["t", "u"], pa.string_view()),
    pa.array([b"t", b"\xff"]),
    pa.array([0, 1]),
    pa.array([2**64 - 1, 5], pa.uint64()),
    pa.array([True, None]),
    pa.array([1.0, math.nan]),
    pa.array([1.0, 2.0], pa.float16()),
    pa.array([Decimal("1.5"), Decimal("5")]),
    pa.array([Decimal(10**37), None], pa.decimal128(38)),
    pa.array([Decimal(10**70), None], pa.decimal256(76)),
    pa.array([NOW, None]),
    pa.array([NOW, NOW], pa.timestamp("ns", "Europe/Berlin")),
    pa.array([1, 2**53], pa.timestamp("s")),
    pa.array([1, 2**62 + 1], pa.timestamp("ns")),
    pa.array([1, 2], pa.timestamp("us", "Nowhere/Never")),
    pa.array([timedelta(1), None]),
    pa.array([2**53, 1], pa.duration("s")),
    pa.array([date(2019, 1, 1), None]),
    pa.array([2**31 - 1, -(2**31)], pa.date32()),
    pa.array([1, 2], pa.time64("ns")),
    pa.array([{"text": "t", "label": 1}, None]),
    pa.array([["t"], []]),
    pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int8())),
    pa.nulls(2),
]
COLUMN_NAMES = st.sampled_from(
    ["text", "label", "rating", "Text", " label ", "other", "", "a.text"]
)
ODD_PARQUET = st.builds(
    as_parquet,
    st.lists(st.tuples(COLUMN_NAMES, st.sampled_from(ARRAYS)), max_size=4),
    compression=st.sampled_from(["NONE", "SNAPPY", "ZSTD"]),
    data_page_version=st.sampled_from(["1.0", "2.0"]),
)


def nearly_sound(ending: str) -> st.SearchStrategy[bytes]:
    """Something of the right form with fields, values or types that nobody asked for."""
    if ending == "parquet":
        return ODD_PARQUET
    if ending.startswith("jsonl"):
        plain = st.lists(OBJECTS, max_size=4).map("\n".join)
    else:
        plain = st.builds(str.__add__, HEADERS, TABLES)
    encoded = st.builds(
        str.encode, plain, st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32"])
    )
    return encoded.map(lambda content: packed(content, ending))


TOKENS = st.sampled_from(
    [b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b'"', b"\\", b"\r", b"\n", b"\r\n", b",", b";",
     b"\t", b"{", b"}", b"[" * 2000, b"\x1f\x8b", b"PAR1", b"\xed\xa0\x80", b"\x1a"]
)  # fmt: skip
HARM: dict[str, Callable[[bytes, int, int, bytes], bytes]] = {
    "cut off": lambda content, i, j, token: content[:i],
    "left out": lambda content, i, j, token: content[: min(i, j)] + content[max(i, j) :],
    "put in": lambda content, i, j, token: content[:i] + token + content[i:],
    "put over": lambda content, i, j, token: content[:i] + token + content[i + len(token) :],
    "there twice": lambda content, i, j, token: content[: max(i, j)] + content[min(i, j) :],
    "changed": lambda content, i, j, token: content[:i] + bytes([j % 256]) + content[i + 1 :],
}


@st.composite
def harmed(draw: st.DrawFn, content: bytes, ending: str) -> bytes:
    """Harmed in up to three places; where it is packed, outside or inside of that."""
    packed = ending.endswith("gz")
    inside = packed and draw(st.booleans())
    left = gzip.decompress(content) if inside else content
    for _ in range(draw(st.integers(1, 3))):
        place = st.integers(0, len(left))
        harm = HARM[draw(st.sampled_from(sorted(HARM)))]
        left = harm(left, draw(place), draw(place), draw(TOKENS))
    return gzip.compress(left, 1) if inside else left


SIGNS = st.characters(
    exclude_characters="/\0", exclude_categories=["Cs"]
)  # a name may hold all others
STEM = st.sampled_from([*map(st.just, STEMS), st.text(SIGNS, max_size=6)]).flatmap(lambda one: one)


@st.composite
def odd_file(draw: st.DrawFn) -> Odd:
    """One of whatever may lie in a folder."""
    ending = draw(st.sampled_from(ENDINGS))
    reviews = None
    how = draw(
        st.sampled_from(["sound", "sound", "harmed", "nearly", "nearly", "nearly, harmed", "any"])
    )
    if how == "any":
        content = draw(st.binary(max_size=60))
    elif how.startswith("nearly"):
        content = draw(nearly_sound(ending))
    else:
        content, reviews = draw(sound(ending))
    if how.endswith("harmed"):
        content, reviews = draw(harmed(content, ending)), None
    kind = draw(st.sampled_from(["file"] * 60 + sorted(KINDS)))
    shown = draw(st.sampled_from([ending] * 50 + [ending.upper(), *OTHERS]))
    as_it_is = kind == "file" and shown.lower() == ending
    return Odd(f"{draw(STEM)}.{shown}", kind, content, reviews if as_it_is else None)


FOLDERS = st.lists(odd_file(), min_size=1, max_size=5, unique_by=lambda odd: odd.name)


def put(folder: Path, files: list[Odd]) -> None:
    """Lay files into a folder."""
    for odd in files:
        KINDS[odd.kind](folder / odd.name, odd.content)
