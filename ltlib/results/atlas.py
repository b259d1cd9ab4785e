"""What tickets look like inside: where masks survive, which subwords they keep, how far apart
their domains are. A results table holds accuracies alone; an atlas goes with it.

Of each domain's ticket-reset chain, replicate 0. A mask is not stored whole but by its *fates*: for
each entry the last round it survived, since nothing pruned returns.
"""

import json
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltlib.errors import InputError
from ltlib.paths import replace_into, writing
from ltlib.results import output_layer, overlap
from ltlib.results.output_layer import Masks, Values, speaking_units
from ltlib.results.overlap import overlaps
from ltlib.results.table import without_ending

ENDING = ".atlas.json"
LETTERS = string.ascii_letters  # the last round an entry survived, as one letter
ROWS, COLUMNS = 40, 56  # of a mask's picture: a larger one is thinned evenly
TOP = 10  # subwords listed for a domain and round

COLUMNS_OF = {  # of each table
    "divergence": ["source", "target", "nats", "again"],
    "halves": ["domain", "nats"],
    "words": ["first", "second", "piece", "p", "q", "term"],
    "layers": ["domain", "layer", "round", "survivors", "entries", "rows_alive", "rows"],
    "masks": ["domain", "layer", "row", "fates"],
    "subwords": ["domain", "round", "rank", "piece", "kept"],
    "output": output_layer.COLUMNS,
    "overlap": overlap.COLUMNS,
}
LATER = ("halves", "words", "output", "overlap")  # the oldest atlases lack them

Rounds = NDArray[np.int64]


@dataclass(frozen=True)
class Atlas:
    """Eight tables.

    Attributes:
        divergence, halves, words: as `ltlib.data.distances.distances` gives them.
        layers: columns `domain, layer, round, survivors, entries, rows_alive, rows`: weights of a
            layer, and its rows (subwords, filters, hidden units, classes) with a survivor.
        masks: columns `domain, layer, row, fates`: each row of a thinned mask as letters, `a` for
            an entry that only round 0 had.
        subwords: columns `domain, round, rank, piece`, and `kept`: for every domain in order the
            entries of the subword's embedding that its ticket keeps.
        output: as `ltlib.results.output_layer.speaking_units` gives it.
        overlap: as `ltlib.results.overlap.overlaps` gives it.
    """

    divergence: pd.DataFrame
    halves: pd.DataFrame
    words: pd.DataFrame
    layers: pd.DataFrame
    masks: pd.DataFrame
    subwords: pd.DataFrame
    output: pd.DataFrame
    overlap: pd.DataFrame

    @property
    def domains(self) -> list[str]:
        """In the order of `kept`; none where no atlas was published."""
        return list(dict.fromkeys(self.layers["domain"]))


def atlas_of(
    chains: Mapping[str, Sequence[Masks]],
    trained: Mapping[str, Sequence[Values]],
    alone: Mapping[str, Sequence[Masks]],
    pieces: Sequence[str],
    divergence: pd.DataFrame,
    halves: pd.DataFrame,
    words: pd.DataFrame,
) -> Atlas:
    """The atlas of tickets whose masks are at hand.

    Args:
        chains: the masks of each round from 0 on, by domain.
        trained: the values of each round, those of the output layer among them.
        alone: the masks of each round if each pruned the initial values, by domain.
        pieces: the subwords, in the order of the embedding's rows.
        divergence, halves, words: as `Atlas` has them; of other domains, too.

    Raises:
        InputError: more rounds than there are letters.
    """
    rounds = range(max(map(len, chains.values())))
    if len(rounds) > len(LETTERS):
        raise InputError(f"atlas: {len(rounds)} rounds; it holds at most {len(LETTERS)}")
    fates = {domain: _fates(chain) for domain, chain in chains.items()}
    embeddings = {domain: found["embedding"] for domain, found in fates.items()}
    return Atlas(
        _between(divergence, ["source", "target"], chains),
        _between(halves, ["domain"], chains),
        _between(words, ["first", "second"], chains),
        pd.concat([_counts(domain, found, rounds) for domain, found in fates.items()]),
        pd.concat([_pictures(domain, found) for domain, found in fates.items()]),
        _subwords(embeddings, pieces, rounds[1:]),
        pd.concat([speaking_units(d, masks, trained[d]) for d, masks in chains.items()]),
        overlaps(fates, {domain: _fates(chain) for domain, chain in alone.items()}, rounds),
    )


