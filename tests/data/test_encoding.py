from pathlib import Path

import pytest
import torch

from ltlib.data import encoding
from ltlib.data.cleaning import Review
from ltlib.data.encoding import cached_splits, encode_reviews, hash_of, load_splits
from ltlib.data.splits import Chosen
from ltlib.data.vocabulary import Vocabulary
from ltlib.errors import InputError
from tests.support.data_helpers import sentences

TEXTS = sentences(40, seed=1)
CHOSEN: dict[str, Chosen] = {
    "bees": {
        "train": (Review("ba de", 0), Review("fi", 1)),
        "validation": (Review("go ku", 1),),
        "test": (Review("la me ni", 0),),
    },
    "ants": {
        "train": (Review("po", 1),),
        "validation": (Review("ru", 0), Review("sa te", 1)),
        "test": (Review("ba", 1),),
    },
}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.train(TEXTS, 40, 1.0)


def test_reviews_lie_end_to_end_cut_at_the_limit(vocabulary: Vocabulary) -> None:
    texts = ["ba", "\u200b", " ".join(TEXTS), "ru sa"]
    chosen = [Review(text, label) for text, label in zip(texts, [0, 1, 1, 0], strict=True)]
    reviews = encode_reviews(vocabulary, chosen, max_length=30)
    assert (reviews.tokens.dtype, reviews.offsets.dtype) == (torch.int32, torch.int64)
    assert reviews.labels.tolist() == [0, 1, 1, 0]
    assert len(reviews) == 4
    for i, text in enumerate(texts):
        tokens = reviews.tokens[reviews.offsets[i] : reviews.offsets[i + 1]].tolist()
        assert tokens == vocabulary.encode(text)[:30]
        assert 1 <= len(tokens) <= 30
    assert reviews.offsets[0] == 0
    assert reviews.offsets[-1] == len(reviews.tokens)


def test_the_file_gives_back_what_was_encoded(vocabulary: Vocabulary) -> None:
    path, splits = cached_splits(vocabulary, CHOSEN, 10)
    assert path.suffix == ".safetensors"
    assert list(splits) == list(load_splits(path)) == ["bees", "ants"]
    for domain, parts in load_splits(path).items():
        for split, reviews in parts.named().items():
            chosen = CHOSEN[domain][split]
            expected = [vocabulary.encode(review.text)[:10] for review in chosen]
            tokens = [part.tolist() for part in reviews.tokens.tensor_split(reviews.offsets[1:-1])]
            assert tokens == expected
            assert reviews.labels.tolist() == [review.label for review in chosen]


def test_encoded_once(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    path, splits = cached_splits(vocabulary, CHOSEN, 9)
    with monkeypatch.context() as patch:
        patch.setattr(encoding, "encode_reviews", None)  # a second encoding would call it
        again, same = cached_splits(vocabulary, CHOSEN, 9)
    assert (again, hash_of(same)) == (path, hash_of(splits))
    assert cached_splits(vocabulary, CHOSEN, 8)[0] != path
    flipped = {**CHOSEN, "ants": {**CHOSEN["ants"], "train": (Review("po", 0),)}}
    assert cached_splits(vocabulary, flipped, 9)[0] != path


@pytest.mark.parametrize("harm", ["cut", "altered"])
def test_a_damaged_file_is_written_anew(vocabulary: Vocabulary, harm: str) -> None:
    path, splits = cached_splits(vocabulary, CHOSEN, 7)
    expected, content = hash_of(splits), path.read_bytes()
    del splits  # its tensors are maps of the file
    harmed = content[:-20] if harm == "cut" else content[:-1] + bytes([content[-1] ^ 1])
    path.unlink()
    path.write_bytes(harmed)
    assert hash_of(cached_splits(vocabulary, CHOSEN, 7)[1]) == expected
    assert hash_of(load_splits(path)) == expected


def test_the_hash_sees_names_order_labels_and_tokens(vocabulary: Vocabulary) -> None:
    path, splits = cached_splits(vocabulary, CHOSEN, 10)
    renamed = {"wasps": splits["bees"], "ants": splits["ants"]}
    turned = {"ants": splits["ants"], "bees": splits["bees"]}
    swapped = {"bees": splits["ants"], "ants": splits["bees"]}
    hashes = {hash_of(some) for some in (splits, renamed, turned, swapped)}
    assert len(hashes) == 4
    changed = load_splits(path)
    changed["ants"].test.tokens.copy_(changed["ants"].test.tokens + 1)
    assert hash_of(changed) not in hashes


def test_no_file_and_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not found"):
        load_splits(tmp_path / "none.safetensors")
    (tmp_path / "text.safetensors").write_text("no tensors here")
    with pytest.raises(InputError, match="no encoded corpus"):
        load_splits(tmp_path / "text.safetensors")
