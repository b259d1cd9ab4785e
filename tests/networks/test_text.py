"""Which of its ways the text CNN is computed in, and what is said of it."""

import subprocess
import sys
from dataclasses import replace
from importlib.machinery import ModuleSpec

import pytest

from ltlib.errors import InputError
from ltlib.experiments.planning import full_model
from ltlib.networks import text
from ltlib.networks.compiled_survivor_cnn import CompiledSurvivorCNN
from ltlib.networks.compiled_text_cnn import CompiledTextCNN
from ltlib.networks.survivor_cnn import SurvivorCNN
from ltlib.networks.text import computable
from ltlib.networks.text_cnn import TextCNN
from ltlib.protocol import Protocol
from ltlib.pruning import full_masks
from ltlib.streams import stream
from tests.support import tiny
from tests.support.tiny import TEXT

PROTOCOL = replace(tiny.PROTOCOL, survivors_from=9)
PLAIN = replace(PROTOCOL, compiled=False)
EITHER = pytest.mark.parametrize("protocol", [PROTOCOL, PLAIN], ids=["compiled", "plain"])


def kind_of(protocol: Protocol, round_: int, device: str) -> type:
    values = TEXT.initial_values(protocol, stream(0, "t"))
    return type(TEXT.network(protocol, values, full_masks(values), round_, device))


@EITHER
@pytest.mark.parametrize(("round_", "device"), [(0, "cpu"), (8, "cpu"), (8, "cuda"), (9, "cuda")])
def test_early_rounds_and_gpus_compute_the_whole_network(
    protocol: Protocol, round_: int, device: str
) -> None:
    loops = protocol.compiled and device == "cpu"
    assert kind_of(protocol, round_, device) is (CompiledTextCNN if loops else TextCNN)
    said = TEXT.computation(protocol, round_, device)
    assert said.startswith("whole network, maxima in bf")
    assert said.endswith(", compiled loops") == loops
    exact = TEXT.computation(replace(protocol, search="full"), round_, device)
    assert exact.startswith("whole network, maxima in full precision")


@EITHER
@pytest.mark.parametrize("round_", [9, 20])
def test_late_rounds_on_a_cpu_compute_survivors_alone(protocol: Protocol, round_: int) -> None:
    kind = CompiledSurvivorCNN if protocol.compiled else SurvivorCNN
    assert kind_of(protocol, round_, "cpu") is kind
    said = {True: "survivors alone, exact, compiled loops", False: "survivors alone, exact"}
    assert TEXT.computation(protocol, round_, "cpu") == said[protocol.compiled]


def missing(name: str) -> ModuleSpec | None:
    assert name == "numba"
    return None


def test_without_numba_runs_are_those_of_array_operations_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text, "find_spec", missing)
    with pytest.warns(UserWarning, match="Numba is not installed"):
        spec = full_model("c", "0" * 64, PROTOCOL, "a")
    assert spec.protocol == PLAIN
    assert full_model("c", "0" * 64, PROTOCOL, "a", device="cuda").protocol == PROTOCOL
    with pytest.warns(UserWarning):
        assert computable(Protocol.paper()).survivors_from == 9, "survivors pay later then"
    assert kind_of(PLAIN, 0, "cpu") is TextCNN
    with pytest.raises(InputError, match=r"pip install numba.*compiled=False"):
        kind_of(PROTOCOL, 0, "cpu")


def test_with_it_a_protocol_is_as_it_was() -> None:
    assert computable(PROTOCOL) is PROTOCOL
    assert computable(PLAIN) is PLAIN


def test_the_compiler_is_loaded_by_what_computes_alone() -> None:
    reading = "import sys, ltlib, ltlib.networks.text; sys.exit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", reading], check=True)
