"""A sparse row times a dense block, many positions at once.

A loop over positions inside one over weights reads and writes every sum at every weight. LLVM's
vectors keep the sums in registers; a machine whose registers are narrower takes several for one
vector, and the bits stay the same.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 64  # positions in a block
VECTOR = 16  # positions in one of LLVM's vectors: 512 bits of float32


def _row_products(lanes: int) -> Callable[..., Any]:
    """A loop's own: add Σ `weights[j]` · `block[rows[j]]`, j from `begin` to `end`, to `sums` from
    `at` on, in the first `lanes` positions.

    Its arguments are `sums`, contiguous and at least `at + lanes` long; `at`; `block`, contiguous,
    `[any, LANES]`, of the same type; `rows`, contiguous and unsigned; `weights`, contiguous, of the
    type of `sums`; `begin` and `end`.
    """

    def typed(
        typing: Any, sums: Any, at: Any, block: Any, rows: Any, weights: Any, begin: Any, end: Any
    ) -> Any:
        def loop(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _loop(context, builder, signature, arguments, lanes)

        place = types.intp
        return types.void(sums, place, block, rows, weights, place, place), loop

    made: Callable[..., Any] = intrinsic(typed)
    return made


add_row_products = _row_products(LANES)
add_half_row_products = _row_products(LANES // 2)


def _loop(context: Any, builder: Any, signature: Any, arguments: Any, lanes: int) -> Any:
    sums, block, rows, weights = (
        context.make_array(signature.args[i])(context, builder, arguments[i]).data
        for i in (0, 2, 3, 4)
    )
    at, begin, end = arguments[1], arguments[5], arguments[6]
    number = signature.args[0].dtype
    index, vector = ir.IntType(64), ir.VectorType(context.get_value_type(number), VECTOR)
    parts = [index(first) for first in range(0, lanes, VECTOR)]
    held = [cgutils.alloca_once_value(builder, ir.Constant(vector, None)) for _ in parts]

    def place(array: Any, first: Any, part: Any) -> Any:
        found = builder.gep(builder.gep(array, [first]), [part])
        return builder.bitcast(found, vector.as_pointer())

    align = number.bitwidth // 8  # where a vector begins is not said
    for sum_ in held:
        builder.store(ir.Constant(vector, None), sum_)
    with cgutils.for_range_slice(builder, begin, end, index(1), intp=index) as (j, _):
        row = builder.zext(builder.load(builder.gep(rows, [j])), index)
        weight = everywhere(builder, builder.load(builder.gep(weights, [j])), vector)
        for part, sum_ in zip(parts, held, strict=True):
            line = builder.load(place(block, builder.mul(row, index(LANES)), part), align=align)
            builder.store(builder.fadd(builder.load(sum_), builder.fmul(weight, line)), sum_)
    for part, sum_ in zip(parts, held, strict=True):
        target = place(sums, at, part)
        added = builder.fadd(builder.load(target, align=align), builder.load(sum_))
        builder.store(added, target, align=align)
    return context.get_dummy_value()


def everywhere(builder: Any, value: Any, vector: Any) -> Any:
    """A vector with `value` in every place."""
    undefined, lane = ir.Constant(vector, ir.Undefined), ir.IntType(32)
    first = builder.insert_element(undefined, value, lane(0))
    zeros = ir.Constant(ir.VectorType(lane, vector.count), [0] * vector.count)
    return builder.shuffle_vector(first, undefined, zeros)
