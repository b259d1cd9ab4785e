"""The data before any training: lengths (§3), divergences (Fig. 1), subwords that tell apart."""

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ltlib.data.divergence import paper_scale
from ltlib.errors import InputError
from ltlib.figures.controls import PIXELS, choice, styled
from ltlib.figures.explorable import Explorable
from ltlib.figures.looks import BLUE, VERMILLION, WIDTH, Drawing, drawable

QUANTILES = {"low": 0.05, "quarter": 0.25, "median": 0.5, "three quarters": 0.75, "high": 0.95}


def divergence_heatmap(matrix: pd.DataFrame, vocabulary_size: int | None = None) -> Drawing:
    """Jensen-Shannon divergence of each two domains (Fig. 1).

    Args:
        matrix: domains × domains, in nats.
        vocabulary_size: when given, a second panel shows the paper's probable scale, the mean
            over the vocabulary's entries × 1e5.

    Raises:
        InputError: the matrix is empty or its rows and columns name different domains.
    """
    if matrix.empty or list(matrix.index) != list(matrix.columns):
        raise InputError("divergence matrix: rows and columns must name the same domains")
    panels = [("nats", matrix, "{:.3f}")]
    if vocabulary_size is not None:
        scaled = paper_scale(matrix, vocabulary_size)
        panels.append((f"mean over {vocabulary_size:,} subwords × 1e5", scaled, "{:.2f}"))
    figure = Drawing(WIDTH, 3.9 if len(panels) == 2 else 5.2)
    for axes, (title, values, form) in zip(
        figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
    ):
        _heat(axes, values, form)
        axes.set_title(title, fontsize=10)
    return figure


def review_lengths(lengths: Mapping[str, Sequence[int]]) -> Drawing:
    """How long the reviews of each domain are: quartiles, whiskers at 5 and 95%.

    Args:
        lengths: subwords of each review, by domain.

    Raises:
        InputError: no domain, or a domain without reviews.
    """
    if not lengths:
        raise InputError("review lengths: no domain is given; name at least one")
    for domain, counts in lengths.items():
        if len(counts) == 0:
            raise InputError(f"review lengths: domain {domain} has no reviews")
    figure = Drawing(WIDTH, 0.9 + 0.5 * len(lengths))
    axes = figure.subplots()
    axes.boxplot(
        [np.asarray(counts) for counts in lengths.values()],
        orientation="horizontal",
        whis=(5, 95),
        showfliers=False,
        widths=0.55,
        patch_artist=True,
        boxprops={"facecolor": "#CFE5F3", "edgecolor": BLUE},
        medianprops={"color": VERMILLION, "linewidth": 2},
        tick_labels=[drawable(domain) for domain in lengths],
    )
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("subwords in a text (line: median, box: middle half, whiskers: 5 to 95%)")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def lengths_by_label(lengths: Mapping[tuple[str, str], Sequence[int]], domain: str) -> Explorable:
    """How long the negative and the positive texts of a domain are.

    Args:
        lengths: subwords of each text, by domain and label.
        domain: where the menu begins.
    """
    data = pd.DataFrame(
        {"domain": d, "label": label, "texts": len(counts)}
        | {name: float(np.quantile(counts, share)) for name, share in QUANTILES.items()}
        for (d, label), counts in lengths.items()
    )
    title = "subwords in a text (line: median, box: middle half, whiskers: 5 to 95%)"
    tooltip = ["domain:N", "label:N", "texts:Q", *(f"{name}:Q" for name in QUANTILES)]
    base = (
        alt.Chart(data)
        .transform_filter("datum.domain == domain")
        .encode(y=alt.Y("label:N").sort(None).title(None), tooltip=tooltip)
    )
    x = alt.X("low:Q").scale(domain=[0, float(data["high"].max())]).title(title)
    whiskers = base.mark_rule().encode(x=x, x2="high:Q")
    box = base.mark_bar(size=30, color="#CFE5F3", stroke=BLUE)
    line = base.mark_tick(size=30, thickness=3, opacity=1, color=VERMILLION).encode(x="median:Q")
    domains = list(dict.fromkeys(data["domain"]))
    chart = alt.layer(whiskers, box.encode(x="quarter:Q", x2="three quarters:Q"), line)
    return Explorable(
        styled(
            chart.add_params(
                alt.param("domain", value=domain, bind=choice("Domain ", domains))
            ).properties(width=PIXELS, height=120)
        ),
        data,
        "Quantiles of the lengths of training texts in subwords, by domain and label",
        "lengths-by-label",
        dict.fromkeys(QUANTILES, "{:.0f}") | {"texts": "{:,}"},
    )


def words_between(words: pd.DataFrame, pair: str) -> Explorable:
    """The subwords that contribute most to the divergence of two domains (§3, Eq. 1).

    Args:
        words: as `ltlib.distances` gives them.
        pair: where the menu begins, written `first and second`.
    """
    pairs = dict.fromkeys(zip(words["first"], words["second"], strict=True))
    data = words.assign(rank=words.groupby(["first", "second"]).cumcount() + 1)
    data = data[["first", "second", "rank", "piece", "p", "q", "term"]]
    data["term"] = data["term"].round(7)  # so that the page is the same from any processor
    reach = 1000 * float(data["term"].max())
    said = {f"{a} and {b}": f"← more in {a}  |  more in {b} →" for a, b in pairs}
    bars = (
        alt.Chart(data)
        .transform_filter("datum.first + ' and ' + datum.second == pair")
        .transform_calculate(share="1000 * datum.term * (datum.p > datum.q ? -1 : 1)")
        .mark_bar()
        .encode(
            x=alt.X("share:Q")
            .scale(domain=[-reach, reach])
            .axis(labelExpr="abs(datum.value)")
            .title("share of the divergence (thousandths of a nat)"),
            y=alt.Y("piece:N").sort(field="rank", op="min").title(None),
            color=alt.condition("datum.share < 0", alt.value(BLUE), alt.value(VERMILLION)),
            tooltip=[
                alt.Tooltip("piece:N"),
                alt.Tooltip("p:Q", title="frequency in the first", format=".3%"),
                alt.Tooltip("q:Q", title="frequency in the second", format=".3%"),
                alt.Tooltip("term:Q", title="share, in nats", format=".5f"),
            ],
        )
    )
    chart = bars.add_params(
        alt.param("pair", value=pair, bind=choice("Domains ", list(said))),
    ).properties(
        width=PIXELS - 40,
        height=alt.Step(20),
        title=alt.Title(alt.ExprRef(f"{said}[pair]"), anchor="middle"),
    )
    return Explorable(
        styled(chart),
        data,
        "Subwords that contribute most to the divergence of two domains, their frequency in each",
        "subwords-between",
        {"p": "{:.4%}", "q": "{:.4%}", "term": "{:.5f}"},
    )


def _heat(axes: Axes, values: pd.DataFrame, form: str) -> None:
    numbers = values.to_numpy(dtype=float)
    axes.imshow(numbers, cmap="Blues")
    names = [drawable(str(name)) for name in values.columns]
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    dark = 0.6 * numbers.max()
    for (row, column), value in np.ndenumerate(numbers):
        axes.text(
            column,
            row,
            form.format(value),
            ha="center",
            va="center",
            color="white" if value > dark else "black",
            fontsize=10 if len(names) <= 5 else 8,
        )
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
