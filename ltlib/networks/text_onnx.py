"""The text CNN as an ONNX model, of any number of reviews of any length.

The graph is written down here, not traced. How long a review is, it tells from the tokens, so that
a prediction depends neither on the batch around it nor on how far its row is filled up.
"""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from ltlib.errors import InputError
from ltlib.networks.packing import ZERO_VECTOR
from ltlib.protocol import Protocol

# In ONNX's own notation; of the version of its operators that runtimes know since 2022. Rows are
# filled up so far that every filter has a window even in a row of nothing.
GRAPH = """
<ir_version: 8, opset_import: ["": 17], producer_name: "ltlib">
ticket (int64[reviews, length] tokens) => (float[reviews] probability) {{
    read = Slice(tokens, begin, longest, across)
    filled = Pad(read, pads, zero_vector)
    is_zero = Equal(filled, zero_vector)
    is_word = Not(is_zero)
    words = Cast <to = 7> (is_word)
    found = ReduceSum(words, across)
    long = Max(found, shortest)             # a review as the network is given it
    end = Unsqueeze(long, across)           # [reviews, 1, 1]
    vectors = Gather(embedding, filled)     # [reviews, row, embedding]; -1 is its last row
    embedded = Transpose <perm = [0, 2, 1]> (vectors)
    size = Shape <start = 1, end = 2> (filled)
    row = Squeeze(size)
    behind = Add(row, step)
    {windows}
    pooled = Concat <axis = 1> ({pooled})
    features = Relu(pooled)
    linear = Gemm <transB = 1> (features, hidden_weight, hidden_bias)
    hidden = Relu(linear)
    scores = Gemm <transB = 1> (hidden, output_weight, output_bias)
    both = Softmax <axis = 1> (scores)
    probability = Gather <axis = 1> (both, positive)
}}
"""

# Of the filters of one height; a window counts if it ends where its review does, or before.
WINDOWS = """
    every_{i} = Conv(embedded, filters_{i}, bias_{i})
    ends_{i} = Range(height_{i}, behind, step)
    inside_{i} = LessOrEqual(ends_{i}, end)
    counted_{i} = Where(inside_{i}, every_{i}, never)
    pooled_{i} = ReduceMax <axes = [2], keepdims = 0> (counted_{i})
"""


def onnx_model(protocol: Protocol, values: Mapping[str, Tensor]) -> bytes:
    """A serialised ONNX model of the `TextCNN` with these values, by parameter name.

    Input `tokens`: int64 `[reviews, length]`, rows filled up with -1; of each the first
    `protocol.max_length` are read. Output `probability`, of a review's being positive: float32
    `[reviews]`.

    Raises:
        InputError: the package `onnx` is not installed.
    """
    try:
        from onnx import numpy_helper, parser
    except ImportError:
        raise InputError('ONNX needs a package more: pip install "ltlib[onnx]"') from None
    heights = range(len(protocol.heights))
    windows = "".join(WINDOWS.format(i=i) for i in heights)
    pooled = ", ".join(f"pooled_{i}" for i in heights)
    model = parser.parse_model(GRAPH.format(windows=windows, pooled=pooled))
    constants = _integers(protocol) | _parameters(protocol, values)
    for name, array in sorted(constants.items()):
        model.graph.initializer.append(numpy_helper.from_array(array, name))
    return model.SerializeToString()


def _integers(protocol: Protocol) -> dict[str, np.ndarray]:
    """Counts and places in the graph, int64: numbers `[]`, except what its operators want `[n]`."""
    shortest = max(protocol.heights)
    numbers = {"zero_vector": ZERO_VECTOR, "shortest": shortest, "step": 1, "positive": 1}
    numbers |= {f"height_{i}": height for i, height in enumerate(protocol.heights)}
    lists = {"begin": [0], "longest": [protocol.max_length], "across": [1]}
    lists |= {"pads": [0, 0, 0, shortest]}
    return {name: np.array(value, np.int64) for name, value in (numbers | lists).items()}


def _parameters(protocol: Protocol, values: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """The network's values, float32, laid out as ONNX's operators take them."""
    held = {name: value.numpy() for name, value in values.items()}
    found = {
        name.replace(".", "_"): held[name] for name in held if name[:6] in ("hidden", "output")
    }
    found["embedding"] = np.pad(held["embedding.weight"], ((0, 1), (0, 0)))  # the zero vector
    found["never"] = np.array(-np.inf, np.float32)
    for i in range(len(protocol.heights)):
        weight = held[f"convolutions.{i}.weight"]  # [height, channels, embedding]
        found[f"filters_{i}"] = np.ascontiguousarray(weight.transpose(1, 2, 0))
        found[f"bias_{i}"] = held[f"convolutions.{i}.bias"]
    return found
