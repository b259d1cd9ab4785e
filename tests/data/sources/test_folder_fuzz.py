"""Whatever lies in a folder gives reviews, or one line that names file and place.

`python -m tests.data.sources.test_folder_fuzz 36` reads so many thousands of generated folders, and
counts.
"""

import csv
import re
import sys
import warnings
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from ltlib.data.cleaning import Review
from ltlib.data.sources.fields import printable
from ltlib.data.sources.folder import READERS, read_folder
from ltlib.errors import InputError
from tests.support.odd_files import FOLDERS, KINDS, Odd, as_parquet, put
from tests.support.patience import at_most

# What may be wrong with a file as a whole; every other refusal has a line or a row.
OF_A_FILE = re.compile(
    r"'text' is missing|'label' or 'rating' is missing"
    r"|'(text|label|rating)' is (there twice|of type)"
    r"|no sound Parquet file|a pipe or device|cannot be read \("
)
WHOLE = "in a folder that was refused"
ENDING = re.compile(f"(?i)({'|'.join(map(re.escape, READERS))})$")


def is_domain(odd: Odd) -> bool:
    """Whether read_folder is to take it for one."""
    return bool(ENDING.search(odd.name)) and odd.kind != "folder" and odd.name[0] != "."


def check_refusal(message: str, path: Path) -> None:
    """One line; it names the file, and the place in it unless the whole of it is at fault."""
    place = printable(str(path))
    assert message.isprintable() and message.startswith(place), ascii(message)
    found = re.fullmatch(r"(?:, (line|row) (\d+))?: (.+)", message.removeprefix(place))
    assert found, message
    kind, number, complaint = found.groups()
    if number is None:
        assert OF_A_FILE.match(complaint), message
        return
    name = path.name.lower()
    assert kind == ("row" if name.endswith(".parquet") else "line"), message
    assert int(number) >= 1
    if kind == "line" and not name.endswith(".gz"):
        assert int(number) <= path.read_bytes().count(b"\n") + 1, message


def check_reading(folder: Path, files: list[Odd]) -> Counter[str]:
    """Read a folder as a caller does; how many of its files came to which end."""
    visible = [odd for odd in files if odd.name[0] != "."]
    said: list[str] = []
    try:
        domains = read_folder(folder, said.append)
    except InputError as error:
        message = str(error)
        assert message.isprintable() and message.startswith(printable(str(folder))), ascii(message)
        assert not visible or any(printable(odd.name) in message for odd in visible), message
        return Counter({WHOLE: len(files)})
    lying = {ENDING.sub("", odd.name): odd for odd in files if is_domain(odd)}
    assert list(domains) == sorted(lying) != []
    others = [printable(odd.name) for odd in visible if not is_domain(odd)]
    assert all(any(name in line for line in said) for name in others)
    ends = Counter({"skipped": len(files) - len(lying)})
    for domain, reviews in domains.items():
        odd = lying[domain]
        try:
            read = list(reviews)
        except InputError as error:
            assert odd.reviews is None, f"a sound file was refused: {error}"
            check_refusal(str(error), folder / odd.name)
            ends["refused"] += 1
            continue
        assert odd.reviews is None or read == odd.reviews
        assert {review.label for review in read} <= {0, 1, None}
        "".join(review.text for review in read).encode()
        ends["read"] += 1
    assert all(line.isprintable() for line in said)
    return ends


def state(folder: Path) -> dict[str, tuple[int, int, int]]:
    """What would tell of anything that was written there."""
    found = {path.name: path.lstat() for path in folder.iterdir()}
    return {name: (at.st_mode, at.st_size, at.st_mtime_ns) for name, at in found.items()}


def check_folder(files: list[Odd]) -> Counter[str]:
    """Put `files` into a folder and read it: nothing else happens, and it comes to an end."""
    limit = csv.field_size_limit()
    with TemporaryDirectory() as name:
        folder = Path(name, "a\nfolder \x1b[31m\udce4")  # every refusal names it
        folder.mkdir()
        put(folder, files)
        before = state(folder)
        with warnings.catch_warnings(record=True) as warned, at_most(60):
            warnings.simplefilter("always")
            ends = check_reading(folder, files)
        assert not warned, [str(warning.message) for warning in warned]
        assert state(folder) == before
        assert csv.field_size_limit() == limit
    return ends


