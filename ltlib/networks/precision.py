"""The products among which a filter's best window is searched, and how a machine computes them.

Where a maximum lies can be found in low precision; how large it is, cannot. bfloat16 keeps 8 bits
of each factor, so that two windows closer than about 1/200 may change places; the winner's value
and gradient are then computed in full precision.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from ltlib.protocol import Search

BLOCK = 256  # subwords
FEW_ROWS = 1000  # of filters: the products of two blocks then stay in a core's cache


def search_products(embedded: Tensor, flat: Tensor, search: Search) -> Tensor:
    """Each subword's product with each filter row, `[total, filter rows]`.

    Args:
        embedded: `[total, embedding]`.
        flat: `[filter rows, embedding]`.
        search: "full" multiplies as given; "bfloat16" rounds factors and products to bfloat16.
    """
    if search == "bfloat16" and embedded.device.type != "cpu":
        return embedded.bfloat16() @ flat.bfloat16().T
    products = [products for _, _, products in product_blocks(embedded, flat, search)]
    return torch.cat(products)[: len(embedded)]


def stacked_products(embedded: Tensor, flat: Tensor, search: Search) -> Tensor:
    """`search_products` of several networks at once, `[networks, total, filter rows]`.

    Args:
        embedded: `[networks, total, embedding]`.
        flat: `[networks, filter rows, embedding]`.
    """
    if search == "full":
        return torch.bmm(embedded, flat.mT)
    rounded, rows = embedded.bfloat16(), flat.bfloat16().mT
    if not native_bfloat16(embedded.device):
        rounded, rows = rounded.float(), rows.float()
    return torch.bmm(rounded, rows).bfloat16()


def product_blocks(
    embedded: Tensor, flat: Tensor, search: Search, overlap: int = 0
) -> Iterator[tuple[int, int, Tensor]]:
    """The same on a CPU, some subwords at a time: to be used while they are in its cache.

    In bfloat16 a block has `block_size` subwords, the last one perhaps a half or a quarter of them,
    of which the last are nobody's: the library behind the product keeps the code it generates for
    each shape, megabytes of it.

    Args:
        overlap: subwords at the end of a block with which the next begins again.

    Yields:
        Where a block begins, where the next one does, and the products of its subwords.
    """
    if search == "full":
        yield 0, len(embedded), embedded @ flat.T
        return
    transposed = flat.bfloat16().T
    if not native_bfloat16(embedded.device):
        # The product of two bfloat16 numbers is exact in float32: only the order of sums differs.
        transposed = transposed.float()
    size = block_size(len(flat))
    block = transposed.new_zeros(size, embedded.shape[1])
    for begin in range(0, len(embedded), size - overlap):
        part = embedded[begin : begin + size]
        block[: len(part)] = part if block.dtype == torch.bfloat16 else part.bfloat16()
        enough = next(rows for rows in (size // 4, size // 2, size) if rows >= len(part))
        yield begin, begin + size - overlap, (block[:enough] @ transposed).bfloat16()


def block_size(filter_rows: int) -> int:
    """How many subwords are multiplied at once: of few products, more."""
    return BLOCK if filter_rows > FEW_ROWS else 2 * BLOCK


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
