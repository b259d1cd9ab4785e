"""What the words of options mean, and what is said of those that mean nothing."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltlib.cli.words import ELSEWHERE, protocol_of, replicates_of, rounds_of
from ltlib.errors import InputError
from ltlib.protocol import Protocol
from tests.data.test_corpus_and_protocol import OTHER

SET = [field.name for field in fields(Protocol) if field.name not in ELSEWHERE]


@pytest.mark.parametrize(
    ("text", "replicates", "rounds"),
    [
        ("1", [0], [0, 1]), ("3", [0, 1, 2], [0, 1, 2, 3]), ("2-4", [2, 3, 4], [2, 3, 4]),
        ("5-5", [5], [5]), ("7,2,7", [2, 7], [2, 7]), ("0,3", [0, 3], [0, 3]),
    ],
)  # fmt: skip
def test_numbers(text: str, replicates: list[int], rounds: list[int]) -> None:
    assert list(replicates_of(text) or []) == replicates
    assert list(rounds_of(text) or []) == rounds


@given(st.text(alphabet="0123456789-, x", max_size=6))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    for option, read in (("--replicates", replicates_of), ("--rounds", rounds_of)):
        try:
            numbers = read(text)
        except InputError as error:
            assert str(error).startswith(f"{option} '{text}': give ")
        else:
            assert numbers and min(numbers) >= 0
            assert list(numbers) == sorted(set(numbers))


def test_what_is_not_given_is_none() -> None:
    assert replicates_of(None) is None
    assert rounds_of(None) is None
    assert protocol_of("laptop", None) == Protocol.laptop()


@pytest.mark.parametrize("field", SET)
def test_every_field_can_be_set(field: str) -> None:
    value = OTHER[field]
    expected = replace(Protocol.smoke(), **{field: value})
    assert protocol_of("smoke", None, [f"{field}={json.dumps(value)}"]) == expected
    if isinstance(value, str):
        assert protocol_of("smoke", None, [f"{field}={value}"]) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epochs", "give FIELD=VALUE; fields are corpus_seed, "), ("epoch=3", "fields are"),
        ("epochs=many", "must be like 15"), ("epochs=1.5", "must be like 15"),
        ("compiled=1", "must be like true"), ("l2=true", "must be like 1e-05"),
        ("heights=3", r"must be like \[3, 4, 5\]"), ("heights=[3, 4, 5, \"a\"]", "must be like"),
        ("patience=soon", "must be like null"), ("epochs=0", "epochs is 0; it must be 1 or more"),
        ("rounds=3", "there is --rounds"), ("split=[2,2,2]", "there is --split"),
    ],
)  # fmt: skip
def test_what_cannot_be_set(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        protocol_of("paper", None, [text])


def test_splits() -> None:
    assert protocol_of("paper", "20/10/rest").split == (20, 10, "rest")
    assert protocol_of("paper", "20/10/8").split == (20, 10, 8)
    assert protocol_of("paper", "all").split is None
    assert protocol_of("laptop", "20/10/8", ["epochs=2"]).epochs == 2