def fuzz(folders: int) -> Counter[str]:
    """Read so many generated folders; how many of their files came to which end."""
    ends = Counter[str]()

    @settings(
        max_examples=folders, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(FOLDERS)
    def read(files: list[Odd]) -> None:
        ends.update(check_folder(files))

    read()
    return ends


@pytest.mark.parametrize("folders", [200, pytest.param(3000, marks=pytest.mark.long)])
def test_whatever_lies_in_a_folder_is_read_or_refused(folders: int) -> None:
    ends = fuzz(folders)
    assert min(ends["read"], ends["refused"], ends["skipped"]) > folders / 20, "both ends are met"


def parquet(label: pa.Array) -> bytes:
    return as_parquet([("text", pa.array(["t"])), ("label", label)])


FOOTLESS = b"PAR1\x15\x04\x19" + bytes(9) + b"\x10\x00\x00\x00PAR1"
FAR = pa.array([2**53], pa.timestamp("s"))
RED = pa.array([{"\x1b[31m": 1}])
# Each of these once ended in a traceback, or in a refusal that was no plain line.
FOUND = {
    "a tab in the complaint of the csv module": ("ants.tsv", b'text\tlabel\n"t"u\t1\n'),
    "Arrow's complaint of two lines": ("ants.parquet", FOOTLESS),
    "a time that Python cannot hold": ("ants.parquet", parquet(FAR)),
    "such a time within something else": (
        "ants.parquet", parquet(pa.StructArray.from_arrays([FAR], ["at"]))
    ),
    "a type whose name is in red": ("ants.parquet", parquet(RED)),
    "a date that Python cannot hold": ("ants.parquet", parquet(pa.array([2**31 - 1], pa.date32()))),
    "a duration": ("ants.parquet", parquet(pa.array([2**53], pa.duration("s")))),
    "a name of two lines": ("an\nts.csv", b"text,label\n"),
    "a name in red": ("an\x1b[31mts.csv", b"text,label\n"),
    "a name that is no UTF-8": ("an\udce4ts.csv", b"text,label\n"),
    "a column in red": ("ants.csv", b"text,\x1b[31mlabel\nt,1\n"),
    "half of a surrogate pair in a field's name": ("ants.jsonl", b'{"text": "t", "\\ud800": 1}'),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_what_the_fuzzer_found(case: str) -> None:
    name, content = FOUND[case]
    ends = check_folder([Odd(name, "file", content, None), Odd("bees.jsonl", "file", b"", [])])
    assert ends["read"] + ends["refused"] == 2 or ends[WHOLE] == 2


@pytest.mark.parametrize(
    ("names", "ends"),
    [
        (["ants.csv", "ants.tsv"], {WHOLE: 2}),
        (["a\nb.png", "\udce4.json"], {WHOLE: 2}),
        ([".ants.csv"], {WHOLE: 1}),
        (["a\nb.png", "ants.csv"], {"skipped": 1, "read": 1}),
    ],
)
def test_odd_names_beside_each_other(names: list[str], ends: dict[str, int]) -> None:
    assert check_folder([Odd(name, "file", b"text,label\n", None) for name in names]) == ends


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("name", ["ants.csv", "ants.jsonl.gz", "ants.parquet", "ants.txt"])
def test_what_is_no_file(kind: str, name: str) -> None:
    beside = Odd("bees.jsonl", "file", b'{"text": "t", "label": 1}', [Review("t", 1)])
    assert check_folder([Odd(name, kind, b"", None), beside])["read"] >= 1, "at least the other"


if __name__ == "__main__":
    ends = Counter[str]()
    for _ in range(int(sys.argv[1])):  # Hypothesis keeps in memory what it has tried
        ends += fuzz(1000)
        print(ends.total(), "files:", dict(ends), flush=True)
