"""Lottery tickets under distributional shifts: the library behind the book.

A name is imported when it is first asked for: reading a table needs no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

_MODULES = {
    "Corpus": "ltlib.data.corpus",
    "InputError": "ltlib.errors",
    "Protocol": "ltlib.protocol",
    "Store": "ltlib.store.store",
    "TextArchitecture": "ltlib.networks.text",
    "TextCNN": "ltlib.networks.text_cnn",
    "Ticket": "ltlib.tickets",
    "contributions": "ltlib.data.divergence",
    "default_pairs": "ltlib.experiments.tasks",
    "default_store": "ltlib.paths",
    "divergence_matrix": "ltlib.data.divergence",
    "initialise": "ltlib.networks.text_cnn",
    "jsd": "ltlib.data.divergence",
    "judge": "ltlib.experiments.judge",
    "kl": "ltlib.data.divergence",
    "load_corpus": "ltlib.data.corpus",
    "load_ticket": "ltlib.runs.front",
    "obtain_tickets": "ltlib.tickets",
    "pairs_by_distance": "ltlib.data.divergence",
    "paper_scale": "ltlib.data.divergence",
    "prune": "ltlib.pruning",
    "run": "ltlib.runs.front",
    "sparsity": "ltlib.pruning",
    "transfer_ticket": "ltlib.transfer",
    "unigram_distribution": "ltlib.data.divergence",
}
__all__ = list(_MODULES)

if TYPE_CHECKING:  # the same names, for editors and mypy; a test holds both together
    from ltlib import figures
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
    from ltlib.paths import default_store
    from ltlib.protocol import Protocol
    from ltlib.pruning import prune, sparsity
    from ltlib.runs.front import load_ticket, run
    from ltlib.store.store import Store
    from ltlib.tickets import Ticket, obtain_tickets
    from ltlib.transfer import transfer_ticket
else:

    def __getattr__(name: str) -> Any:
        """A name of the library, or its figures (PEP 562)."""
        if name == "figures":
            return import_module("ltlib.figures")
        if name not in _MODULES:
            raise AttributeError(f"module 'ltlib' has no attribute '{name}'")
        return getattr(import_module(_MODULES[name]), name)

    def __dir__() -> list[str]:
        """What is imported so far, and what can be asked for."""
        return sorted({*globals(), *_MODULES, "figures"})
