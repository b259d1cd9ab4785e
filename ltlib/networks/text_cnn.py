"""The text CNN (§4.2), its initial values (§4.3.1) and the paths through it."""

import math
from collections.abc import Callable, Mapping
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from ltlib.networks.network import Network
from ltlib.networks.packing import ZERO_VECTOR, Packed
from ltlib.networks.pooling import exclude_crossing, max_pooled_convolutions, winning_windows
from ltlib.protocol import Protocol

CLASSES = 2
DROPOUT_LEVELS = 2**16  # dropout compares 16 random bits with its rate: exact to 1/65536


class Convolution(nn.Module):
    """Filters of one height: weight `[height, channels, embedding]`, bias `[channels]` (Eq. 3).

    `weight[j, c]` is row j of filter c, so that a product with all rows of all filters is one
    matrix product.
    """

    def __init__(self, height: int, channels: int, embedding_size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(height, channels, embedding_size))
        self.bias = nn.Parameter(torch.empty(channels))


class TextCNN(Network):
    """Embedding, convolutions of several heights, 1-max pooling, one hidden layer (§4.2).

    Reviews come packed: their subwords laid end to end, without pads between them. Windows never
    cross a border, so a prediction does not depend on the batch around it.
    """

    def __init__(self, protocol: Protocol) -> None:
        super().__init__()
        size, channels = protocol.embedding_size, protocol.channels
        self.embedding = nn.Embedding(protocol.vocabulary_size, size)
        self.convolutions = nn.ModuleList(Convolution(h, channels, size) for h in protocol.heights)
        self.hidden = nn.Linear(channels * len(protocol.heights), protocol.hidden_size)
        self.output = nn.Linear(protocol.hidden_size, CLASSES)
        self.dropout = protocol.dropout
        self.search = protocol.search

    def forward(self, batch: Packed, generator: np.random.Generator | None = None) -> Tensor:
        """Class scores `[reviews, 2]`.

        Args:
            batch: packed reviews, each at least as long as the highest filter.
            generator: draws dropout; None when evaluating.
        """
        return self._classes(self.pooled(batch, generator))

    def pooled(self, batch: Packed, generator: np.random.Generator | None) -> Tensor:
        """The largest response of each filter in each review, `[reviews, filters]`."""
        embedded = nn.functional.embedding(batch.tokens.clamp_min(0), self.embedding.weight)
        zero = batch.tokens == ZERO_VECTOR
        if bool(zero.any()):
            embedded = embedded.masked_fill(zero[:, None], 0.0)
        if generator is not None and self.dropout > 0:
            embedded = embedded * dropout_scale(embedded, self.dropout, generator)
        weights = [layer.weight for layer in self._layers()]
        return max_pooled_convolutions(embedded, weights, batch.offsets, self.search)

    @torch.no_grad()
    def scorer(self) -> Callable[[Packed], Tensor]:
        """Scores without dropout: a subword's products with the filters then depend on it alone,
        and are taken once for the whole vocabulary. A window sums `height` of them.
        """
        vocabulary = len(self.embedding.weight)  # also stands for the zero vector, added below
        extended = nn.functional.pad(self.embedding.weight, (0, 0, 0, 1))
        tables = [(extended @ layer.weight.mT).flatten(0, 1) for layer in self._layers()]
        shapes = [(len(layer.weight), layer.weight.shape[1]) for layer in self._layers()]

        def scores(batch: Packed) -> Tensor:
            tokens = batch.tokens.where(batch.tokens != ZERO_VECTOR, vocabulary)
            parts = []
            for (height, _), table in zip(shapes, tables, strict=True):
                rows = torch.arange(height, device=tokens.device) * (vocabulary + 1)
                windows = tokens.unfold(0, height, 1) + rows
                sums = nn.functional.embedding_bag(windows, table, mode="sum")
                parts.append(nn.functional.pad(sums, (0, 0, 0, height - 1)))
            responses = torch.cat(parts, dim=1)
            exclude_crossing(responses, batch.offsets, shapes)
            return self._classes(responses.gather(0, winning_windows(responses, batch.offsets)))

        return scores

    def _layers(self) -> list[Convolution]:
        return [cast(Convolution, layer) for layer in self.convolutions]

    def _classes(self, pooled: Tensor) -> Tensor:
        """Class scores from the filters' maxima `[reviews, filters]`, biases not yet added.

        max(relu(x + b)) = relu(max(x) + b): bias and non-linearity are taken once a filter.
        """
        features = torch.relu(pooled + torch.cat([layer.bias for layer in self._layers()]))
        scores: Tensor = self.output(torch.relu(self.hidden(features)))
        return scores


