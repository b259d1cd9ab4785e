"""The text CNN as tickets train it: whole in early rounds, its survivors alone in late ones."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

import numpy as np
import torch
from torch import Tensor

from ltlib.data.vocabulary import Vocabulary
from ltlib.errors import InputError
from ltlib.networks.network import Architecture, Network, Stack
from ltlib.networks.precision import search_path
from ltlib.networks.stacked_text_cnn import StackedTextCNN
from ltlib.networks.survivor_cnn import SurvivorCNN
from ltlib.networks.text_cnn import TextCNN, build_model, connected_paths, initial_parameters
from ltlib.protocol import UNCOMPILED_SURVIVORS_FROM, Protocol
from ltlib.pruning import Masks


@dataclass(frozen=True)
class TextArchitecture(Architecture):
    """The paper's network (§4.2), computed in one of several ways with the same mathematics.

    Up to round `protocol.survivors_from` and on any device but a CPU the whole network is computed
    and what is pruned is held at zero; maxima are then searched in the precision of
    `protocol.search`. From that round on a CPU computes with survivors alone, exactly. On a CPU
    either is done by compiled loops, unless `protocol.compiled` says otherwise.

    Attributes:
        vocabulary: of the subwords that the rows of the embedding stand for. What reads texts needs
            it; what trains on encoded ones does not.
    """

    vocabulary: Vocabulary | None = None

    def initial_values(
        self, protocol: Protocol, generator: np.random.Generator
    ) -> dict[str, Tensor]:
        """Values of a `TextCNN` drawn anew (§4.3.1)."""
        return initial_parameters(protocol, generator)

    def network(
        self,
        protocol: Protocol,
        values: Mapping[str, Tensor],
        masks: Masks,
        round_: int,
        device: str,
    ) -> Network:
        """A `TextCNN` or what computes the same.

        Raises:
            InputError: compiled loops without what compiles them.
        """
        loops = protocol.compiled and device == "cpu"
        whole, survivors = _compiled_networks() if loops else (TextCNN, SurvivorCNN)
        if _survivors_alone(protocol, round_, device):
            return survivors(protocol, values, masks)
        return build_model(protocol, values, whole)

    def stack(
        self, protocol: Protocol, values: Sequence[Mapping[str, Tensor]], device: str
    ) -> Stack:
        """Whole networks, whatever the round."""
        return StackedTextCNN(protocol, values, device)

    def computation(self, protocol: Protocol, round_: int, device: str) -> str:
        """Whole or survivors alone, how maxima are searched, and by compiled loops or not."""
        loops = ", compiled loops" if protocol.compiled and device == "cpu" else ""
        if _survivors_alone(protocol, round_, device):
            return f"survivors alone, exact{loops}"
        search = search_path(protocol.search, torch.device(device))
        return f"whole network, maxima in {search}{loops}"

    def carried(self) -> dict[str, bytes]:
        """The vocabulary's SentencePiece model, if it has one."""
        return {} if self.vocabulary is None else {"vocabulary": self.vocabulary.model}

    def connected_paths(self, masks: Masks) -> int:
        """Paths from an embedding entry to a class."""
        return connected_paths(masks)


def _survivors_alone(protocol: Protocol, round_: int, device: str) -> bool:
    return round_ >= protocol.survivors_from and device == "cpu"


def _compiled_networks() -> tuple[type[TextCNN], type[SurvivorCNN]]:
    if find_spec("numba") is None:
        raise InputError(
            "compiled loops need a package that is not installed: pip install numba; or ask for "
            f"compiled=False with survivors_from={UNCOMPILED_SURVIVORS_FROM}, array operations"
        )
    # Here alone, so that what only reads networks does not load the compiler.
    from ltlib.networks.compiled_survivor_cnn import CompiledSurvivorCNN
    from ltlib.networks.compiled_text_cnn import CompiledTextCNN

    return CompiledTextCNN, CompiledSurvivorCNN


def computable(protocol: Protocol) -> Protocol:
    """`protocol` as this machine can compute it: without compiled loops where Numba is missing."""
    if not protocol.compiled or find_spec("numba") is not None:
        return protocol
    warnings.warn(
        "Numba is not installed: array operations compute in the place of compiled loops, several "
        "times slower, as other runs (`compiled` is false in their protocol)",
        stacklevel=2,
    )
    later = max(protocol.survivors_from, UNCOMPILED_SURVIVORS_FROM)
    return replace(protocol, compiled=False, survivors_from=later)
