"""Atlases and what is drawn from them, against loops over the masks themselves."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from ltlib.errors import InputError
from ltlib.figures import inside as ticket_charts
from ltlib.pruning import Masks, apply_masks, full_masks, prune, survivors
from ltlib.results.atlas import (
    COLUMNS,
    COLUMNS_OF,
    ENDING,
    LATER,
    LETTERS,
    ROWS,
    TOP,
    Atlas,
    atlas_beside,
    atlas_of,
    write_atlas,
)
from ltlib.results.output_layer import MOST, speaking_units
from ltlib.results.overlap import ALONE as ALONE_OF
from ltlib.tickets import first_ticket
from tests.support.project import ROOT
from tests.support.scenes import drawn, said
from tests.support.tiny import PROTOCOL, TEXT

DOMAINS = ("b", "a")
PIECES = [f"▁{number}" for number in range(PROTOCOL.vocabulary_size)]
APART = pd.DataFrame(
    [("b", "a", 0.1), ("a", "b", 0.1), ("a", "c", 0.2)], columns=["source", "target", "nats"]
)
HALVES = pd.DataFrame([("b", 0.01), ("c", 0.02), ("a", 0.03)], columns=["domain", "nats"])
WORDS = pd.DataFrame(
    [("b", "c", "x"), ("b", "a", "x"), ("c", "a", "y"), ("b", "a", "y")],
    columns=["first", "second", "piece"],
)
DISTANCES = (APART, HALVES, WORDS)
LAST = 6


def chain(domain: str) -> list[Masks]:
    """Masks of pruned initial values, which differ between domains."""
    values = first_ticket(TEXT, PROTOCOL, domain, seed=0, replicate=0).initial
    masks = [full_masks(values)]
    for _ in range(LAST):
        masks.append(prune(values, masks[-1], percent=35))
    return masks


def trained_values(domain: str) -> list[dict[str, np.ndarray]]:
    """Initial values under each round's masks, as if these were trained."""
    values = first_ticket(TEXT, PROTOCOL, domain, seed=0, replicate=0).initial
    return [
        {n: v.numpy() for n, v in apply_masks(values, masks).items()} for masks in CHAINS[domain]
    ]


def arrays(masks: Masks) -> dict[str, np.ndarray]:
    return {name: mask.numpy() for name, mask in masks.items()}


CHAINS = {domain: chain(domain) for domain in DOMAINS}
MASKS = {domain: [arrays(m) for m in masks] for domain, masks in CHAINS.items()}
VALUES = {domain: trained_values(domain) for domain in DOMAINS}
ALONE = {"b": MASKS["a"], "a": MASKS["a"]}
ATLAS = atlas_of(MASKS, VALUES, ALONE, PIECES, *DISTANCES)


def matrix(domain: str, layer: str, round_: int) -> list[list[bool]]:
    """A layer's mask, a row for each of its units."""
    mask = CHAINS[domain][round_][f"{layer}.weight"]
    if mask.ndim == 3:  # [height, filters, embedding]
        return [torch.cat(list(mask[:, c])).tolist() for c in range(mask.shape[1])]
    rows: list[list[bool]] = mask.tolist()
    return rows


def test_survivors_are_counted_by_layer_and_row() -> None:
    assert len(ATLAS.layers) == len(DOMAINS) * (LAST + 1) * 6
    for row in ATLAS.layers.to_dict("records"):
        mask = matrix(row["domain"], row["layer"], row["round"])
        assert row["survivors"] == sum(map(sum, mask))
        assert row["entries"] == sum(map(len, mask))
        assert row["rows_alive"] == sum(map(any, mask))
        assert row["rows"] == len(mask)
        whole = survivors(CHAINS[row["domain"]][row["round"]])[f"{row['layer']}.weight"]
        assert row["survivors"] == whole, "all but the biases"


def test_fates_give_every_rounds_mask() -> None:
    for row in ATLAS.masks.to_dict("records"):
        for r in range(LAST + 1):
            alive = [LETTERS.index(letter) >= r for letter in row["fates"]]
            assert alive == matrix(row["domain"], row["layer"], r)[row["row"]]


def test_large_layers_are_thinned_evenly() -> None:
    values = {"embedding.weight": torch.zeros(1000, 300)}
    values |= {n: torch.zeros(2, 2) for n in ("hidden.weight", "output.weight")}
    values |= {n: torch.zeros(2) for n in ("hidden.bias", "output.bias")}
    masks = full_masks(values)
    masks["embedding.weight"][::2] = False
    found = [arrays(full_masks(values)), arrays(masks)]
    trained = [{n: v.numpy() for n, v in values.items()}] * 2
    atlas = atlas_of({"a": found}, {"a": trained}, {"a": found}, [""] * 1000, *DISTANCES)
    drawn = atlas.masks[atlas.masks["layer"] == "embedding"]
    assert len(drawn) == ROWS and set(drawn["fates"].str.len()) == {COLUMNS}
    assert drawn["row"].is_monotonic_increasing
    kept = drawn["fates"].str.contains("b").mean()
    assert 0.4 < kept < 0.6