def _between(table: pd.DataFrame, columns: Sequence[str], domains: Iterable[str]) -> pd.DataFrame:
    """The rows that name no other domains."""
    return table[table[list(columns)].isin(list(domains)).all(axis=1)]


def _fates(chain: Sequence[Masks]) -> dict[str, Rounds]:
    """By layer, the last round that each of its weights survived: `[rows, columns]`."""
    return {
        layer: np.sum([_matrix(masks[f"{layer}.weight"]) for masks in chain], axis=0) - 1
        for layer in _layers(chain[0])
    }


def _layers(parameters: Iterable[str]) -> list[str]:
    """The names of layers, in order, from those of their weights and biases."""
    return list(dict.fromkeys(name.rpartition(".")[0] for name in parameters))


def _matrix(weights: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A layer's weights, a row for each of its units; a convolution's `[h, filters, d]` turned."""
    if weights.ndim == 3:
        weights = weights.transpose(1, 0, 2)
    return weights.reshape(len(weights), -1)


def _counts(domain: str, fates: dict[str, Rounds], rounds: Sequence[int]) -> pd.DataFrame:
    rows = []
    for layer, last in fates.items():
        for r in rounds:
            alive = last >= r
            counted = (alive.sum(), alive.size, alive.any(axis=1).sum(), len(alive))
            rows.append((domain, layer, r, *map(int, counted)))
    return pd.DataFrame(rows, columns=COLUMNS_OF["layers"])


def _pictures(domain: str, fates: dict[str, Rounds]) -> pd.DataFrame:
    rows = []
    for layer, last in fates.items():
        thinned = last[np.ix_(_evenly(last.shape[0], ROWS), _evenly(last.shape[1], COLUMNS))]
        for number, row in enumerate(thinned):
            rows.append((domain, layer, number, "".join(LETTERS[r] for r in row)))
    return pd.DataFrame(rows, columns=COLUMNS_OF["masks"])


def _evenly(count: int, most: int) -> Rounds:
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)


def _subwords(
    fates: dict[str, Rounds], pieces: Sequence[str], rounds: Sequence[int]
) -> pd.DataFrame:
    """The subwords of which a domain's ticket keeps most, the most frequent first among equals."""
    rows = []
    for number, domain in enumerate(fates):
        for r in rounds:
            kept = np.stack([(last >= r).sum(axis=1) for last in fates.values()])
            best = np.argsort(-kept[number], kind="stable")[:TOP]
            for rank, piece in enumerate(best, 1):
                rows.append((domain, r, rank, pieces[piece], kept[:, piece].tolist()))
    return pd.DataFrame(rows, columns=COLUMNS_OF["subwords"])


def path_beside(results: str | Path) -> Path:
    """Where the atlas lies that belongs to the results table at this path."""
    return Path(without_ending(results) + ENDING)


def check_local(results: str | Path) -> None:
    """Raise an InputError if no atlas can lie beside a table at this path, which may be a URL."""
    if "://" in str(results):
        raise InputError(f"{results}: an atlas lies beside a file; export to a file and copy both")


def write_atlas(atlas: Atlas, path: Path) -> None:
    """Store `atlas` as JSON, a table as its columns."""
    tables = {f.name: getattr(atlas, f.name).to_dict("list") for f in fields(Atlas)}
    with writing(path), replace_into(path) as temporary:
        temporary.write_text(json.dumps(tables, ensure_ascii=False) + "\n")


def atlas_beside(results: str | Path) -> Atlas:
    """The atlas that was published with the results table at this path; empty if there is none.

    Raises:
        InputError: the file is no atlas.
    """
    path = path_beside(results)
    unknown = {name: pd.DataFrame(columns=columns) for name, columns in COLUMNS_OF.items()}
    if not path.exists():
        return Atlas(**unknown)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        older = {name: unknown[name] for name in LATER if name not in told}
        known = {name: pd.DataFrame(told[name]) for name in COLUMNS_OF if name not in older}
        return Atlas(**known, **older)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: is no atlas ({error}); write it again with `ltlib export --atlas`"
        ) from None
