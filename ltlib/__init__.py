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
    "atlas_beside": "ltlib.results.atlas",
    "baselines_beside": "ltlib.results.baselines",
    "compared": "ltlib.results.comparison",
    "contributions": "ltlib.data.divergence",
    "default_pairs": "ltlib.experiments.tasks",
    "default_store": "ltlib.paths",
    "dial": "ltlib.results.dial",
    "dial_slopes": "ltlib.results.dial",
    "distances": "ltlib.data.distances",
    "divergence_matrix": "ltlib.data.divergence",
    "evaluation_of": "ltlib.evaluation",
    "export_onnx": "ltlib.experiments.judge",
    "falling_silent": "ltlib.results.readings",
    "fates": "ltlib.results.readings",
    "finding": "ltlib.results.finding",
    "first_ticket": "ltlib.tickets",
    "full_masks": "ltlib.pruning",
    "initialise": "ltlib.networks.text_cnn",
    "jsd": "ltlib.data.divergence",
    "judge": "ltlib.experiments.judge",
    "judged": "ltlib.results.claims",
    "kl": "ltlib.data.divergence",
    "layers": "ltlib.pruning",
    "load_corpus": "ltlib.data.corpus",
    "load_ticket": "ltlib.runs.front",
    "losses": "ltlib.results.divergence_loss",
    "make_atlas": "ltlib.experiments.atlas",
    "matrix_of": "ltlib.data.distances",
    "obtain_tickets": "ltlib.tickets",
    "obtained": "ltlib.results.side_by_side",
    "obtaining_lead": "ltlib.results.quantities",
    "open_results": "ltlib.runs.opened",
    "origins": "ltlib.results.origins",
    "overview": "ltlib.results.published",
    "pairs_by_distance": "ltlib.data.divergence",
    "paper_scale": "ltlib.data.divergence",
    "prune": "ltlib.pruning",
    "published_searches": "ltlib.results.searches",
    "published_tables": "ltlib.results.published",
    "rank_correlation": "ltlib.results.divergence_loss",
    "resampled_divergence": "ltlib.data.resampled",
    "run": "ltlib.runs.front",
    "select": "ltlib.results.settings",
    "smallest_test_set": "ltlib.results.table",
    "sparsity": "ltlib.pruning",
    "stopped_by_round": "ltlib.results.readings",
    "survivors": "ltlib.pruning",
    "survivors_after": "ltlib.pruning",
    "tables_beside": "ltlib.results.published",
    "transfer_lead": "ltlib.results.quantities",
    "transfer_ticket": "ltlib.transfer",
    "transferred": "ltlib.results.side_by_side",
    "transition_sparsity": "ltlib.results.quantities",
    "transitions": "ltlib.results.transition",
    "unigram_distribution": "ltlib.data.divergence",
    "what_stopped": "ltlib.results.readings",
    "winning_sparsity": "ltlib.results.quantities",
    "with_mixtures": "ltlib.data.mixtures",
}
__all__ = list(_MODULES)

if TYPE_CHECKING:  # the same names, for editors and mypy; a test holds both together
    from ltlib import figures
    from ltlib.data.corpus import Corpus, load_corpus
    from ltlib.data.distances import distances, matrix_of
    from ltlib.data.divergence import (
        contributions,
        divergence_matrix,
        jsd,
        kl,
        pairs_by_distance,
        paper_scale,
        unigram_distribution,
    )
    from ltlib.data.mixtures import with_mixtures
    from ltlib.data.resampled import resampled_divergence
    from ltlib.errors import InputError
    from ltlib.evaluation import evaluation_of
    from ltlib.experiments.atlas import make_atlas
    from ltlib.experiments.judge import export_onnx, judge
    from ltlib.experiments.tasks import default_pairs
    from ltlib.networks.text import TextArchitecture
    from ltlib.networks.text_cnn import TextCNN, initialise
    from ltlib.paths import default_store
    from ltlib.protocol import Protocol
    from ltlib.pruning import full_masks, layers, prune, sparsity, survivors, survivors_after
    from ltlib.results.atlas import atlas_beside
    from ltlib.results.baselines import baselines_beside
    from ltlib.results.claims import judged
    from ltlib.results.comparison import compared
    from ltlib.results.dial import dial, dial_slopes
    from ltlib.results.divergence_loss import losses, rank_correlation
    from ltlib.results.finding import finding
    from ltlib.results.origins import origins
    from ltlib.results.published import overview, published_tables, tables_beside
    from ltlib.results.quantities import (
        obtaining_lead,
        transfer_lead,
        transition_sparsity,
        winning_sparsity,
    )
    from ltlib.results.readings import (
        falling_silent,
        fates,
        stopped_by_round,
        what_stopped,
    )
    from ltlib.results.searches import published_searches
    from ltlib.results.settings import select
    from ltlib.results.side_by_side import obtained, transferred
    from ltlib.results.table import smallest_test_set
    from ltlib.results.transition import transitions
    from ltlib.runs.front import load_ticket, run
    from ltlib.runs.opened import open_results
    from ltlib.store.store import Store
    from ltlib.tickets import Ticket, first_ticket, obtain_tickets
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
