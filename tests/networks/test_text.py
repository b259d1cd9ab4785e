"""Which of its ways the text CNN is computed in, and what is said of it."""

import subprocess
import sys
from dataclasses import replace

import pytest

from ltlib.errors import InputError
from ltlib.networks import text
from ltlib.networks.compiled_survivor_cnn import CompiledSurvivorCNN
from ltlib.networks.compiled_text_cnn import CompiledTextCNN
from ltlib.networks.survivor_cnn import SurvivorCNN
from ltlib.networks.text_cnn import TextCNN
from ltlib.protocol import Protocol
from ltlib.pruning import full_masks
from ltlib.streams import stream
from tests.support import tiny
from tests.support.tiny import TEXT

PLAIN = replace(tiny.PROTOCOL, survivors_from=9)
PROTOCOL = replace(PLAIN, compiled=True)
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


def test_without_numba_compiled_loops_are_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> None:
        assert name == "numba"

    monkeypatch.setattr(text, "find_spec", missing)
    with pytest.raises(InputError, match=r'pip install "ltlib\[compiled\]"'):
        kind_of(PROTOCOL, 0, "cpu")
    assert kind_of(PLAIN, 0, "cpu") is TextCNN


def test_the_compiler_is_loaded_by_what_computes_alone() -> None:
    reading = "import sys, ltlib, ltlib.networks.text; sys.exit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", reading], check=True)
