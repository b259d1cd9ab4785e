"""Lottery tickets under distributional shifts: the library behind the book."""

from ltlib.data.corpus import Corpus, load_corpus
from ltlib.data.divergence import (
    contributions,
    divergence_matrix,
    jsd,
    kl,
    pairs_by_distance,
    paper_scale,
    unigram_distribution,
)
from ltlib.errors import InputError
from ltlib.experiments.judge import judge
from ltlib.experiments.tasks import default_pairs
from ltlib.networks.text import TextArchitecture
from ltlib.networks.text_cnn import TextCNN, initialise
from ltlib.protocol import Protocol
from ltlib.pruning import prune, sparsity
from ltlib.runs.front import default_store, load_ticket, run
from ltlib.store.store import Store
from ltlib.tickets import Ticket, obtain_tickets
from ltlib.transfer import transfer_ticket

__all__ = [
    "Corpus",
    "InputError",
    "Protocol",
    "Store",
    "TextArchitecture",
    "TextCNN",
    "Ticket",
    "contributions",
    "default_pairs",
    "default_store",
    "divergence_matrix",
    "initialise",
    "jsd",
    "judge",
    "kl",
    "load_corpus",
    "load_ticket",
    "obtain_tickets",
    "pairs_by_distance",
    "paper_scale",
    "prune",
    "run",
    "sparsity",
    "transfer_ticket",
    "unigram_distribution",
]
