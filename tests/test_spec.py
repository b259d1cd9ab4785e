"""What names a run, and the plan of an experiment."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltlib.errors import InputError
from ltlib.experiments.planning import full_model, plan
from ltlib.protocol import Protocol
from ltlib.spec import SPEC_VERSION, RunSpec
from tests.support.matrix import needs_of

FIRST = full_model("c", "0" * 64, Protocol.smoke(), "a", 0, 0)


def test_every_field_names_the_run() -> None:
    changed: dict[str, Any] = {
        "experiment": "transfer",
        "strategy": "masks-reset",
        "source": "z",
        "target": "z",
        "round": 3,
        "replicate": 1,
        "seed": 9,
        "corpus": "other",
        "corpus_hash": "1" * 64,
        "device": "cuda",
        "protocol": replace(Protocol.smoke(), epochs=9),
    }
    assert set(changed) == {field.name for field in fields(RunSpec)}
    hashes = {replace(FIRST, **{name: value}).hash for name, value in changed.items()}
    assert len(hashes | {FIRST.hash}) == len(changed) + 1


def test_protocol_fields_of_the_matrix_do_not_name_a_run() -> None:
    """So that a longer chain continues a shorter one."""
    longer = replace(FIRST.protocol, rounds=20, replicates=5, domains=None)
    assert replace(FIRST, protocol=longer).hash == FIRST.hash


def test_every_other_protocol_field_names_it() -> None:
    other: dict[str, Any] = {
        "split": (100, 50, 50), "corpus_seed": 1, "vocabulary_size": 99, "character_coverage": 0.9,
        "max_length": 61, "embedding_size": 5, "channels": 5, "heights": (2, 3), "hidden_size": 5,
        "dropout": 0.1, "he_slope": 0.0, "zero_biases": True, "batch_size": 5, "epochs": 2,
        "patience": 3, "learning_rate": 0.5, "l2": 0.5, "prune_percent": 20, "projection": "layer",
        "halve_output": True, "shared_initial": True, "survivors_from": 2, "search": "full",
        "compiled": False, "retrain_epochs": 30,
    }  # fmt: skip
    names = {field.name for field in fields(Protocol)} - Protocol.MATRIX
    assert set(other) == names, "a new field needs a value here"
    hashes = {
        replace(FIRST, protocol=replace(FIRST.protocol, **{name: value})).hash
        for name, value in other.items()
    }
    assert len(hashes | {FIRST.hash}) == len(other) + 1


def test_a_field_at_its_default_is_left_out() -> None:
    """So that a field added later keeps the hashes of runs made before it."""
    paper = replace(FIRST, protocol=Protocol.paper())
    assert paper.canonical()["protocol"] == {}
    assert replace(FIRST, protocol=Protocol(dropout=0.5)).canonical()["protocol"] == {
        "dropout": 0.5
    }


def test_the_hash_is_that_of_the_documented_text() -> None:
    import hashlib

    text = json.dumps(FIRST.canonical(), sort_keys=True, separators=(",", ":"))
    assert FIRST.hash == hashlib.sha256(text.encode()).hexdigest()[:32]


@given(st.sampled_from(["smoke", "laptop", "paper"]), st.integers(0, 20), st.integers(0, 4))
def test_a_spec_survives_json(scale: str, round_: int, replicate: int) -> None:
    spec = replace(FIRST, protocol=Protocol.named(scale), round=round_, replicate=replicate)
    read = RunSpec.from_canonical(json.loads(json.dumps(spec.canonical())))
    assert read.hash == spec.hash
    for other in (SPEC_VERSION - 1, SPEC_VERSION + 1, None):
        with pytest.raises(InputError, match=f"spec_version is {other}, .* reads {SPEC_VERSION}"):
            RunSpec.from_canonical(spec.canonical() | {"spec_version": other})


def test_the_papers_plan_has_its_runs() -> None:
    """50 chains of 21 rounds that share round 0, and 9 tasks × 5 replicates × 21 rounds × 2."""
    domains = ["books", "movies", "electronics", "cds", "home"]
    pairs = [(s, t) for s in ("books", "electronics", "cds") for t in domains if s != t][:9]
    specs = plan(full_model("amazon", "h", Protocol.paper(), ""), "all", domains, pairs)
    obtained = [spec for spec in specs if spec.experiment == "obtain"]
    assert len(obtained) == 5 * 5 * (1 + 2 * 20)
    assert len(specs) - len(obtained) == 9 * 5 * 21 * 2
    assert len({spec.hash for spec in specs}) == len(specs)


@pytest.mark.parametrize("rounds", [0, 1, 2, 3])
def test_every_round_of_a_chain_is_moved(rounds: int) -> None:
    first = replace(FIRST, protocol=replace(FIRST.protocol, rounds=rounds, replicates=1))
    moved = [s for s in plan(first, "transfer", [], [("a", "b")]) if s.experiment == "transfer"]
    for strategy in ("masks-reset", "masks-random"):
        of = [spec.round for spec in moved if spec.strategy == strategy]
        assert of == list(range(rounds + 1))


def test_every_run_comes_after_the_one_it_needs() -> None:
    specs = plan(
        full_model("c", "h", Protocol.smoke(), ""), "transfer", [], [("a", "b"), ("c", "a")]
    )
    seen: set[str] = set()
    for spec in specs:
        needs = needs_of(spec)
        assert needs is None or needs.hash in seen
        seen.add(spec.hash)
    sources = {spec.source for spec in specs if spec.experiment == "obtain"}
    assert sources == {"a", "b", "c"}, "TICKET-TARGET needs the target's own tickets"


def test_a_transfer_leans_on_the_reset_ticket_of_its_round() -> None:
    transfer = replace(FIRST, experiment="transfer", strategy="masks-random", target="b", round=2)
    assert needs_of(transfer) == replace(FIRST, strategy="ticket-reset", round=2)
    assert needs_of(replace(transfer, round=0)) == FIRST
    assert needs_of(replace(FIRST, strategy="ticket-random", round=1)) == FIRST


def test_a_gpu_gives_a_run_another_name_and_a_cpu_the_old_one() -> None:
    """Late rounds are computed in another way on a GPU: two results must not share a name."""
    assert "device" not in FIRST.canonical()
    on_gpu = replace(FIRST, device="cuda")
    assert on_gpu.canonical() == FIRST.canonical() | {"device": "cuda"}
    for spec in (FIRST, on_gpu):
        read = RunSpec.from_canonical(json.loads(json.dumps(spec.canonical())))
        assert (read.device, read.hash) == (spec.device, spec.hash)


def test_people_call_a_run_by_its_strategy_domains_round_and_replicate() -> None:
    assert replace(FIRST, replicate=2).label() == "full-model a round 0 replicate 2"
    copied = str(bytes("films", "ascii"), "ascii")  # alike, though not the same object
    obtained = replace(FIRST, source="films", target=copied)
    assert obtained.label() == "full-model films round 0 replicate 0"
    for source, target in (("a", "b"), ("b", "a")):
        moved = replace(FIRST, strategy="masks-reset", source=source, target=target, round=3)
        assert moved.label() == f"masks-reset {source}→{target} round 3 replicate 0"
