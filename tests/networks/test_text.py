"""Which of its two ways the text CNN is computed in, and what is said of it."""

from dataclasses import replace

import pytest

from ltlib.networks.survivor_cnn import SurvivorCNN
from ltlib.networks.text_cnn import TextCNN
from ltlib.pruning import full_masks
from ltlib.streams import stream
from tests.support import tiny
from tests.support.tiny import TEXT

PROTOCOL = replace(tiny.PROTOCOL, survivors_from=9)


@pytest.mark.parametrize(("round_", "device"), [(0, "cpu"), (8, "cpu"), (8, "cuda"), (9, "cuda")])
def test_early_rounds_and_gpus_compute_the_whole_network(round_: int, device: str) -> None:
    values = TEXT.initial_values(PROTOCOL, stream(0, "t"))
    network = TEXT.network(PROTOCOL, values, full_masks(values), round_, device)
    assert isinstance(network, TextCNN)
    assert TEXT.computation(PROTOCOL, round_, device).startswith("whole network, maxima in bf")
    exact = replace(PROTOCOL, search="full")
    assert TEXT.computation(exact, round_, device) == "whole network, maxima in full precision"


@pytest.mark.parametrize("round_", [9, 20])
def test_late_rounds_on_a_cpu_compute_survivors_alone(round_: int) -> None:
    values = TEXT.initial_values(PROTOCOL, stream(0, "t"))
    network = TEXT.network(PROTOCOL, values, full_masks(values), round_, "cpu")
    assert isinstance(network, SurvivorCNN)
    assert TEXT.computation(PROTOCOL, round_, "cpu") == "survivors alone, exact"
