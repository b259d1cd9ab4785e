"""The phase transition: fits against SciPy, size, power and coverage by simulation."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import curve_fit

from ltlib.results import hinge as module
from ltlib.results.hinge import Leads, hinge, leads_of, places_differ, sparsity_at, there_is_one
from ltlib.results.side_by_side import obtained
from ltlib.results.transition import transition_evidence, transitions
from ltlib.results.verdicts import Claimed
from tests.support import claim_worlds as worlds
from tests.support.results_table import results_table

ROUNDS = np.arange(1.0, 21)
DOMAINS = ("a", "b", "c", "d", "e")


def chains(
    random: np.random.Generator, slope: float, places: float | dict[str, float], each: int = 3
) -> Leads:
    """Leads as chains have them: rounds hang together, and deep ones vary three times as much."""
    found = {}
    for domain in DOMAINS:
        place = places if isinstance(places, float) else places[domain]
        steps = random.standard_normal((each, len(ROUNDS)))
        noise = np.zeros_like(steps)
        for r in range(len(ROUNDS)):
            noise[:, r] = 0.5 * (noise[:, r - 1] if r else 0) + steps[:, r]
        scale = np.where(ROUNDS > 12, 0.03, 0.01)
        found[domain] = 0.002 + slope * np.maximum(0, ROUNDS - place) + scale * noise
    return Leads(found, ROUNDS)


def test_the_fit_is_that_of_least_squares() -> None:
    leads = chains(np.random.default_rng(3), 0.02, 12.0)
    mean = np.mean([own.mean(axis=0) for own in leads.chains.values()], axis=0)

    def curve(r: np.ndarray, a: float, b: float, k: float) -> np.ndarray:
        return a + b * np.maximum(0, r - k)

    (_, slope, place), _ = curve_fit(curve, ROUNDS, mean, p0=(0, 0.02, 12))
    found = hinge(leads)
    assert found.place == pytest.approx(place, abs=0.25), "places are tried in half rounds"
    assert found.slope == pytest.approx(slope, rel=0.1)


def test_without_noise_the_hinge_is_found() -> None:
    exact = {d: np.tile(0.01 * np.maximum(0, ROUNDS - 13), (2, 1)) for d in DOMAINS}
    found = hinge(Leads(exact, ROUNDS))
    assert (found.place, found.interval) == (13, (13, 13))
    assert found.slope == pytest.approx(0.01)
    assert sparsity_at(13, 0.35) == pytest.approx(1 - 0.65**13)


def test_few_chains_change_sign_in_every_way() -> None:
    """By a slow loop over all signs."""
    leads = chains(np.random.default_rng(5), 0.004, 10.0, each=2)
    two = Leads({d: leads.chains[d] for d in DOMAINS[:3]}, ROUNDS)
    centred = [own - own.mean() for each in two.chains.values() for own in each]

    def growth(profile: np.ndarray) -> float:
        best = 0.0
        for place in np.arange(3, 18.5, 0.5):
            shape = np.maximum(0, ROUNDS - place)
            design = np.stack([np.ones_like(shape), shape], axis=1)
            (_, slope), left, *_ = np.linalg.lstsq(design, profile, rcond=None)
            whole = ((profile - profile.mean()) ** 2).sum()
            if slope > 0:
                best = max(best, whole - left[0])
        return best

    found = growth(np.mean(centred, axis=0))
    ways = list(itertools.product((1, -1), repeat=6))
    as_large = [
        growth(np.mean([s * own for s, own in zip(way, centred, strict=True)], axis=0))
        >= found - 1e-9
        for way in ways
    ]
    assert there_is_one(two) == pytest.approx(np.mean(as_large))


def test_where_there_is_none_one_is_seen_once_in_twenty_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "DRAWS", 199)
    random = np.random.default_rng(0)
    seen = [there_is_one(chains(random, 0.0, 12.0)) < 0.05 for _ in range(400)]
    assert 0.02 <= np.mean(seen) <= 0.08


def test_one_that_is_there_is_seen_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAWS", 199)
    random = np.random.default_rng(1)
    found = [(hinge(leads), there_is_one(leads)) for leads in worlds_of(random, 0.02)]
    assert np.mean([p < 0.05 for _, p in found]) > 0.9
    held = [h.interval[0] <= 12 <= h.interval[1] for h, _ in found]
    assert np.mean(held) >= 0.88, "nearly nineteen of twenty, of three chains a domain"


def worlds_of(random: np.random.Generator, slope: float) -> list[Leads]:
    return [chains(random, slope, 12.0) for _ in range(200)]


def test_domains_alike_are_called_unlike_once_in_twenty_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "DRAWS", 199)
    random = np.random.default_rng(2)
    seen = [places_differ(leads)[1] < 0.05 for leads in worlds_of(random, 0.02)]
    assert np.mean(seen) <= 0.09
    apart = dict(zip(DOMAINS, (7.0, 9.0, 12.0, 14.0, 16.0), strict=True))
    seen = [places_differ(chains(random, 0.04, apart))[1] < 0.05 for _ in range(50)]
    assert np.mean(seen) > 0.8


def test_leads_are_of_whole_chains() -> None:
    table = worlds.table(worlds.as_claimed)
    leads = leads_of(table)
    assert leads is not None
    rows = obtained(table).query("round > 0").sort_values("round")
    for domain, own in leads.chains.items():
        for chain, values in enumerate(own):
            of_it = rows[(rows["domain"] == domain) & (rows["replicate"] == chain)]
            assert (of_it["ticket-reset"] - of_it["ticket-random"]).tolist() == values.tolist()
    cut = table[(table["round"] < 9) | (table["replicate"] < 3)]
    shorter = leads_of(cut)
    assert shorter is not None and {len(own) for own in shorter.chains.values()} == {3}
    assert leads_of(table[table["round"] < 9]) is None
    assert leads_of(table[table["replicate"] == 0]) is None
    other = table[(table["replicate"] == 0) | (table["source"] != "cds")]
    assert leads_of(other) is None, "a domain of one chain"


NEAR = Claimed(0.99, 0.9975)


def stepped(place: int) -> pd.DataFrame:
    """Leads that grow by two points a round from this round on."""

    def accuracy(strategy: str, source: str, target: str, round_: int, replicate: int) -> float:
        late = strategy == "ticket-random"
        lost = 0.02 * max(0, round_ - place) * late
        return 0.9 - lost + 0.001 * worlds.OFFSETS[replicate] * (1 + late)

    return results_table(accuracy, worlds.DOMAINS, 20, 5)


@pytest.mark.parametrize(("place", "said"), [(8, "below"), (12, "within"), (16, "above")])
def test_a_place_is_said_where_there_is_one(place: int, said: str) -> None:
    found = transition_evidence(stepped(place), "place", NEAR)
    assert found.said == said
    assert found.estimate == pytest.approx(1 - 0.65**place)
    assert found.low <= found.estimate <= found.high
    slope = transition_evidence(stepped(place), "there", Claimed(above=0.0))
    assert (slope.said, round(slope.estimate, 6)) == ("within", 0.02)
    apart = transition_evidence(stepped(place), "apart", Claimed(above=0.0))
    assert (apart.said, apart.estimate) == ("undecided", 0.0)


def test_of_a_transition_that_is_not_there_no_place_is_said() -> None:
    flat = results_table(lambda *_: 0.7, worlds.DOMAINS, 20, 5)
    for question in ("place", "apart", "there"):
        found = transition_evidence(flat, question, NEAR)
        assert found.said == "undecided"
    short = results_table(lambda *_: 0.7, worlds.DOMAINS, 8, 5)
    assert transition_evidence(short, "there", NEAR).said == "not measured"
    one = results_table(lambda *_: 0.7, ("books",), 20, 5)
    assert transition_evidence(one, "apart", NEAR).said == "not measured"


def test_a_lead_that_shrinks_has_no_place() -> None:
    table = stepped(12)
    names = {"ticket-reset": "ticket-random", "ticket-random": "ticket-reset"}
    turned = table.assign(strategy=table["strategy"].replace(names))
    rows = transitions(turned)
    assert (rows["slope"] < 0).all() and (rows["p"] > 0.5).all()
    assert rows[["sparsity", "low", "high"]].isna().all(axis=None)
    assert np.isnan(transition_evidence(turned, "place", NEAR).estimate)


def test_every_domain_and_all_have_their_place() -> None:
    rows = transitions(stepped(12)).set_index("domain")
    assert list(rows.index) == [*sorted(worlds.DOMAINS), "all"]
    assert rows["sparsity"].tolist() == pytest.approx([1 - 0.65**12] * 4)
    assert (rows["low"] <= rows["sparsity"]).all() and (rows["sparsity"] <= rows["high"]).all()
    p = dict(zip(rows.index, rows["p"].tolist(), strict=True))
    assert p["books"] == 1 / 2**5, "five chains: one way in 32"
    assert p["all"] < 0.01
    assert transitions(results_table(lambda *_: 0.7, worlds.DOMAINS, 8, 5)).empty
