"""From the name of a source to encoded, split, summarised domains."""

import os
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ltlib.data.cleaning import REASONS, Cleaned, Review, clean
from ltlib.data.encoding import cached_splits, hash_of, load_splits
from ltlib.data.reviews import Splits
from ltlib.data.sources.amazon import read_amazon
from ltlib.data.sources.fields import shortened
from ltlib.data.sources.folder import read_folder
from ltlib.data.sources.tables import Say
from ltlib.data.sources.vader import read_vader
from ltlib.data.splits import split_reviews
from ltlib.data.vocabulary import Vocabulary, cached_vocabulary
from ltlib.errors import InputError
from ltlib.protocol import Protocol, Split

__all__ = ["Corpus", "load_corpus", "load_splits"]

Texts = dict[str, dict[str, tuple[str, ...]]]  # domain -> split -> texts

# What `load_corpus` reads of a protocol; nothing else there changes a corpus.
CORPUS_FIELDS = ("split", "corpus_seed", "vocabulary_size", "character_coverage", "max_length")

CHOICES = "choose vader, amazon, amazon:URL-OR-FOLDER or the path of a folder of your own"


@dataclass(frozen=True, repr=False)
class Corpus:
    """A corpus, ready for training.

    Attributes:
        name: what its results are filed under; no path.
        splits: encoded reviews by domain.
        texts: domain -> split -> texts, in the order of the encoded reviews.
        vocabulary: learned from the training texts of all domains.
        hash: sha256 of the encoded splits.
        path: the file of the encoded splits, for `load_splits`.
        summary: one row a domain: what came out, and what was dropped for which reason.
        protocol: what it was made for; a run under another one may need another corpus.
        remarks: a line each about what was skipped in a folder, and what was understood how.
    """

    name: str
    splits: dict[str, Splits]
    texts: Texts
    vocabulary: Vocabulary
    hash: str
    path: Path
    summary: pd.DataFrame
    protocol: Protocol
    remarks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """A line; the reviews themselves would fill a screen for an hour."""
        domains = ", ".join(f"{name} {self._reviews(name):,}" for name in self.domains)
        size = f"{self.vocabulary.size:,} subwords"
        return f"Corpus({self.name!r}: reviews of {domains}; {size}; hash {self.hash[:7]})"

    def _repr_html_(self) -> str:
        """The summary, as notebooks show a table."""
        return str(self.summary.to_html(float_format="{:.1f}".format))

    def _reviews(self, domain: str) -> int:
        return sum(map(len, self.splits[domain].named().values()))

    @property
    def domains(self) -> tuple[str, ...]:
        """Names of the domains, in the corpus's order."""
        return tuple(self.splits)

    def check_domains(self, names: Iterable[str]) -> None:
        """Raise an InputError that names the known domains if one of `names` is none of them."""
        for name in names:
            if name not in self.splits:
                known = ", ".join(self.domains)
                raise InputError(f"domain '{name}' is unknown; '{self.name}' has {known}")

    def check_protocol(self, protocol: Protocol) -> None:
        """Raise an InputError that names them if `CORPUS_FIELDS` differ from those it was made for.

        A split of None is not taken for the sizes it has led to: an Amazon file is read to its end
        for None, and for sizes no further than they need, so that other reviews are drawn.
        """
        others = [
            field
            for field in CORPUS_FIELDS
            if getattr(self.protocol, field) != getattr(protocol, field)
        ]
        if others:
            made, asked = (
                ", ".join(f"{field}={getattr(given, field)}" for field in others)
                for given in (self.protocol, protocol)
            )
            raise InputError(
                f"corpus '{self.name}' was made with {made}, and the protocol has {asked}; make "
                "one for this protocol: load_corpus(source, protocol)"
            )


def as_corpus(corpus: Corpus | str, protocol: Protocol) -> Corpus:
    """A corpus made for `protocol`; one that is given by name is loaded.

    Raises:
        InputError: it was made for another protocol; what `load_corpus` raises; no corpus at all.
    """
    _check_given(protocol)
    if isinstance(corpus, str | os.PathLike):
        return load_corpus(os.fspath(corpus), protocol)
    if not isinstance(corpus, Corpus):
        kind = type(corpus).__name__
        raise InputError(f"corpus: a {kind} is none; give what ltlib.load_corpus gives; {CHOICES}")
    corpus.check_protocol(protocol)
    return corpus


