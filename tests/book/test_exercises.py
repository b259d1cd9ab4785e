"""What the answers of the exercises say is what the chapters then show."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ltlib.figures import standard_error
from ltlib.results import quantities as q
from ltlib.results.published import VERDICTS, overview
from ltlib.results.side_by_side import obtained, transferred
from ltlib.results.table import read_table, smallest_test_set
from tests.support.chapters import NOTEBOOKS, Edits, chapter
from tests.support.project import ROOT

PUBLISHED = ROOT / "results" / "vader-laptop.parquet"
VOCABULARY = "from dataclasses import replace\nprotocol = replace(Protocol.named(scale), "
LOADED = "protocol = Protocol.named(scale)"

pytestmark = pytest.mark.usefixtures("vader_corpus")


def with_protocol(change: str) -> Edits:
    return {"load": [(LOADED, f"{VOCABULARY}{change})")]}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_chapter_has_exercises_with_folded_answers(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert [cell["id"] for cell in cells[-2:]] == ["exercises", "run-this"]
    source = "".join(cells[-2]["source"])
    asked = re.split(r"^\*\*\d\.\*\* ", source, flags=re.MULTILINE)[1:]
    assert 3 <= len(asked) <= 4
    answer = r"<details>\n<summary>Answer</summary>\n\n\S.*\n\n</details>"
    assert all(re.search(answer, part, re.DOTALL) for part in asked)


# Chapter 1


def test_what_is_shown_changes_nothing_else() -> None:
    whole = chapter("01", "load").data.summary
    shown = chapter("01", "load", domains=["tweets", "movies"])
    assert shown.shown == ["tweets", "movies"]
    assert shown.data.summary.equals(whole)


def test_lengths_depend_on_the_vocabulary() -> None:
    few, usual, many = (
        chapter("01", "unknown", with_protocol(f"vocabulary_size={n}")) for n in (100, 400, 1600)
    )
    length = "mean length"
    assert (few.data.summary[length] > usual.data.summary[length]).all()
    assert (usual.data.summary[length] > many.data.summary[length]).all()
    assert {"▁battery", "▁screen"} <= set(many.pieces)
    assert not {"▁battery", "▁screen"} & set(usual.pieces)


def test_capitals_fall_into_letters_and_an_emoji_is_unknown() -> None:
    line = 'sentence = "The battery died after two weeks, but the screen is gorgeous."'
    usual = chapter("01", "subwords")
    upper = chapter(
        "01", "subwords", {"subwords": [(line, f"{line}\nsentence = sentence.upper()")]}
    )
    assert len(upper.pieces) > len(usual.pieces)
    assert " ▁B A T T E R Y " in " ".join(upper.pieces)
    emoji = chapter("01", "subwords", {"subwords": [(line, 'sentence = "Great 😀"')]})
    assert "<unk>" in emoji.pieces


def test_another_draw_leaves_counts_and_what_was_dropped() -> None:
    usual = chapter("01", "load").data
    other = chapter("01", "load", with_protocol("corpus_seed=1")).data
    counted = usual.summary.columns.drop("mean length")
    assert usual.summary[counted].equals(other.summary[counted])
    moved = (usual.summary["mean length"] - other.summary["mean length"]).abs()
    assert 0 < moved.max() < 2
    assert usual.texts != other.texts


# Chapter 2


def test_smoothing_makes_kl_a_choice_and_leaves_jsd() -> None:
    last = '    print(f"{domain:12}", *[data.vocabulary.pieces[i] for i in top])'
    found = []
    for small in (1e-6, 1e-9):
        more = (
            f"{last}\nfor d in shown:\n    frequencies[d] = (frequencies[d] + {small}) / "
            f"(frequencies[d] + {small}).sum()"
        )
        names = chapter("02", "jsd", {"unigrams": [(last, more)]})
        found.append((names.kl(names.p, names.q), names.kl(names.q, names.p)))
        assert "JSD(products, movies) = 0.064 nats" in names.printed
    assert "JSD(products, movies) = 0.064 nats" in chapter("02", "jsd").printed
    assert all(one != other for one, other in found)
    assert all(finer > coarser for coarser, finer in zip(*found, strict=True))
    assert max(found[1]) < float("inf")


def test_more_texts_tell_movies_from_editorials() -> None:
    ratios = {}
    for scale in ("smoke", "laptop"):
        distances = chapter("02", "yardstick", scale=scale).distances
        ratios[scale] = distances["to the nearest"] / distances["to its other half"]
    assert ratios["smoke"][["movies", "editorials"]].max() < 1.25
    assert ratios["laptop"][["movies", "editorials"]].min() > 2


def test_distances_grow_with_the_vocabulary_and_so_does_the_yardstick() -> None:
    few, usual, many = (
        chapter("02", "yardstick", with_protocol(f"vocabulary_size={n}")) for n in (100, 400, 1600)
    )
    for smaller, larger in ((few, usual), (usual, many)):
        assert (larger.distances > smaller.distances).all(axis=None)
        assert larger.near[:2] == smaller.near[:2]
        assert larger.far[:2] == smaller.far[:2]
    movies = many.distances.loc["movies"]
    assert movies["to its other half"] > movies["to the nearest"]
    assert many.near[:2] == ("movies", "editorials")


@pytest.mark.parametrize(
    ("table", "tasks"),
    [
        ("vader-laptop", [("products", "editorials"), ("products", "tweets")]),
        ("amazon", [("books", "electronics")]),
    ],
)
def test_the_dial_is_that_of_the_published_mixtures(
    table: str, tasks: list[tuple[str, str]]
) -> None:
    """They are of the pairs that lie farthest apart."""
    mixtures = PUBLISHED.parent / "mixtures" / f"{table}.parquet"
    results = PUBLISHED.with_stem(table)
    names = chapter("02", "slopes", results=str(results), mixtures=str(mixtures))
    assert len(names.mixed) == len(read_table(mixtures))
    for slopes in names.slopes.values():
        assert list(zip(slopes["source"], slopes["target"], strict=True)) == tasks
        assert (slopes["chains"] == 3).all()
    matrix = names.matrix.where(~np.eye(len(names.matrix), dtype=bool))
    farthest = matrix.stack().nlargest(2 * len(tasks))
    assert {frozenset(pair) for pair in farthest.index} == {frozenset(pair) for pair in tasks}


# Chapter 3


def test_inverses_are_pruned_the_other_way_round() -> None:
    names = chapter("03", "prune", {"prune": [("torch.tensor([", "1 / torch.tensor([")]})
    pruned = (1 / names.trained["layer.weight"])[~names.mask["layer.weight"]]
    assert sorted(pruned.tolist()) == [-2.0, 1.5]


def test_no_tensor_falls_below_two() -> None:
    old = "last_round = opened.last_round"
    names = chapter("03", "rounds", {"rounds": [(old, "last_round = 20")]})
    assert names.left == [2] * 11
    assert names.counts["sparsity"].iloc[-1] < names.counts["by the formula"].iloc[-1]
    assert names.counts["survivors"].iloc[-1] == 22


def test_movies_win_nothing_but_within_two_points() -> None:
    table = read_table(str(PUBLISHED))
    assert q.winning_sparsity(table, "movies") == 0
    assert q.winning_sparsity(table, "movies", tolerance=0.02) > 0.8
    means = obtained(table).query("domain == 'movies'")
    n_test = smallest_test_set(table)
    assert n_test is not None
    assert abs(standard_error(means["full-model"].mean(), n_test) - 0.02) < 0.002


def test_another_seed_leaves_counts_and_bounds() -> None:
    usual, other = (chapter("03", "rounds", seed=seed) for seed in (0, 1))
    assert usual.counts.equals(other.counts)
    assert usual.bound == other.bound
    assert usual.largest != other.largest
    assert min(usual.largest, other.largest) > 0.8 * usual.bound
    (n_test,) = {len(splits.test) for splits in usual.data.splits.values()}
    assert abs(standard_error(0.55, n_test) - 0.05) < 0.001


# Chapter 4


def test_beyond_ninety_per_cent_most_is_lost_on_the_way_to_tweets() -> None:
    names = chapter(
        "04", "numbers", {"numbers": [("upto=0.90", "above=0.90")]}, results=str(PUBLISHED)
    )
    lost = {task: -max(leads) for task, *leads in names.rows}
    least = {task: -min(leads) for task, *leads in names.rows}
    tweets = [task for task in lost if task.endswith("→ tweets")]
    assert len(tweets) == 3
    for task in tweets:
        source = task.removesuffix("→ tweets")
        others = [lost[other] for other in lost if other.startswith(source) and other != task]
        assert len(others) == 2
        assert least[task] > 1.3 * max(others)
    assert min(lost[task] for task in tweets) > 3 * standard_error(
        0.75, names.table["test_reviews"].min()
    )
    full = obtained(names.table).groupby("domain")["full-model"].mean()
    assert full.idxmax() == "tweets"


def test_masks_beat_random_places_beyond_ninety_per_cent_on_every_way() -> None:
    names = chapter("04", "numbers", results=str(PUBLISHED))
    assert len(names.pairs) == 12
    lead = [
        [
            100 * q.transfer_lead(names.table, "masks-random", "masks-shuffled", *ends, *pair)
            for pair in names.pairs
        ]
        for ends in ((0.90, 1.0), (0.0, 0.90))
    ]
    assert min(lead[0]) > 1.5 and max(lead[0]) < 5.5
    assert sum(abs(one) < 1 for one in lead[1]) > 6
    assert min(lead[1]) < 0 < max(lead[1])


def test_tweets_own_tickets_are_hardest_to_match() -> None:
    names = chapter("04", "numbers", results=str(PUBLISHED))
    losses = pd.DataFrame(names.rows, columns=["task", "reset", "random"])
    losses["target"] = losses["task"].str.split(" → ").str[1]
    means = 100 * losses.groupby("target")[["reset", "random"]].mean()
    assert (means.idxmin() == "tweets").all()
    for target, low, high in (("tweets", -3.5, -2.5), ("editorials", 0.3, 1.5)):
        assert all(low < mean < high for mean in means.T[target])
    full = obtained(names.table).groupby("domain")["ticket-reset"].mean()
    assert full.idxmin() == "editorials"


# Chapter 5


def test_transitions_depend_on_the_threshold() -> None:
    names = chapter("05", "run", results=str(PUBLISHED))
    with_one = {
        threshold: [d for d in names.shown if q.transition_sparsity(names.table, d, threshold) > 0]
        for threshold in (0.005, 0.02, 0.05)
    }
    assert with_one == {0.005: ["movies"], 0.02: [], 0.05: []}


def test_replicates_disagree() -> None:
    names = chapter("05", "run", results=str(PUBLISHED))
    found = {}
    for replicate in (0, 4):
        one = names.table[names.table["replicate"] == replicate]
        found[replicate] = [d for d in names.shown if q.transition_sparsity(one, d) > 0]
    assert found == {0: [], 4: ["movies", "products"]}


def test_replicates_name_different_masks_as_the_best() -> None:
    tasks = transferred(read_table(PUBLISHED))
    lead = (tasks["masks-reset"] - tasks["ticket-target"])[tasks["round"] > 0]
    assert lead.groupby(tasks["source"]).mean().idxmax() == "tweets"
    each = lead.groupby([tasks["replicate"], tasks["source"]]).mean().unstack()
    assert sorted(each.idxmax(axis=1)) == ["products"] * 3 + ["tweets"] * 2


def test_the_standard_error_falls_with_the_root() -> None:
    assert standard_error(0.75, 1875) == pytest.approx(0.01)
    assert standard_error(0.75, 7500) == pytest.approx(0.005)


# Chapter 6


def test_packing_saves_nothing_of_one_review() -> None:
    found = [chapter("06", "pads", with_protocol(f"batch_size={size}")) for size in (1, 8, 32)]
    assert found[0].padded == found[0].packed
    assert found[0].packed == found[1].packed == found[2].packed
    assert found[0].padded < found[1].padded < found[2].padded


def test_the_full_search_loses_nothing() -> None:
    names = chapter("06", "search", {"search": [('search="bfloat16"', 'search="full"')]})
    assert not names.other.any()
    assert float(names.lost.max()) == 0


def test_single_precision_fails_the_assertion_and_agrees_to_its_digits() -> None:
    single = ("leaf.double()", "leaf.clone()")
    with pytest.raises(AssertionError):
        chapter("06", "gradients", {"gradients": [single]})
    chapter("06", "gradients", {"gradients": [single, ("1e-10", "1e-5")]})


def test_next_to_no_products_are_left_of_half_a_round() -> None:
    names = chapter("06", "products", {"products": [("0.65**r", "0.5**r")]})
    products = names.table.set_index("round")["products"]
    assert products[0] > 1e6
    assert products[10] < 10


# Chapter 7


def test_replicates_decide_claims() -> None:
    whole = read_table(PUBLISHED)
    fewer = {f"{n}": whole[whole["replicate"] < n] for n in (1, 2, 5)}
    counted = overview(fewer).set_index("table")[list(VERDICTS)]
    one, two, five = counted.to_dict("records")
    assert [n["holds"] + n["fails"] for n in (one, two, five)] == [0, 5, 10]
    assert five == {
        "holds": 6, "fails": 4, "undecided": 16, "not identifiable": 0, "not measured": 10,
    }  # fmt: skip
    assert two["not measured"] - five["not measured"] == 2


def test_a_first_look_decides_nothing() -> None:
    names = chapter("07", "overview")
    counted = names.held[list(VERDICTS)].iloc[0]
    assert counted["holds"] + counted["fails"] == 0
    assert names.held["replicates"].tolist() == [1]
    assert names.held["domains"].tolist() == ["movies, products"]


# Chapter 8


@pytest.mark.parametrize(
    ("bias", "accuracy", "area"), [(0.0, 0.5, 1.0), (0.4, 1.0, 1.0), (2.0, 0.5, 1.0)]
)
def test_a_bias_says_where_positive_begins(bias: float, accuracy: float, area: float) -> None:
    line = "found = evaluation_of(scores, labels)"
    names = chapter("08", "by-hand", {"by-hand": [(line, f"scores[:, 1] += {bias}\n{line}")]})
    assert (names.found.accuracy, names.found.auc) == (accuracy, area)
    assert names.found.one_sided == (accuracy == 0.5)


def test_two_biases_are_left_in_round_25() -> None:
    edits = {"output-sizes": [("range(paper.rounds + 1)", "range(26)"), ("left[::4]", "left")]}
    names = chapter("08", "output-sizes", edits)
    assert names.left[25] == (25, 2, 2, 2)


def test_two_chains_fall_silent_early_where_biases_can_go() -> None:
    names = chapter("08", "run", readings=str(ROOT / "results" / "readings"))
    runs = names.told["vader"]
    mute = runs[runs["fate"] == "one-sided"]
    late = mute["sparsity"] > 0.999
    layer, tensor = mute["reading"] == "layer", mute["reading"] == "tensor"
    assert (tensor.sum(), (tensor & late).sum()) == (9, 9)
    assert abs(mute.loc[tensor, "test_auc"] - 0.5).max() < 0.035
    assert (layer.sum(), (layer & late).sum()) == (28, 10)
    early = mute[layer & ~late]
    begin = early.sort_values("sparsity").groupby(["domain", "replicate"], observed=True).first()
    assert sorted(round(begin["sparsity"], 3)) == [0.951, 0.979]
    assert sorted(round(begin["test_auc"], 2)) == [0.72, 0.74]


# Chapter 9

LARGE = ("embedding", "convolutions.0", "convolutions.1", "convolutions.2")


def shared(round_: int) -> pd.DataFrame:
    """By layer, the share of survivors that two masks have in common, and that of chance."""
    old = "one, other ="
    edits = {"agreement": [(old, f"halfway = {round_}\n{old}")]}
    names = chapter("09", "agreement", edits, results=str(PUBLISHED))
    table: pd.DataFrame = names.agreement.set_index("layer")
    return table


def test_two_domains_agree_by_chance_in_every_round() -> None:
    first, last = shared(3), shared(12)
    for layer in LARGE:
        assert (last.loc[layer] < first.loc[layer]).all()
    for table in (first, last):
        common, chance = table.T["embedding"]
        assert abs(common - chance) < 0.01


def test_one_domain_agrees_with_itself_by_chance() -> None:
    names = chapter("09", "agreement", workers=1)
    names.ltlib.run(names.data, names.protocol, "obtain", domains=[names.one], seed=1)
    one, other = (
        names.ltlib.load_ticket(names.data, names.protocol, names.one, 1, seed=seed).masks
        for seed in (0, 1)
    )
    both = one["embedding.weight"] & other["embedding.weight"]
    assert abs(float(both.sum() / one["embedding.weight"].sum()) - 0.65) < 0.02


def test_both_strategies_share_their_first_round() -> None:
    names = chapter("09", "agreement", workers=1)
    for round_, expected in ((1, 1.0), (2, 0.65)):
        reset, fresh = (
            names.ltlib.load_ticket(
                names.data, names.protocol, names.one, round_, strategy=strategy
            ).masks["embedding.weight"]
            for strategy in ("ticket-reset", "ticket-random")
        )
        assert abs(float((reset & fresh).sum() / reset.sum()) - expected) < 0.02


def test_a_table_without_an_atlas_leaves_the_chapter_whole() -> None:
    table = PUBLISHED.parent / "choices" / "vader-laptop-patience.parquet"
    names = chapter("09", "agreement", results=str(table))
    assert "not stored" in names.printed and names.agreement.empty