@pytest.mark.parametrize("domain", DOMAINS)
def test_subwords_that_keep_most_are_listed(domain: str) -> None:
    for r in range(1, LAST + 1):
        kept = {p: sum(matrix(domain, "embedding", r)[i]) for i, p in enumerate(PIECES)}
        listed = ATLAS.subwords.query("domain == @domain and round == @r")
        assert list(listed["rank"]) == list(range(1, TOP + 1))
        best = sorted(PIECES, key=lambda piece: -kept[piece])[:TOP]  # stable: frequent ones first
        assert list(listed["piece"]) == best
        for row in listed.to_dict("records"):
            i = PIECES.index(row["piece"])
            assert row["kept"] == [sum(matrix(d, "embedding", r)[i]) for d in ATLAS.domains]


def test_distances_are_those_of_its_domains() -> None:
    assert ATLAS.halves.to_numpy().tolist() == [["b", 0.01], ["a", 0.03]]
    assert ATLAS.words.to_numpy().tolist() == [["b", "a", "x"], ["b", "a", "y"]]
    assert ATLAS.divergence.to_numpy().tolist() == [["b", "a", 0.1], ["a", "b", 0.1]]


def test_what_two_masks_share_is_counted() -> None:
    for row in ATLAS.overlap.to_dict("records"):
        other = "a" if row["target"] == ALONE_OF else row["target"]  # as `ALONE` has it
        one, two = (
            np.array(matrix(domain, row["layer"], row["round"]))
            for domain in (row["source"], other)
        )
        assert (row["survivors"], row["entries"]) == (one.sum(), one.size)
        assert row["both"] == (one & two).sum()
    assert len(ATLAS.overlap) == 4 * (LAST + 1) * 6
    assert (ATLAS.overlap["both"] < ATLAS.overlap["survivors"]).any()


def test_an_atlas_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_atlas(ATLAS, tmp_path / f"table{ENDING}")
    again = atlas_beside(tmp_path / "table.parquet")
    for name in COLUMNS_OF:
        written, read = (getattr(atlas, name).reset_index(drop=True) for atlas in (ATLAS, again))
        pd.testing.assert_frame_equal(written, read)


@pytest.mark.parametrize("later", [("output", "overlap"), LATER])
def test_an_older_atlas_has_fewer_tables(tmp_path: Path, later: tuple[str, ...]) -> None:
    path = tmp_path / f"table{ENDING}"
    write_atlas(ATLAS, path)
    tables = json.loads(path.read_text())
    for name in later:
        del tables[name]
    path.write_text(json.dumps(tables))
    atlas = atlas_beside(tmp_path / "table.parquet")
    assert atlas.domains == ATLAS.domains
    for name in later:
        assert getattr(atlas, name).empty and list(getattr(atlas, name)) == COLUMNS_OF[name]


def test_the_output_layer_says_which_unit_speaks_for_which_class() -> None:
    """Against a loop over the two rows of its weights."""
    for domain, masks in CHAINS.items():
        for round_, (mask, values) in enumerate(zip(masks, VALUES[domain], strict=True)):
            rows = ATLAS.output[ATLAS.output["round"] == round_].query("domain == @domain")
            said = {row["unit"]: row for row in rows.to_dict("records")}
            expected = set()
            for unit in range(PROTOCOL.hidden_size):
                if mask["output.weight"][0, unit] or mask["output.weight"][1, unit]:
                    expected.add(str(unit + 1))
                    negative, positive = values["output.weight"][:, unit]
                    row = said[str(unit + 1)]
                    assert row["difference"] == float(positive - negative)
                    feeds = int(mask["hidden.weight"][unit].sum() + mask["hidden.bias"][unit])
                    assert row["fed"] == (feeds > 0)
            assert set(said) == expected | {"bias"}
            bias = values["output.bias"]
            assert said["bias"]["difference"] == float(bias[1] - bias[0])


def test_a_missing_bias_is_named_and_too_many_units_are_left_out() -> None:
    def masks(units: int) -> dict[str, np.ndarray]:
        alive = np.ones((2, units), bool)
        fed = np.zeros((units, 3), bool)
        fed[0, 2] = True
        return {"output.weight": alive, "output.bias": np.zeros(2, bool), "hidden.weight": fed,
                "hidden.bias": np.zeros(units, bool)}  # fmt: skip

    def values(units: int) -> dict[str, np.ndarray]:
        return {"output.weight": np.eye(2, units, dtype=np.float32), "output.bias": np.zeros(2)}

    table = speaking_units("a", [masks(MOST + 1), masks(MOST), masks(2)],
                           [values(MOST + 1), values(MOST), values(2)])  # fmt: skip
    assert set(table["round"]) == {1, 2}
    assert table.query("round == 2").to_numpy().tolist() == [
        ["a", 2, "1", -1.0, True], ["a", 2, "2", 1.0, False], ["a", 2, "bias, pruned", 0.0, True],
    ]  # fmt: skip


