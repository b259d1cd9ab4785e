"""One function a figure: a table in, a figure out. Nothing here trains."""

from ltlib.figures.data import divergence_heatmap, review_lengths
from ltlib.figures.diagram import transfer_diagram
from ltlib.figures.obtaining import obtaining, phase_transition, transferring

__all__ = [
    "divergence_heatmap",
    "obtaining",
    "phase_transition",
    "review_lengths",
    "transfer_diagram",
    "transferring",
]
