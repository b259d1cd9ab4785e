"""One function a figure or table of the book: results in, a picture out. Nothing here trains.

A `Drawing` is a printed picture. An `Explorable` is one with controls: `show()` draws it in a
notebook, `on_page()` is what stands beneath it in the book.
"""

import ltlib.light_jsonschema  # noqa: F401 - before anything loads Altair
from ltlib.figures import speed
from ltlib.figures.choices import at_its_best_table, choices_table
from ltlib.figures.computed_again import computed_again_table
from ltlib.figures.data import (
    divergence_heatmap,
    lengths_by_label,
    review_lengths,
    words_between,
)
from ltlib.figures.diagram import transfer_diagram
from ltlib.figures.dial import dial, dial_table
from ltlib.figures.divergence import losses_by_divergence
from ltlib.figures.finding import finding
from ltlib.figures.inside import masks_of, rows_left, subwords_of
from ltlib.figures.longer import longer_table
from ltlib.figures.obtaining import accuracies_at, obtaining
from ltlib.figures.overlap import overlap, shared_weights
from ltlib.figures.page import glue, share_figure, share_table
from ltlib.figures.panels import standard_error
from ltlib.figures.published import tickets_of
from ltlib.figures.readings import output_layer, readings
from ltlib.figures.reference import reference_table
from ltlib.figures.searched import searched
from ltlib.figures.sending import sending_table
from ltlib.figures.tables import Table, first_words, percent, points, sparsity_percent
from ltlib.figures.transfer_map import transfer_map
from ltlib.figures.transferring import transferring
from ltlib.figures.transition import phase_transition, transition_at
from ltlib.figures.verdicts import (
    claims_table,
    miniature,
    stopping_table,
    tasks_table,
    to_decide_table,
    transitions_table,
)

__all__ = [
    "Table",
    "accuracies_at",
    "at_its_best_table",
    "choices_table",
    "claims_table",
    "computed_again_table",
    "dial",
    "dial_table",
    "divergence_heatmap",
    "finding",
    "first_words",
    "glue",
    "lengths_by_label",
    "longer_table",
    "losses_by_divergence",
    "masks_of",
    "miniature",
    "obtaining",
    "output_layer",
    "overlap",
    "percent",
    "phase_transition",
    "points",
    "readings",
    "reference_table",
    "review_lengths",
    "rows_left",
    "searched",
    "sending_table",
    "share_figure",
    "share_table",
    "shared_weights",
    "sparsity_percent",
    "speed",
    "standard_error",
    "stopping_table",
    "subwords_of",
    "tasks_table",
    "tickets_of",
    "to_decide_table",
    "transfer_diagram",
    "transfer_map",
    "transferring",
    "transition_at",
    "transitions_table",
    "words_between",
]
