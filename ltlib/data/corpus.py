"""From the name of a source to encoded, split, summarised domains."""

import os
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ltlib.data.cleaning import NEGATIVE, POSITIVE, REASONS, Cleaned, Review, clean
from ltlib.data.encoding import Labels, Texts, cached_splits, hash_of, load_splits
from ltlib.data.reviews import Reviews, Splits
from ltlib.data.sources.amazon import read_amazon
from ltlib.data.sources.folder import read_folder
from ltlib.data.sources.vader import read_vader
from ltlib.data.splits import Rows, split_reviews
from ltlib.data.vocabulary import Vocabulary, cached_vocabulary
from ltlib.errors import InputError
from ltlib.protocol import Protocol

__all__ = ["Corpus", "Reviews", "Splits", "load_corpus", "load_splits"]

CHOICES = "choose vader, amazon, amazon:URL-OR-FOLDER or the path of a folder of your own"


@dataclass(frozen=True)
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
    """

    name: str
    splits: dict[str, Splits]
    texts: Texts
    vocabulary: Vocabulary
    hash: str
    path: Path
    summary: pd.DataFrame

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


def load_corpus(source: str, protocol: Protocol) -> Corpus:
    """Read, clean, split and encode a corpus (§3, §4.1).

    The outcome is a function of the reviews, `protocol.split`, `corpus_seed`, `vocabulary_size`,
    `character_coverage` and `max_length`, and of nothing else.

    Args:
        source: `vader`, `amazon`, `amazon:URL-OR-FOLDER` or a folder with a file for each domain.

    Raises:
        InputError: an unknown source; a file that cannot be read or understood; too few reviews.
    """
    name, domains = _open(source)
    # A stream of millions is read no further than the split asks; smaller sources are drawn from
    # as a whole.
    enough = sum(protocol.split) // 2 if protocol.split and _is_amazon(source) else None
    cleaned: dict[str, Cleaned] = {}
    for domain, reviews in domains.items():
        elsewhere = frozenset[str]().union(*(other.keys for other in cleaned.values()))
        with closing(reviews):
            cleaned[domain] = clean(reviews, elsewhere, enough)
    rows = split_reviews(cleaned, protocol.split, protocol.corpus_seed)
    texts, labels = _chosen(cleaned, rows)
    vocabulary = cached_vocabulary(
        [text for parts in texts.values() for text in parts["train"]],
        protocol.vocabulary_size,
        protocol.character_coverage,
    )
    path, splits = cached_splits(vocabulary, texts, labels, protocol.max_length)
    summary = _summary(cleaned, splits)
    return Corpus(name, splits, texts, vocabulary, hash_of(splits), path, summary)


def _open(source: str) -> tuple[str, dict[str, Generator[Review]]]:
    """Name and domains of a source."""
    if source == "vader":
        return "vader", read_vader()
    if source == "amazon":
        return "amazon", read_amazon()
    if _is_amazon(source):
        location = source.removeprefix("amazon:")
        return _last_part(location), read_amazon(location)
    folder = Path(source).expanduser()
    if folder.exists() or len(folder.parts) > 1 or source.startswith((".", "~")):
        return _last_part(str(folder.absolute())), read_folder(folder)
    raise InputError(f"corpus '{source}' is unknown, and no folder of this name found; {CHOICES}")


def _is_amazon(source: str) -> bool:
    return source == "amazon" or source.startswith("amazon:")


def _last_part(location: str) -> str:
    """The name of a folder or URL without the path to it, which is nobody else's business."""
    return os.path.normpath(location).rstrip("/").split("/")[-1]


def _chosen(cleaned: dict[str, Cleaned], rows: dict[str, Rows]) -> tuple[Texts, Labels]:
    texts: Texts = {}
    labels: Labels = {}
    for domain, parts in rows.items():
        reviews = cleaned[domain].reviews
        texts[domain] = {
            split: tuple(reviews[i].text for i in part) for split, part in parts.items()
        }
        labels[domain] = {
            split: tuple(POSITIVE if reviews[i].label else NEGATIVE for i in part)
            for split, part in parts.items()
        }
    return texts, labels


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
