"""Rules by which SentencePiece rewrites texts: as read from its models, and what it does."""

import itertools
import json
import unicodedata
from functools import cache

import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st

from ltlib.data.normalisation import condensed, needed, rules_of
from ltlib.data.portable import portable
from ltlib.data.vocabulary import Vocabulary
from tests.support.data_helpers import sentences

VOCABULARY = Vocabulary.train([*sentences(200, seed=2), "Never, ever: é!"], 60, 1.0)
KNOWN = set("".join(VOCABULARY.pieces[1:]))


@cache
def rules() -> dict[str, str]:
    return rules_of(VOCABULARY.model)


@cache
def kept_rules() -> dict[str, str]:
    return needed(rules(), KNOWN)


@cache
def normalizer() -> sentencepiece.SentencePieceNormalizer:
    return sentencepiece.SentencePieceNormalizer(
        model_proto=VOCABULARY.model,
        add_dummy_prefix=False,
        escape_whitespaces=False,
        remove_extra_whitespaces=False,
    )


def as_script(text: str) -> str:
    """A rewritten text as far as it can be told from others: a run of unknowns is one sign."""
    return "".join(
        sign if known else "?"
        for known, run in itertools.groupby(text, lambda c: c in KNOWN | {" "})
        for sign in (run if known else "?")
    )


def rewritten(text: str, held: dict[str, str]) -> str:
    """`text` with the longest rule of every place, as slowly as it is said."""
    out, place = "", 0
    while place < len(text):
        parts = [text[place:end] for end in range(len(text), place, -1)]
        part = next((part for part in parts if part in held), text[place])
        out += held.get(part, part)
        place += len(part)
    return out


def test_every_rule_is_what_sentencepiece_does() -> None:
    assert len(rules()) > 100_000
    for source, out in list(rules().items())[::37]:
        assert normalizer().normalize(source) == out
    assert {len(source) for source in rules()} == {1, 2, 3, 4}


def test_characters_without_a_rule_stay() -> None:
    for code in (*range(0x20, 0x3000), *range(0xE000, 0xF000), *range(0x1F000, 0x1F900)):
        text = chr(code)
        assert normalizer().normalize(text) == rules().get(text, text)


ODD = st.text(st.sampled_from("aeéX ,\u0301\u0308\u0323½ﬁｗ　\u200b\x01▁\ufb03ж\u0345ᾳ𝐞\u3099か"))


@given(st.one_of(ODD, st.text(max_size=20)))
def test_any_text_is_rewritten_as_sentencepiece_does(text: str) -> None:
    assert rewritten(text, rules()) == normalizer().normalize(text)


@given(st.one_of(ODD, st.text(max_size=20)))
def test_rules_that_are_left_out_change_nothing(text: str) -> None:
    """Not one subword, neither by those that are needed nor by those that stand for others."""
    kept = kept_rules()
    assert as_script(rewritten(text, kept)) == as_script(rewritten(text, rules()))
    assert len(kept) < len(rules()) / 10


def expanded(plain: dict[str, str], standing: dict[str, str]) -> dict[str, str]:
    alike = {s: out for s, out in plain.items() if len(s) == len(out) == 1}
    others = {
        first + source[1:]: out
        for source, out in standing.items()
        for first, becomes in alike.items()
        if becomes == source[0]
    }
    return plain | standing | others


def test_few_rules_stand_for_many() -> None:
    kept = kept_rules()
    plain, standing = condensed(kept)
    assert expanded(plain, standing) == kept
    assert len(plain) + len(standing) < len(kept) / 2
    assert unicodedata.normalize("NFC", "e\u0301") == standing["e\u0301"]


@pytest.mark.parametrize(
    "given_rules",
    [
        {"x": "a", "a!": "b", "x!": "b"},
        {"x": "a", "a!": "b", "x!": "c"},
        {"x": "a", "y": "a", "a!": "b", "x!": "b"},
        {"a!": "b"},
        {},
    ],
)
def test_what_stands_for_others_never_says_more(given_rules: dict[str, str]) -> None:
    assert expanded(*condensed(given_rules)) == given_rules


def test_a_rule_that_others_reach_over_is_kept() -> None:
    """Without "жш" the text "жшд" would be read as "ж", "шд" and so hold an "a"."""
    given_rules = {"жш": "щ", "шд": "a", "ю": "я"}
    assert needed(given_rules, {"a"}) == {"жш": "щ", "шд": "a"}


def test_a_vocabulary_as_a_script_takes_it() -> None:
    held = json.loads(portable(VOCABULARY))
    assert tuple(held["pieces"]) == VOCABULARY.pieces
    assert held["unknown"] == VOCABULARY.unknown
    assert expanded(held["rules"], held["standing"]) == kept_rules()
    scores = VOCABULARY.scores[1:]
    assert scores == sorted(scores, reverse=True)


def test_a_model_without_rules_has_none() -> None:
    assert rules_of(b"") == {}
