"""The atlas of tickets in a store: `ltlib.results.atlas` says what it holds."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ltlib.data.corpus import Corpus, load_corpus
from ltlib.data.divergence import divergence_matrix
from ltlib.errors import InputError
from ltlib.experiments.domains import DomainRuns, full_model, in_chain
from ltlib.paths import default_store
from ltlib.protocol import Protocol
from ltlib.results.atlas import ENDING, Atlas, Masks, atlas_of, write_atlas
from ltlib.store.store import Store
from ltlib.store.tickets import read_ticket
from ltlib.strategies import OBTAIN, TICKET_RESET


def make_atlas(
    corpus: Corpus,
    protocol: Protocol,
    domains: Sequence[str],
    seed: int = 0,
    store: str | Path | None = None,
) -> Atlas:
    """The atlas of the tickets of `domains` in the run store, rounds 0 to `protocol.rounds`.

    Raises:
        InputError: a ticket is not stored; more rounds than there are letters; a corpus made for
            another protocol.
    """
    corpus.check_protocol(protocol)
    corpus.check_domains(domains)
    opened = Store(store or default_store())

    def masks(domain: str, round_: int) -> Masks:
        first = full_model(corpus.name, corpus.hash, protocol, domain, seed=seed)
        spec = in_chain(first, round_, TICKET_RESET)
        ticket = read_ticket(DomainRuns.architecture, opened, spec, first)
        return {name: mask.numpy() for name, mask in ticket.masks.items()}

    chains = {
        domain: [masks(domain, r) for r in range(protocol.rounds + 1)]
        for domain in sorted(domains)  # as in a results table, so that colours agree
    }
    return atlas_of(chains, corpus.vocabulary.pieces, divergence_matrix(corpus))


def write_atlas_of(store: Store, out: str | Path) -> Path:
    """Write the atlas of a store's tickets beside its table; the path of the atlas.

    Raises:
        InputError: the store's corpus cannot be loaded or has changed; a ticket is missing; `out`
            is no file.
    """
    if "://" in str(out):
        raise InputError(f"{out}: an atlas lies beside a file; export to a file and copy both")
    table = store.table()
    obtained = table[table["experiment"] == OBTAIN]
    if obtained.empty:
        raise InputError(f"{store.path}: holds no tickets; obtain them with `ltlib run`")
    protocol = Protocol.from_differences(json.loads(obtained["protocol"].iloc[0]))
    source = store.run(store.hashes()[0])["provenance"]["corpus_source"]
    corpus = load_corpus(source, protocol)
    if corpus.hash != obtained["corpus_hash"].iloc[0]:
        raise InputError(f"{source}: is not the corpus that {store.path} was computed from")
    path = Path(str(out).removesuffix(".parquet") + ENDING)
    seed, domains = int(obtained["seed"].iloc[0]), list(dict.fromkeys(obtained["source"]))
    protocol = replace(protocol, rounds=int(obtained["round"].max()))
    write_atlas(make_atlas(corpus, protocol, domains, seed, store.path), path)
    return path
