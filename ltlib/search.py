"""The products among which a filter's best window is searched, and how a machine computes them.

Where a maximum lies can be found in low precision; how large it is, cannot. bfloat16 keeps 8 bits
of each factor, so that two windows closer than about 1/200 may change places; the winner's value
and gradient are then computed in full precision.
"""

from typing import Literal

import torch
from torch import Tensor

Search = Literal["bfloat16", "full"]


def search_products(embedded: Tensor, flat: Tensor, search: Search) -> Tensor:
    """Each subword's product with each filter row, `[total, filter rows]`.

    Args:
        embedded: `[total, embedding]`.
        flat: `[filter rows, embedding]`.
        search: "full" multiplies as given; "bfloat16" rounds factors and products to bfloat16.
    """
    if search == "full":
        return embedded @ flat.T
    factors = embedded.bfloat16(), flat.bfloat16().T
    if native_bfloat16(embedded.device):
        return factors[0] @ factors[1]
    # The product of two bfloat16 numbers is exact in float32: only the order of sums differs.
    return (factors[0].float() @ factors[1].float()).bfloat16()


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
