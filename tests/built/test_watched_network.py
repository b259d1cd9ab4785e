"""The network that a reader watches is the one that ltlib trains: ltlib finds the same tickets."""

import math
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from selenium import webdriver

from book._ext.watch import SCRIPTS
from ltlib.protocol import Protocol
from ltlib.pruning import apply_masks, full_masks, survivors_after
from ltlib.strategies import TICKET_RANDOM, TICKET_RESET, TicketStrategy
from ltlib.tickets import obtain_tickets
from ltlib.training import one_thread, step
from tests.support.plane import HandedPlane, Plane, by_name, splits_of
from tests.support.project import ROOT
from tests.support.tabular import RowSplits
from tests.support.watched import STATIC, histories, run_script, whole_chain

ROUNDS, STEPS = 8, 200
PROTOCOL = Protocol(batch_size=100, epochs=STEPS, learning_rate=0.02, l2=0.0, rounds=ROUNDS)
STRATEGIES: dict[str, TicketStrategy] = {"reset": TICKET_RESET, "random": TICKET_RANDOM}
CLOSE = 1e-4  # of losses, values and accuracies; masks and kept steps are equal
SEEDS = 20  # that the page's table counts


def furthest(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    return max(float((value - other[name]).detach().abs().max()) for name, value in one.items())


def losses_by_steps(round_: dict[str, Any], splits: RowSplits) -> tuple[list[float], Plane]:
    """Before each step of ltlib from the values that the round begins with; and the network."""
    network, masks = Plane(), by_name(round_["masks"], torch.bool)
    network.load_state_dict(by_name(round_["begun"]))
    adam = torch.optim.Adam(network.parameters(), lr=PROTOCOL.learning_rate)
    holds = [(value, masks[name].double()) for name, value in network.named_parameters()]
    generator = np.random.default_rng(0)  # of dropout, which there is none of
    with one_thread():
        found = [step(network, holds, adam, splits.train, generator) for _ in range(STEPS)]
    return [float(loss) for loss in found], network


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("seed", [0, 1])
def test_ltlib_finds_the_same_tickets(browser: webdriver.Chrome, seed: int, strategy: str) -> None:
    watched = whole_chain(browser, seed, strategy)
    splits = splits_of(watched["points"])
    chain = obtain_tickets(
        HandedPlane(watched["draws"]), splits, PROTOCOL, "rings", STRATEGIES[strategy]
    )
    rounds = watched["rounds"]
    assert len(rounds) == ROUNDS + 1
    for round_, (ticket, outcome) in zip(rounds, chain, strict=True):
        masks = by_name(round_["masks"], torch.bool)
        assert {name: mask.tolist() for name, mask in masks.items()} == {
            name: mask.tolist() for name, mask in ticket.masks.items()
        }
        assert round_["sparsity"] == pytest.approx(ticket.sparsity, abs=1e-12)
        assert round_["step"] == outcome.best_epoch
        assert furthest(by_name(round_["begun"]), apply_masks(ticket.initial, masks)) == 0
        assert furthest(by_name(round_["kept"]), outcome.trained) < CLOSE
        assert round_["accuracies"] == pytest.approx(outcome.validation_accuracies, abs=CLOSE)
        assert round_["validation"] == pytest.approx(outcome.validation.accuracy, abs=CLOSE)
        assert round_["test"] == pytest.approx(outcome.test.accuracy, abs=CLOSE)
        network = Plane()
        network.load_state_dict(outcome.trained)
        with torch.no_grad():
            loss = torch.nn.functional.cross_entropy(network(splits.train), splits.train.labels)
        assert round_["loss"] == pytest.approx(float(loss), abs=CLOSE)
        losses, last = losses_by_steps(round_, splits)
        assert round_["losses"] == pytest.approx(losses, abs=CLOSE)
        assert furthest(by_name(round_["last"]), dict(last.named_parameters())) < CLOSE


def numbers(seed: int, name: str, count: int) -> list[float]:
    """FNV-1a of the name and mulberry32 from there, in Python's whole numbers."""
    whole, state, found = 2**32, 2166136261, []
    for letter in f"{seed} {name}".encode():
        state = (state ^ letter) * 16777619 % whole
    for _ in range(count):
        state = (state + 0x6D2B79F5) % whole
        bits = (state ^ state >> 15) * (state | 1) % whole
        bits ^= (bits + (bits ^ bits >> 7) * (bits | 61)) % whole
        found.append((bits ^ bits >> 14) / whole)
    return found


@pytest.mark.parametrize("seed", [0, 7, 999_999])
@pytest.mark.parametrize("name", ["initial", "redrawn 3"])
def test_values_are_drawn_from_the_seed_within_their_bounds(
    browser: webdriver.Chrome, seed: int, name: str
) -> None:
    drawn = by_name(
        run_script(
            browser, "return watchedNetwork.drawValues(...arguments).map(v => [...v])", seed, name
        )
    )
    stream = iter(numbers(seed, name, 354))
    fan_in = {"first": 2, "second": 16, "output": 16}
    for parameter, values in drawn.items():
        bound = 1 / math.sqrt(fan_in[parameter.split(".")[0]])
        expected = [bound * (2 * next(stream) - 1) for _ in range(values.numel())]
        assert values.flatten().tolist() == expected
    assert next(stream, None) is None


def test_each_use_has_its_own_numbers(browser: webdriver.Chrome) -> None:
    names = ["initial", *(f"redrawn {r}" for r in range(1, ROUNDS + 1)), "train", "test"]
    first = {numbers(seed, name, 1)[0] for seed in range(SEEDS) for name in names}
    assert len(first) == SEEDS * len(names)


def test_points_lie_on_two_rings(browser: webdriver.Chrome) -> None:
    drawn = run_script(
        browser, f"return Array.from({{length: {SEEDS}}}, (_, s) => watchedNetwork.drawPoints(s))"
    )
    sizes = {"train": 100, "validation": 100, "test": 200}
    assert [{name: len(points) for name, points in splits.items()} for splits in drawn] == (
        [sizes] * SEEDS
    )
    points = [point for splits in drawn for split in splits.values() for point in split]
    assert len({(p["x"], p["y"]) for p in points}) == len(points)
    for label, radius in enumerate((0.7, 1.7)):
        ring = np.array([[p["x"], p["y"]] for p in points if p["label"] == label])
        assert len(ring) == len(points) / 2
        # In the plane, noise of standard deviation σ adds 2σ² to the mean square of the radius.
        assert (ring**2).sum(1).mean() == pytest.approx(radius**2 + 2 * 0.24**2, rel=0.02)
        assert np.abs(ring.mean(0)).max() < 0.1


def test_sparsities_are_those_of_the_formula(browser: webdriver.Chrome) -> None:
    told = run_script(
        browser,
        "return Array.from({length: watchedTicket.ROUNDS + 1}, (_, r) => "
        "watchedTicket.sparsityAt(r))",
    )
    sizes = [mask.numel() for mask in full_masks(dict(Plane().named_parameters())).values()]
    whole = sum(sizes)
    for sparsity in told:
        assert sparsity == pytest.approx(1 - sum(sizes) / whole, abs=1e-12)
        sizes = [survivors_after(size, 35) for size in sizes]


def test_of_equal_magnitudes_the_first_goes(browser: webdriver.Chrome) -> None:
    pruned = run_script(
        browser,
        "return watchedTicket.prune([[2, -1, 1, 0, 1, 3]], [Uint8Array.of(1, 1, 1, 0, 1, 1)])"
        ".map(m => [...m])",
    )
    assert pruned == [[1, 0, 1, 0, 1, 1]], "one of five: 35% is 1.75"


def test_scripts_are_small_and_ask_for_nothing() -> None:
    texts = [(STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS]
    assert sum(len(text.encode()) for text in texts) < 40_000
    for text in texts:
        assert not re.search(r"Math\.random|fetch|XMLHttp|import|https?:|Date\b|eval\b", text)


def mean_percent(accuracies: np.ndarray) -> str:
    """To a tenth, a half upwards: of whole numbers, since many means end on a half."""
    right = int((200 * accuracies).round().sum())
    tenths = (2000 * right // (200 * len(accuracies)) + 1) // 2
    return f"{tenths // 10}.{tenths % 10}%"


def test_the_page_counts_right(browser: webdriver.Chrome) -> None:
    """Every number of its table, and what its prose says of them."""
    found = [histories(browser, seed) for seed in range(SEEDS)]
    tests = np.array([[[r["test"] for r in h[s]] for s in ("reset", "random")] for h in found])
    text = (ROOT / "book" / "ticket.md").read_text(encoding="utf-8")
    table = re.findall(r"^  - (.+)$", text[: text.index("```\n\nWhat you watch")], re.MULTILINE)
    rows = [table[start : start + 5] for start in range(5, len(table), 5)]
    reset, random = tests.transpose(1, 2, 0)
    assert rows == [
        [
            f"{found[0]['reset'][r]['sparsity']:.1%}",
            mean_percent(reset[r]),
            mean_percent(random[r]),
            str((reset[r] > random[r]).sum()),
            str((reset[r] < random[r]).sum()),
        ]
        for r in range(ROUNDS + 1)
    ]
    assert np.abs(reset[:4].mean(1) - random[:4].mean(1)).max() < 0.01, "up to 70% sparsity"
    sparse, *_, ahead, behind = rows[5]
    assert sparse.startswith("86") and f"is ahead on {ahead} of the 20 seeds" in text
    assert f"random on {behind}." in " ".join(text.split())
    last = rows[ROUNDS]
    assert f"At 94% reset is down to {last[1]} and random to {last[2]}" in " ".join(text.split())
    assert all(earlier[0] < later[0] for earlier, later in pairwise(rows))
