import re

import pytest

from ltlib.data import vocabulary as module
from ltlib.data.vocabulary import Vocabulary, cached_vocabulary
from ltlib.errors import InputError
from tests.support.data_helpers import sentences

TEXTS = sentences(200, seed=2)


def test_size_pieces_and_encoding_agree() -> None:
    vocabulary = Vocabulary.train(TEXTS, 60, 1.0)
    assert vocabulary.size == len(vocabulary.pieces) == len(set(vocabulary.pieces)) == 60
    for text in TEXTS[:20]:
        pieces = [vocabulary.pieces[i] for i in vocabulary.encode(text)]
        assert "".join(pieces).replace("▁", " ") == f" {text}"
    assert vocabulary.encode_all(TEXTS) == [vocabulary.encode(text) for text in TEXTS]


def test_the_first_merge_is_the_commonest_pair() -> None:
    # In "xy" and "xyz" the pair x, y comes five times, more than any other.
    pieces = Vocabulary.train(["xy xyz xy", "xyz xy q"], 8, 1.0).pieces
    assert pieces[1] == "xy"


def test_same_texts_same_model_other_texts_another() -> None:
    model = Vocabulary.train(TEXTS, 60, 1.0).model
    assert Vocabulary.train(iter(TEXTS), 60, 1.0).model == model
    assert Vocabulary.train(TEXTS[:150], 60, 1.0).model != model


def test_coverage_leaves_rare_characters_out() -> None:
    texts = [*TEXTS, "ж"]
    covering, sparing = (Vocabulary.train(texts, 60, coverage) for coverage in (1.0, 0.99))
    assert covering.unknown not in covering.encode("ж")
    assert sparing.unknown in sparing.encode("ж")


def test_no_text_is_skipped_or_cut_for_its_length_or_signs() -> None:
    long = "quagga " * 1000 + "\nzebra " * 1000  # far over 4,192 bytes
    signs = "okapi⁇ \u2585 \x00 okapi\r\n\u2028okapi " * 100
    pieces = Vocabulary.train([long, signs], 40, 1.0).pieces
    assert {"▁quagga", "▁zebra", "▁okapi"} <= set(pieces)


def test_a_text_of_a_million_characters() -> None:
    for text in ("x" * 1_000_000, "ba de " * 170_000):
        vocabulary = Vocabulary.train([*TEXTS, text], 30, 1.0)
        assert len(vocabulary.encode(text)) > 10_000


def test_what_leaves_no_subword_is_unknown() -> None:
    vocabulary = Vocabulary.train(TEXTS, 60, 1.0)
    assert vocabulary.encode("\u200b") == [vocabulary.unknown]
    assert vocabulary.encode_all(["ba", "\u200b"])[1] == [vocabulary.unknown]


def test_the_error_names_the_largest_size_and_it_works() -> None:
    with pytest.raises(InputError) as raised:
        Vocabulary.train(TEXTS, 1_000_000, 1.0)
    largest = int(re.findall(r"(\d+) is the largest", str(raised.value))[0])
    assert Vocabulary.train(TEXTS, largest, 1.0).size == largest
    with pytest.raises(InputError):
        Vocabulary.train(TEXTS, largest + 1, 1.0)


def test_the_error_names_the_smallest_size_and_it_works() -> None:
    with pytest.raises(InputError) as raised:
        Vocabulary.train(TEXTS, 2, 1.0)
    smallest = int(re.findall(r"take (\d+) or more", str(raised.value))[0])
    assert Vocabulary.train(TEXTS, smallest, 1.0).size == smallest
    with pytest.raises(InputError):
        Vocabulary.train(TEXTS, smallest - 1, 1.0)


def test_a_coverage_out_of_range_is_named_with_the_bounds_that_do() -> None:
    for coverage in (0.5, 0.979, 1.1):
        expected = f"^character_coverage is {coverage}; it must be from 0.98 to 1$"
        with pytest.raises(InputError, match=expected):
            Vocabulary.train(TEXTS, 60, coverage)
    for coverage in (0.98, 1.0):
        assert Vocabulary.train(TEXTS, 60, coverage).size == 60


def test_texts_without_characters() -> None:
    with pytest.raises(InputError, match=r"^vocabulary_size 10: [^\n]*$"):
        Vocabulary.train(["\u200b"], 10, 1.0)


def test_training_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    Vocabulary.train(TEXTS, 60, 1.0)
    with pytest.raises(InputError):
        Vocabulary.train(TEXTS, 100_000, 1.0)
    assert capfd.readouterr() == ("", "")


def test_trained_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = cached_vocabulary(TEXTS, 50, 1.0)
    calls = []

    def counted(*arguments: object) -> Vocabulary:
        calls.append(arguments)
        return first

    monkeypatch.setattr(module.Vocabulary, "train", counted)
    assert cached_vocabulary(TEXTS, 50, 1.0).model == first.model
    assert not calls
    cached_vocabulary(TEXTS, 51, 1.0)
    cached_vocabulary(TEXTS, 50, 0.99)
    cached_vocabulary([TEXTS[0] + TEXTS[1], *TEXTS[2:]], 50, 1.0)
    assert len(calls) == 3
