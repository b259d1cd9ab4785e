"""Results as a chapter opens them: a table that was published, or runs that it makes itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ltlib.data.corpus import Corpus, load_corpus
from ltlib.data.distances import Distances, distances
from ltlib.data.mixtures import with_mixtures
from ltlib.errors import InputError
from ltlib.protocol import Protocol
from ltlib.results.atlas import atlas_beside
from ltlib.results.table import read_table
from ltlib.runs.front import run
from ltlib.strategies import OBTAIN, Chosen


@dataclass(frozen=True)
class Opened:
    """A published results table, or what it takes to make one.

    Attributes:
        origin: what the results are of, in a line.
        protocol: what was run, or what will be.
        published: the table; none where the runs are made here.
        beside: the table's path, beside which its atlas lies; none where runs are made here.
        corpus: to run on; none beside a published table, which holds no texts.
        domains: those asked for; all that are there, or the scale's own, when empty.
        seed, store, workers: as `ltlib.run` takes them.
    """

    origin: str
    protocol: Protocol
    published: pd.DataFrame | None
    beside: str | Path | None
    corpus: Corpus | None
    domains: Sequence[str]
    seed: int
    store: str | Path | None
    workers: int

    @property
    def corpus_name(self) -> str:
        """Of the corpus that the results are of."""
        if self.published is not None:
            return str(self.published["corpus"].iloc[0])
        assert self.corpus is not None
        return self.corpus.name

    @property
    def last_round(self) -> int:
        """The last round that was published, or that will be run."""
        if self.published is None:
            return self.protocol.rounds
        return int(self.published["round"].max())

    def run(self, experiment: Chosen) -> pd.DataFrame:
        """The results table of an experiment: of what was published, or of runs made now.

        Runs that the store holds are not trained again.

        Raises:
            InputError: as `ltlib.run`.
        """
        if self.corpus is None:
            return self._rows_of(experiment)
        return run(
            self.corpus,
            self.protocol,
            experiment,
            domains=self.domains,
            seed=self.seed,
            store=self.store or None,
            workers=self.workers,
        )

    def distances(self) -> Distances:
        """How far apart the domains are; empty tables if that was not published.

        Raises:
            InputError: the atlas beside the table cannot be read.
        """
        if self.corpus is not None:
            return distances(self.corpus)
        assert self.beside is not None
        atlas = atlas_beside(self.beside)
        return Distances(atlas.divergence, atlas.halves, atlas.words)

    def _rows_of(self, experiment: Chosen) -> pd.DataFrame:
        """What `ltlib.run` would give: transfers come with the tickets they are compared with."""
        assert self.published is not None
        table = self.published
        if self.domains:
            table = table[table["source"].isin(self.domains) & table["target"].isin(self.domains)]
        if experiment == OBTAIN:
            table = table[table["experiment"] == OBTAIN]
        return table


def open_results(
    results: str | Path = "",
    corpus: str = "vader",
    scale: str = "smoke",
    domains: Sequence[str] = (),
    seed: int = 0,
    store: str | Path | None = None,
    workers: int = 0,
) -> Opened:
    """A published results table, or a corpus at a scale to make one from.

    Nothing trains before `Opened.run`.

    Args:
        results: path of the table; when empty, `corpus` and `scale` say what will be run.
        corpus: as `load_corpus` takes it.
        scale: `smoke`, `laptop` or `paper`.
        domains: to keep to; empty: all of the table, or the scale's own.
        seed, store, workers: as `ltlib.run` takes them.

    Raises:
        InputError: no such table, corpus, scale or domain.
    """
    if not results:
        protocol = Protocol.named(scale)
        loaded = with_mixtures(load_corpus(corpus, protocol), domains)
        loaded.check_domains(domains)
        origin = f"corpus {loaded.name} at {scale} scale, seed {seed}"
        return Opened(origin, protocol, None, None, loaded, domains, seed, store, workers)
    table = read_table(results)
    known = list(dict.fromkeys(table["source"]))
    for domain in domains:
        if domain not in known:
            there = ", ".join(known)
            raise InputError(f"{results}: domain '{domain}' is not there; there are {there}")
    protocol = Protocol.from_differences(json.loads(table["protocol"].iloc[0]))
    origin = f"published results: {len(table)} runs on {table['corpus'].iloc[0]}"
    return Opened(origin, protocol, table, results, None, domains, seed, store, workers)
