"""A ticket of a domain reads texts, here or wherever ONNX runs."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import overload

import numpy as np
from torch import Tensor

from ltlib.data.cleaning import Review
from ltlib.data.encoding import encode_reviews
from ltlib.data.vocabulary import Vocabulary
from ltlib.errors import InputError
from ltlib.evaluation import scores_of
from ltlib.networks.packing import lay_out
from ltlib.networks.text import TextArchitecture
from ltlib.networks.text_onnx import onnx_model
from ltlib.paths import check_place, replace_into, writing
from ltlib.pruning import apply_masks
from ltlib.tickets import Ticket


@overload
def judge(ticket: Ticket, texts: str) -> float:  # type: ignore[overload-overlap]
    ...  # a str holds strs too: of two that fit the first holds


@overload
def judge(ticket: Ticket, texts: Iterable[str]) -> np.ndarray: ...
def judge(ticket: Ticket, texts: str | Iterable[str]) -> float | np.ndarray:
    """Probability that a text is positive, by the ticket as trained in its source domain.

    Of a text the first `max_length` subwords are read. One that is empty, or of which no subword
    is known, is read as the unknown, as in training.

    Args:
        ticket: with its vocabulary, as `load_ticket` and `Ticket.load` give it; one that is not
            trained judges by the values it starts from.
        texts: one, or several.

    Returns:
        Of one text a float; of several float64 `[n]` in their order. A text's probability does not
        depend on the others, but for the rounding of float32.

    Raises:
        InputError: a text is no str, or none that UTF-8 can hold; the ticket has no vocabulary, or
            that of another network.
    """
    reviews = _reviews([texts] if isinstance(texts, str) else texts)
    encoded = encode_reviews(_vocabulary(ticket), reviews, ticket.protocol.max_length)
    if not reviews:
        return np.empty(0)
    plain = replace(ticket.protocol, compiled=False)  # nothing is kept, and nobody waits for loops
    network = ticket.architecture.network(
        plain, _values(ticket), ticket.masks, ticket.round, device="cpu"
    )
    scores = scores_of(network, lay_out(encoded, max(ticket.protocol.heights)))
    positive: np.ndarray = scores.double().softmax(dim=1)[:, 1].numpy()
    return float(positive[0]) if isinstance(texts, str) else positive


def export_onnx(ticket: Ticket, path: str | Path) -> None:
    """Write the ticket's network as an ONNX model that gives the probabilities of `judge`.

    It takes subwords, not texts: `tokens`, int64 `[reviews, length]`, of any size, a row for each
    text, `ticket.architecture.vocabulary.encode(text)` filled up with -1. (Cutting a text into
    subwords is SentencePiece's work elsewhere too; its model is `vocabulary.model`.) Out comes
    `probability`, float32 `[reviews]`. What is pruned is written as zeros.

    Raises:
        InputError: `path` cannot be written; a ticket that reads no texts; `onnx` is not installed.
    """
    _text_architecture(ticket)
    check_place(Path(path), ".onnx")
    content = onnx_model(ticket.protocol, _values(ticket))
    with writing(Path(path)), replace_into(Path(path)) as temporary:
        temporary.write_bytes(content)


def _values(ticket: Ticket) -> dict[str, Tensor]:
    """Those after training; before it, those that it starts from."""
    return ticket.trained or apply_masks(ticket.initial, ticket.masks)


def _text_architecture(ticket: Ticket) -> TextArchitecture:
    kind = ticket.architecture
    if not isinstance(kind, TextArchitecture):
        raise InputError(f"a ticket of {type(kind).__name__} reads no texts; take one of text")
    return kind


def _vocabulary(ticket: Ticket) -> Vocabulary:
    """The ticket's own, which must fit its embedding."""
    vocabulary, size = _text_architecture(ticket).vocabulary, ticket.protocol.vocabulary_size
    if vocabulary is None:
        raise InputError(
            "the ticket has no vocabulary; obtain it with TextArchitecture(corpus.vocabulary)"
        )
    if vocabulary.size != size:
        raise InputError(
            f"the ticket's vocabulary has {vocabulary.size} subwords, its network {size}; "
            "give it that of its corpus"
        )
    return vocabulary


def _reviews(texts: Iterable[str]) -> list[Review]:
    if not isinstance(texts, Iterable):
        raise InputError(f"texts are a {type(texts).__name__}; give a str, or several")
    reviews = []
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(f"text {place} is a {type(text).__name__}; give a str")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError(f"text {place} is not Unicode ({error.reason}); mend it") from None
        reviews.append(Review(text, label=0))  # a label that nobody looks at
    return reviews