def test_a_table_without_an_atlas_has_an_empty_one(tmp_path: Path) -> None:
    assert atlas_beside(tmp_path / "table.parquet").domains == []


@pytest.mark.parametrize("content", ["", "[]", '{"layers": {}}'])
def test_what_is_no_atlas_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / f"table{ENDING}").write_text(content)
    with pytest.raises(InputError, match=r"table\.atlas\.json: is no atlas.*export --atlas"):
        atlas_beside(tmp_path / "table.parquet")


def test_more_rounds_than_letters_are_refused() -> None:
    masks = arrays(CHAINS["a"][0])
    trained = {"a": VALUES["a"][:1] * 52}
    most = atlas_of({"a": [masks] * 52}, trained, {"a": [masks] * 52}, PIECES, *DISTANCES)
    assert set("".join(most.masks["fates"])) == {LETTERS[51]}, "none was ever pruned"
    with pytest.raises(InputError, match="53 rounds"):
        atlas_of({"a": [masks] * 53}, trained, {"a": [masks] * 53}, PIECES, *DISTANCES)


def test_the_published_atlas_goes_with_the_published_table() -> None:
    results = ROOT / "results"
    for path in results.glob(f"*{ENDING}"):
        table = pd.read_parquet(str(path).removesuffix(ENDING) + ".parquet")
        obtained = table[table["experiment"] == "obtain"]
        atlas = atlas_beside(str(path).removesuffix(ENDING))
        assert set(atlas.domains) == set(obtained["source"])
        assert atlas.layers["round"].max() == obtained["round"].max()
        assert set(json.loads(path.read_text())) == {field.name for field in fields(Atlas)}


@pytest.mark.parametrize(("layer", "round_"), [("hidden", 0), ("convolutions.1", 3), ("output", 6)])
def test_the_mask_that_is_drawn_is_the_mask(layer: str, round_: int) -> None:
    chart = ticket_charts.masks_of(ATLAS, "b", layer, round_)
    cells = [said(item) for item in drawn(chart, "rect")]
    mask = matrix("b", layer, round_)
    shown = {(int(c["row"]), int(c["column"])): c["alive"] for c in cells if "column" in c}
    assert len(shown) == sum(map(len, mask))
    for (row, column), alive in shown.items():
        assert (alive == "survives") == mask[row][column]


def test_the_table_of_layers_shows_the_rows_alive() -> None:
    chart = ticket_charts.masks_of(ATLAS, "a", "hidden", 2)
    words = [item["text"] for item in drawn(chart, "text")]
    mine = ATLAS.layers[ATLAS.layers["domain"] == "a"]
    assert words == [f"{share:.0%}" for share in mine["rows_alive"] / mine["rows"]]
    rings = [
        item
        for item in drawn(chart, "rect")
        if item.get("stroke") == "#000000" or item.get("stroke") == "black"
    ]
    assert [(said(ring)["layer"], said(ring)["round"]) for ring in rings] == [("hidden", "2")]


@pytest.mark.parametrize("domain", DOMAINS)
def test_subwords_are_drawn_with_what_every_ticket_keeps(domain: str) -> None:
    chart = ticket_charts.subwords_of(ATLAS, domain, 4)
    listed = ATLAS.subwords.query("domain == @domain and round == 4")
    dots = [said(item) for item in drawn(chart, "symbol")]
    found = {
        (dot["piece"], dot["ticket"]): int(next(v for k, v in dot.items() if "kept" in k))
        for dot in dots
    }
    expected = {
        (row["piece"], ticket): kept
        for row in listed.to_dict("records")
        for ticket, kept in zip(ATLAS.domains, row["kept"], strict=True)
    }
    assert found == expected
    heights = [item["y"] for item in drawn(chart, "rect")]
    assert len(heights) == TOP
    bars = {said(item)["piece"]: item["y"] for item in drawn(chart, "rect")}
    assert sorted(bars, key=lambda piece: bars[piece]) == list(listed["piece"]), "best first"


def test_the_data_beneath_name_every_ticket() -> None:
    data = ticket_charts.subwords_of(ATLAS, "a", 1).data
    kept = np.array(ATLAS.subwords["kept"].tolist())
    for number, domain in enumerate(ATLAS.domains):
        assert data[f"kept by {domain}"].tolist() == kept[:, number].tolist()


def test_layers_are_said_to_go_when_half_of_their_rows_have() -> None:
    table = ticket_charts.rows_left(ATLAS)
    shares = ATLAS.layers.assign(share=ATLAS.layers["rows_alive"] / ATLAS.layers["rows"])
    last = int(shares["round"].max())
    for layer, (first, left) in zip(table.names, table.rows, strict=True):
        means = [
            shares[(shares["layer"] == layer) & (shares["round"] == r)]["share"].mean()
            for r in range(last + 1)
        ]
        gone = [r for r, mean in enumerate(means) if mean < 0.5]
        assert first == (str(gone[0]) if gone else "–")
        assert left == f"{100 * means[-1]:.1f}%"
    assert ticket_charts.rows_left(atlas_beside("no such table")).rows == []