def dropout_scale(like: Tensor, rate: float, generator: np.random.Generator) -> Tensor:
    """Dropout's factors, 0 with probability `rate`, else 1 / (1 - rate) (Srivastava 2014).

    Drawn where `like` lies: on a GPU nothing waits for a copy.
    """
    if like.device.type == "cpu":
        number = like.new_empty(0).numpy().dtype.type
        factors = dropout_factors(like.numel(), rate, generator, number)
        return torch.from_numpy(factors).view_as(like)
    return kept_on_device(like, rate, generator).to(like.dtype).div_(1 - rate)


def kept_on_device(like: Tensor, rate: float, generator: np.random.Generator) -> Tensor:
    """What dropout keeps, drawn by the device's own generator from a seed of ours."""
    own = torch.Generator(like.device).manual_seed(int(generator.integers(2**63)))
    return torch.rand(like.shape, generator=own, device=like.device) >= rate


def dropout_factors(
    entries: int, rate: float, generator: np.random.Generator, number: type[np.floating]
) -> np.ndarray:
    """`dropout_scale` as an array `[entries]` of this kind of number."""
    kept = dropout_bits(entries, generator) >= round(rate * DROPOUT_LEVELS)
    return kept * (number(1) / number(1 - rate))


def dropout_bits(entries: int, generator: np.random.Generator) -> np.ndarray:
    """Sixteen random bits an entry, uint16 `[entries]`."""
    words = generator.integers(2**64, size=-(-entries // 4), dtype=np.uint64)
    return words.view(np.uint16)[:entries]


def build_model(
    protocol: Protocol, parameters: Mapping[str, Tensor], kind: type[TextCNN] = TextCNN
) -> TextCNN:
    """A `TextCNN`, of this kind, that holds copies of `parameters`."""
    model = kind(protocol)
    model.load_state_dict(dict(parameters))
    return model


def initialise(model: nn.Module, generator: np.random.Generator, protocol: Protocol) -> None:
    """Draw every parameter anew (§4.3.1).

    Embeddings from N(0, 1); weights uniform in ±√(6 / ((1 + a²) fan_in)) (Eq. 4; He et al. 2015);
    biases uniform in ±1/√fan_in, or 0 under `protocol.zero_biases`.
    """
    for layer in model.modules():
        if isinstance(layer, nn.Embedding):
            values = generator.standard_normal(tuple(layer.weight.shape), dtype=np.float32)
            _fill(layer.weight, values)
        elif isinstance(layer, Convolution | nn.Linear):
            fan_in = layer.weight.numel() // layer.bias.numel()
            bound = math.sqrt(6 / ((1 + protocol.he_slope**2) * fan_in))
            _fill_uniform(layer.weight, bound, generator)
            bias_bound = 0.0 if protocol.zero_biases else 1 / math.sqrt(fan_in)
            _fill_uniform(layer.bias, bias_bound, generator)


def _fill_uniform(parameter: Tensor, bound: float, generator: np.random.Generator) -> None:
    unit = generator.random(tuple(parameter.shape), dtype=np.float32)
    _fill(parameter, (2 * unit - 1) * np.float32(bound))


@torch.no_grad()
def _fill(parameter: Tensor, values: np.ndarray) -> None:
    parameter.copy_(torch.from_numpy(values))


def initial_parameters(protocol: Protocol, generator: np.random.Generator) -> dict[str, Tensor]:
    """Initial values of a `TextCNN`, by parameter name."""
    model = TextCNN(protocol)
    initialise(model, generator, protocol)
    return {name: parameter.detach() for name, parameter in model.named_parameters()}


def connected_paths(masks: Mapping[str, Tensor]) -> int:
    """Paths from an embedding entry to a class through surviving weights alone.

    Masks are boolean, by parameter name of a `TextCNN`. A network cut in two has none, whatever
    its accuracy says. Counted in Python's integers: there can be more than 2**63.
    """
    entries = _counts(masks["embedding.weight"].sum(0))  # [embedding]
    heights = [n for n in masks if n.startswith("convolutions.") and n.endswith(".weight")]
    into_features = np.concatenate(
        [_counts(masks[name].sum(0)) @ entries for name in heights]
    )  # [features]
    into_hidden = _counts(masks["hidden.weight"]) @ into_features
    return int((_counts(masks["output.weight"]) @ into_hidden).sum())


def _counts(tensor: Tensor) -> np.ndarray:
    return tensor.to(torch.int64).numpy().astype(object)
