"""The products among which a filter's best window is searched, and how a machine computes them.

Where a maximum lies can be found in low precision; how large it is, cannot. bfloat16 keeps 8 bits
of each factor, so that two windows closer than about 1/200 may change places; the winner's value
and gradient are then computed in full precision.
"""

import torch
from torch import Tensor

from ltlib.protocol import Search

BLOCK = 256  # subwords


def search_products(embedded: Tensor, flat: Tensor, search: Search) -> Tensor:
    """Each subword's product with each filter row, `[total, filter rows]`.

    Args:
        embedded: `[total, embedding]`.
        flat: `[filter rows, embedding]`.
        search: "full" multiplies as given; "bfloat16" rounds factors and products to bfloat16.
    """
    if search == "full":
        return embedded @ flat.T
    if embedded.device.type != "cpu":
        return embedded.bfloat16() @ flat.bfloat16().T
    rounded, transposed = _whole_blocks(embedded), flat.bfloat16().T
    if not native_bfloat16(embedded.device):
        # The product of two bfloat16 numbers is exact in float32: only the order of sums differs.
        transposed = transposed.float()
    products = rounded.new_empty(len(rounded), len(flat))
    for block, to in zip(rounded.split(BLOCK), products.split(BLOCK), strict=True):
        to.copy_(block.to(transposed.dtype) @ transposed)
    return products[: len(embedded)]


def _whole_blocks(embedded: Tensor) -> Tensor:
    """`embedded` in bfloat16, with zeros up to a multiple of `BLOCK` rows.

    The library behind the product keeps the code it generates for each shape it meets, megabytes
    of it: so that products are of one shape.
    """
    total, size = embedded.shape
    rounded = embedded.new_empty(-(-total // BLOCK) * BLOCK, size, dtype=torch.bfloat16)
    rounded[:total].copy_(embedded)
    rounded[total:].zero_()
    return rounded


def native_bfloat16(device: torch.device) -> bool:
    """Whether `device` multiplies bfloat16 matrices in hardware, rather than slower than float32.

    On a CPU: AVX512-BF16 or AMX-BF16.
    """
    if device.type != "cpu":
        return True
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def search_path(search: Search, device: torch.device) -> str:
    """How maxima are searched on `device`, for people and for the record of a run."""
    if search == "full":
        return "full precision"
    return "bfloat16" if native_bfloat16(device) else "bfloat16, emulated in float32"