def load_corpus(source: str, protocol: Protocol) -> Corpus:
    """Read, clean, split and encode a corpus (§3, §4.1).

    The outcome is a function of the reviews and the protocol's `CORPUS_FIELDS`, and of nothing
    else.

    Args:
        source: `vader`, `amazon`, `amazon:URL-OR-FOLDER` or a folder with a file for each domain.

    Raises:
        InputError: an unknown source; a file that cannot be read or understood; too few reviews.
    """
    _check_given(protocol)
    remarks: list[str] = []
    name, domains = _open(os.fspath(source), remarks.append)
    # A stream of millions is read no further than the split asks; smaller sources are drawn from
    # as a whole.
    enough = _enough(protocol.split) if _is_amazon(source) else None
    cleaned: dict[str, Cleaned] = {}
    for domain, reviews in domains.items():
        elsewhere = frozenset[str]().union(*(other.keys for other in cleaned.values()))
        with closing(reviews):
            cleaned[domain] = clean(reviews, elsewhere, enough)
    chosen = split_reviews(cleaned, protocol.split, protocol.corpus_seed)
    texts = {
        domain: {split: tuple(review.text for review in part) for split, part in parts.items()}
        for domain, parts in chosen.items()
    }
    vocabulary = cached_vocabulary(
        [text for parts in texts.values() for text in parts["train"]],
        protocol.vocabulary_size,
        protocol.character_coverage,
    )
    path, splits = cached_splits(vocabulary, chosen, protocol.max_length)
    summary = _summary(cleaned, splits)
    return Corpus(
        name, splits, texts, vocabulary, hash_of(splits), path, summary, protocol, tuple(remarks)
    )


def _check_given(protocol: object) -> None:
    if not isinstance(protocol, Protocol):
        raise InputError(f"protocol: {protocol!r} is none; give ltlib.Protocol.smoke(), say")


def _open(source: str, say: Say) -> tuple[str, dict[str, Generator[Review]]]:
    """Name and domains of a source; `say` takes remarks on a folder."""
    if source == "vader":
        return "vader", read_vader()
    if source == "amazon":
        return "amazon", read_amazon()
    if _is_amazon(source):
        location = source.removeprefix("amazon:")
        return _last_part(location), read_amazon(location)
    try:
        folder = Path(source).expanduser()
        there = folder.exists()
    except (OSError, RuntimeError) as error:  # too long a name, no such user
        reason = shortened(str(error))
        raise InputError(
            f"corpus '{shortened(source)}' cannot be looked for ({reason}); {CHOICES}"
        ) from None
    if there or len(folder.parts) > 1 or source.startswith((".", "~")):
        return _last_part(str(folder.absolute())), read_folder(folder, say)
    raise InputError(f"corpus '{source}' is unknown, and no folder of this name found; {CHOICES}")


def _enough(split: Split | None) -> int | None:
    """Reviews of a class after which a source need not be read further; None: it must be."""
    if split is None:
        return None
    train, validation, test = split
    return None if test == "rest" else (train + validation + test) // 2


def _is_amazon(source: str) -> bool:
    return source == "amazon" or source.startswith("amazon:")


def _last_part(location: str) -> str:
    """The name of a folder or URL without the path to it, which is nobody else's business."""
    return os.path.normpath(location).rstrip("/").split("/")[-1]


def _summary(cleaned: dict[str, Cleaned], splits: dict[str, Splits]) -> pd.DataFrame:
    """One row a domain. Reviews read = reviews + all that were dropped."""
    rows = []
    for domain, parts in splits.items():
        sets = parts.named()
        used = sum(map(len, sets.values()))
        positive = sum(int(reviews.labels.sum()) for reviews in sets.values())
        dropped = cleaned[domain].dropped
        rows.append(
            {"domain": domain, "read": cleaned[domain].read, "reviews": used}
            | {split: len(reviews) for split, reviews in sets.items()}
            | {"positive": positive, "negative": used - positive}
            | {"mean length": sum(len(reviews.tokens) for reviews in sets.values()) / used}
            | {f"dropped: {reason}": dropped[reason] for reason in REASONS}
            | {"dropped: surplus": len(cleaned[domain].reviews) - used}
        )
    return pd.DataFrame(rows).set_index("domain")
