"""Encoded reviews as tensors."""

from dataclasses import dataclass

from torch import Tensor

from ltlib.data.splits import SPLITS


@dataclass(frozen=True)
class Reviews:
    """Encoded reviews, end to end.

    Attributes:
        tokens: int32 `[total]`, subword ids.
        offsets: int64 `[n + 1]`; review i is `tokens[offsets[i]:offsets[i + 1]]`, never empty.
        labels: int64 `[n]`, 0 negative, 1 positive.
    """

    tokens: Tensor
    offsets: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Splits:
    """The encoded reviews of one domain."""

    train: Reviews
    validation: Reviews
    test: Reviews

    def named(self) -> dict[str, Reviews]:
        """The three by name, in order."""
        return {split: getattr(self, split) for split in SPLITS}
