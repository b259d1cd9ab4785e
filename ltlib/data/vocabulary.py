"""The joint subword vocabulary (§4.1): one SentencePiece BPE model for all domains."""

import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

import sentencepiece

from ltlib.errors import InputError
from ltlib.paths import cache_dir, existing_folder, replace_into

# SentencePiece leaves out of training every text that holds this block sign, which it uses itself.
RESERVED = "\u2585"


class Vocabulary:
    """Subwords and the way to cut a text into them.

    Args:
        model: a serialised SentencePiece model.
    """

    def __init__(self, model: bytes) -> None:
        self.model = model
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=model)

    @classmethod
    def train(cls, texts: Iterable[str], size: int, character_coverage: float) -> "Vocabulary":
        """Learn `size` subwords (the sign for the unknown is one of them) from texts.

        The same texts in the same order give the same model. A text may be of any length and hold
        any character, newlines too.

        Raises:
            InputError: more subwords than the texts allow, or fewer than their characters need.
        """
        written = io.BytesIO()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=(text.replace(RESERVED, " ") for text in texts),
                model_writer=written,
                model_type="bpe",
                vocab_size=size,
                character_coverage=character_coverage,
                max_sentence_length=2**30,  # bytes; the default skips texts over 4,192
                num_threads=1,
                bos_id=-1,  # sentence marks and padding would be rows that no review ever uses
                eos_id=-1,
                pad_id=-1,
                minloglevel=2,
            )
        except RuntimeError as error:
            raise InputError(_refusal(size, character_coverage, str(error))) from None
        return cls(written.getvalue())

    @property
    def size(self) -> int:
        """Number of subwords."""
        return int(self._processor.get_piece_size())

    @property
    def pieces(self) -> tuple[str, ...]:
        """The subwords by id; `▁` stands for the space before a word."""
        return tuple(self._processor.id_to_piece(i) for i in range(self.size))

    @property
    def scores(self) -> list[float]:
        """Of the subwords by id: of two neighbouring pairs that of the higher is merged first."""
        return [float(self._processor.get_score(i)) for i in range(self.size)]

    @property
    def unknown(self) -> int:
        """Id of the sign for what no subword covers."""
        return int(self._processor.unk_id())

    def encode(self, text: str) -> list[int]:
        """Ids of the subwords of a text; the unknown where no subword is left."""
        return self._processor.encode(text, num_threads=1) or [self.unknown]

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` of every text, quickly."""
        encoded = self._processor.encode(list(texts), num_threads=1)
        return [ids or [self.unknown] for ids in encoded]


def cached_vocabulary(texts: Sequence[str], size: int, character_coverage: float) -> Vocabulary:
    """`Vocabulary.train`, kept under a key of the texts and parameters.

    Raises:
        InputError: as `Vocabulary.train`.
    """
    key = hashlib.sha256(repr((sentencepiece.__version__, size, character_coverage)).encode())
    for text in texts:
        content = text.encode()
        key.update(len(content).to_bytes(8, "big") + content)
    folder = existing_folder(cache_dir() / "vocabularies", "remove it")
    path = folder / f"{key.hexdigest()[:32]}.model"
    with suppress(OSError, RuntimeError):  # not there, or no model
        return Vocabulary(path.read_bytes())
    vocabulary = Vocabulary.train(texts, size, character_coverage)
    with replace_into(path) as temporary:
        temporary.write_bytes(vocabulary.model)
    return vocabulary


def _refusal(size: int, character_coverage: float, message: str) -> str:
    """SentencePiece's complaint in one line, with the size that would do."""
    if found := re.search(r"set it to a value <= (\d+)", message):
        return f"vocabulary_size {size} is larger than the texts allow; {found[1]} is the largest"
    if found := re.search(r"smaller than required_chars\. \d+ vs (\d+)", message):
        return (
            f"vocabulary_size {size} is smaller than the texts' characters need; take {found[1]} "
            "or more, or a lower character_coverage"
        )
    if "character_coverage" in message:
        return f"character_coverage is {character_coverage}; it must be from 0.98 to 1"
    reason = " ".join(message.split())
    return f"vocabulary_size {size}: SentencePiece cannot learn from these texts ({reason})"
