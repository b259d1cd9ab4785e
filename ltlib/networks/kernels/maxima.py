"""1-max pooling (Eq. 3) over products that are there: each filter's earliest best window.

A loop over filters inside one over windows reads and writes every best at every window. LLVM's
vectors keep those of some filters in registers while all windows of a review pass by; a machine
whose registers are narrower takes several for one vector, and the bits stay the same.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ltlib.networks.kernels.compiled import compiled
from ltlib.networks.kernels.lanes import everywhere

MANY, SOME = 32, 8  # filters at once; of fewer, one


def _pass_windows(lanes: int) -> Callable[..., Any]:
    """A loop's own: let windows pass by `lanes` filters of one convolution, which lie side by side.

    Its arguments are those of `pass_windows`, arrays contiguous, its numbers as one tuple; `column`
    and `at` are of the first of these filters.
    """

    def typed(typing: Any, products: Any, words: Any, numbers: Any, best: Any, winners: Any) -> Any:
        def loop(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _loop(context, builder, signature, arguments, lanes)

        return types.void(products, words, types.UniTuple(types.intp, 7), best, winners), loop

    made: Callable[..., Any] = intrinsic(typed)
    return made


pass_many, pass_some, pass_one = _pass_windows(MANY), _pass_windows(SOME), _pass_windows(1)


@compiled
def pass_windows(
    products: np.ndarray, words: np.ndarray, first: int, window: int, count: int, column: int,
    channels: int, height: int, best: np.ndarray, winners: np.ndarray, at: int,
) -> None:  # fmt: skip
    """Let windows of a review pass by the filters of a convolution: write to each filter's best
    those that are better than it.

    Args:
        products: `[words, filter rows]`, each word's with each row of each filter; numbers, or
            bfloat16 as its bits, uint16.
        words: int64, whose products each position takes.
        first: of them, where the first window begins.
        window: its number.
        count: of windows, one after the other.
        column: where the rows of the convolution begin, those of the same place side by side.
        channels: how many filters it has.
        height: of the windows.
        best: written: responses.
        winners: int32, written: numbers of windows.
        at: where the convolution's lie, counted through both.
    """
    lanes = MANY if channels >= MANY else SOME if channels >= SOME else 1
    for left in range(0, channels, lanes):
        # The last ones may have seen the windows before: none is better than their best then.
        channel = min(left, channels - lanes)
        here = (first, window, count, column + channel, channels, height, at + channel)
        if lanes == MANY:
            pass_many(products, words, here, best, winners)
        elif lanes == SOME:
            pass_some(products, words, here, best, winners)
        else:
            pass_one(products, words, here, best, winners)


@compiled
def best_windows(
    products: np.ndarray, words: np.ndarray, offsets: np.ndarray, heights: np.ndarray,
    begin: int, end: int, winners: np.ndarray, best: np.ndarray,
) -> None:  # fmt: skip
    """Of the windows that begin at positions from `begin` to before `end`, in order: write to each
    filter's best those that are better than it.

    Args:
        products: as `pass_windows` takes them.
        words: from position `begin` on.
        offsets: int64 `[reviews + 1]`.
        heights: int64 `[convolutions]`, of as many filters each.
        winners: int32 `[reviews, filters]`, written: counted from the review's first window.
        best: `[reviews, filters]`, written: the responses there.
    """
    filters = winners.shape[1]
    channels = filters // len(heights)
    for review in range(len(offsets) - 1):
        column = 0
        for convolution in range(len(heights)):
            height = heights[convolution]
            place = max(offsets[review], begin)
            pass_windows(
                products, words, place - begin, place - offsets[review],
                min(offsets[review + 1] - height + 1, end) - place, column, channels, height,
                best, winners, review * filters + convolution * channels,
            )  # fmt: skip
            column += height * channels


def _loop(context: Any, builder: Any, signature: Any, arguments: Any, lanes: int) -> Any:
    products, words, best, winners = (
        context.make_array(signature.args[i])(context, builder, arguments[i]) for i in (0, 1, 3, 4)
    )
    first, window, count, column, channels, height, at = cgutils.unpack_tuple(
        builder, arguments[2], 7
    )
    width = cgutils.unpack_tuple(builder, products.shape, 2)[1]
    given, number = signature.args[0].dtype, signature.args[3].dtype
    index = ir.IntType(64)
    terms, numbers, whole = (
        ir.VectorType(one, lanes)
        for one in (
            context.get_value_type(given), context.get_value_type(number), ir.IntType(32)
        )
    )  # fmt: skip

    def place(data: Any, begin: Any, vector: Any) -> Any:
        return builder.bitcast(builder.gep(data, [begin]), vector.as_pointer())

    def term(begin: Any) -> Any:
        """Bfloat16, given as its bits, is the upper half of a float32."""
        found = builder.load(place(products.data, begin, terms), align=given.bitwidth // 8)
        if given != types.uint16:
            return found
        upper = builder.shl(builder.zext(found, whole), ir.Constant(whole, [16] * lanes))
        return builder.bitcast(upper, numbers)

    # Where a vector begins is not said: each is aligned as a number is.
    kept = [
        (place(best.data, at, numbers), number.bitwidth // 8),
        (place(winners.data, at, whole), 4),
    ]
    largest, where = (
        cgutils.alloca_once_value(builder, builder.load(target, align=align))
        for target, align in kept
    )
    response = cgutils.alloca_once(builder, numbers)
    with cgutils.for_range(builder, count, intp=index) as outer:
        builder.store(ir.Constant(numbers, None), response)
        begin = builder.add(first, outer.index)
        with cgutils.for_range(builder, height, intp=index) as inner:
            word = builder.load(builder.gep(words.data, [builder.add(begin, inner.index)]))
            row = builder.add(column, builder.mul(inner.index, channels))
            found = term(builder.add(builder.mul(word, width), row))
            builder.store(builder.fadd(builder.load(response), found), response)
        here = builder.trunc(builder.add(window, outer.index), ir.IntType(32))
        better = builder.fcmp_ordered(">", builder.load(response), builder.load(largest))
        for new, old in (
            (builder.load(response), largest), (everywhere(builder, here, whole), where)
        ):  # fmt: skip
            builder.store(builder.select(better, new, builder.load(old)), old)
    for (target, align), found in zip(kept, (largest, where), strict=True):
        builder.store(builder.load(found), target, align=align)
    return context.get_dummy_value()
