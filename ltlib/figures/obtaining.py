"""One function a figure: a table in, a matplotlib `Figure` out. Nothing here trains."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd

from ltlib.errors import InputError
from ltlib.figures.data import divergence_heatmap, review_lengths
from ltlib.figures.diagram import transfer_diagram
from ltlib.figures.looks import BLACK, GREY, WIDTH, Drawing, drawable, series_look, sparsity_axis
from ltlib.figures.panels import (
    AXIS_LABEL,
    grid_of_panels,
    over_replicates,
    sparsities_by_round,
    tidy,
)
from ltlib.results.quantities import transition_sparsity
from ltlib.results.side_by_side import obtained, transferred

__all__ = [
    "divergence_heatmap",
    "obtaining",
    "phase_transition",
    "review_lengths",
    "transfer_diagram",
    "transferring",
]

T = TypeVar("T")


def obtaining(
    results: pd.DataFrame, domains: Sequence[str] | None = None, n_test: int | None = None
) -> Drawing:
    """Accuracy against sparsity of the tickets of each domain (Fig. 3).

    Args:
        results: the results table.
        domains: the panels, in order; all that the table holds when None.
        n_test: reviews in a test set; when given, the standard error that a test set of this
            size imposes is drawn once.

    Raises:
        InputError: no such results, or a domain that they do not hold.
    """
    table = obtained(results)
    shown = _chosen(domains, table["domain"], "domain")
    panels = {domain: table[table["domain"] == domain] for domain in shown}
    return grid_of_panels(panels, ("ticket-reset", "ticket-random"), "full-model", n_test)


def transferring(
    results: pd.DataFrame,
    pairs: Sequence[tuple[str, str]] | None = None,
    n_test: int | None = None,
) -> Drawing:
    """Accuracy on the target against the sparsity of the source's masks (Fig. 4).

    Args:
        results: the results table, the targets' own tickets among its rows.
        pairs: (source, target) of the panels, in order; all that the table holds when None.
        n_test: as in `obtaining`.

    Raises:
        InputError: no such results, or a pair that they do not hold.
    """
    table = transferred(results)
    known = list(zip(table["source"], table["target"], strict=True))
    shown = _chosen(pairs, known, "pair")
    panels = {
        f"{source} → {target}": table[(table["source"] == source) & (table["target"] == target)]
        for source, target in shown
    }
    strategies = ("ticket-target", "masks-reset", "masks-random")
    return grid_of_panels(panels, strategies, None, n_test)


def phase_transition(results: pd.DataFrame, threshold: float = 0.02) -> Drawing:
    """Ticket-reset minus ticket-random against sparsity: where initial values begin to matter.

    The difference is taken within a replicate and averaged over replicates; bars are its
    standard deviation. The grey band holds differences smaller than `threshold`; a ring marks the
    round from which a domain stays above it.

    Args:
        results: the results table.
        threshold: a difference of accuracies (0.02 is two points) too small to speak of.

    Raises:
        InputError: no such results.
    """
    table = obtained(results)
    table["difference"] = 100 * (table["ticket-reset"] - table["ticket-random"])
    sparsities = np.array(sparsities_by_round(table))
    figure = Drawing(WIDTH, 3.4)
    axes = figure.subplots()
    axes.axhspan(-100 * threshold, 100 * threshold, color="#E4E4E4", zorder=0)
    axes.axhline(0, color=GREY, linewidth=0.8)
    domains = list(dict.fromkeys(table["domain"]))
    for index, domain in enumerate(domains):
        curve = over_replicates(table[table["domain"] == domain], "difference")
        shift = 0.08 * (index - (len(domains) - 1) / 2)  # so that bars do not hide one another
        axes.errorbar(
            curve.index + shift,
            curve["mean"],
            yerr=curve["std"].fillna(0),
            elinewidth=0.8,
            label=drawable(domain),
            **series_look(index).line_options(),
        )
        start = transition_sparsity(results, domain, threshold)
        ringed = curve.index[np.isclose(sparsities[curve.index], start)]
        axes.plot(
            ringed + shift, curve["mean"][ringed], "o", markersize=11, fillstyle="none", color=BLACK
        )
    sparsity_axis(axes, list(sparsities), width=WIDTH - 0.8)
    axes.set_xlabel(AXIS_LABEL)
    axes.set_ylabel("reset − random (points)")
    figure.legend(loc="outside upper center", ncols=min(4, len(domains)), frameon=False, fontsize=9)
    tidy(axes)
    return figure


def _chosen(wanted: Iterable[T] | None, column: Iterable[T], kind: str) -> list[T]:
    known = list(dict.fromkeys(column))
    chosen = known if wanted is None else list(dict.fromkeys(wanted))
    for name in chosen:
        if name not in known:
            raise InputError(
                f"results: {kind} {_named(name)} is not there; there are "
                + ", ".join(_named(k) for k in known)
            )
    if not chosen:
        raise InputError(f"results: no {kind} to draw; name one of {', '.join(map(_named, known))}")
    return chosen


def _named(name: object) -> str:
    return ":".join(name) if isinstance(name, tuple) else f"{name}"
