"""The reference: the same network trained as anyone would write it, dense and padded.

Shuffled batches padded to their longest review, windows on pads excluded, `nn.Conv1d`, autograd,
Adam, masks applied again after each step, evaluation by the same forward pass. Everything that
`ltlib.training` does faster is measured and checked against this.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from ltlib.networks.packing import Packed, PackedSplits
from ltlib.networks.pooling import exclude_crossing
from ltlib.networks.text_cnn import TextCNN, dropout_scale
from ltlib.protocol import Protocol
from ltlib.pruning import Masks

PAD = -1


class DenseTextCNN(nn.Module):
    """The text CNN of §4.2 on padded batches `[reviews, longest]`."""

    def __init__(self, protocol: Protocol) -> None:
        super().__init__()
        size, channels = protocol.embedding_size, protocol.channels
        self.embedding = nn.Embedding(protocol.vocabulary_size, size)
        self.dropout = nn.Dropout(protocol.dropout)
        self.convolutions = nn.ModuleList(nn.Conv1d(size, channels, h) for h in protocol.heights)
        self.hidden = nn.Linear(channels * len(protocol.heights), protocol.hidden_size)
        self.output = nn.Linear(protocol.hidden_size, 2)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Class scores `[reviews, 2]`; `tokens` int64, `PAD` beyond each of `lengths`."""
        embedded = self.dropout(self.embedding(tokens.clamp_min(0)))
        embedded = embedded.masked_fill((tokens == PAD)[:, :, None], 0.0).transpose(1, 2)
        pooled = []
        for convolution in self.convolutions:
            maps = torch.relu(convolution(embedded))
            ends = (
                torch.arange(maps.shape[2], device=maps.device)
                + tokens.shape[1]
                - maps.shape[2]
                + 1
            )
            on_pads = ends[None] > lengths[:, None]
            pooled.append(maps.masked_fill(on_pads[:, None], -torch.inf).amax(dim=2))
        return self.output(torch.relu(self.hidden(torch.cat(pooled, dim=1))))


class PackedAutograd(TextCNN):
    """`TextCNN` with its convolutions left to autograd: packed, and nothing else."""

    def forward(self, batch: Packed, generator: np.random.Generator | None = None) -> Tensor:
        """Class scores `[reviews, 2]`."""
        embedded = nn.functional.embedding(batch.tokens.clamp_min(0), self.embedding.weight)
        assert generator is not None
        embedded = embedded * dropout_scale(embedded, self.dropout, generator)
        pooled = []
        for layer in self._layers():
            maps = nn.functional.conv1d(embedded.T[None], layer.weight.permute(1, 2, 0))[0].T
            responses = nn.functional.pad(maps, (0, 0, 0, len(embedded) - len(maps))).clone()
            exclude_crossing(
                responses, batch.offsets, [(layer.weight.shape[0], layer.weight.shape[1])]
            )
            lengths = torch.from_numpy(np.diff(batch.offsets))
            pooled.append(torch.segment_reduce(responses, "max", lengths=lengths))
        return self._classes(torch.cat(pooled, dim=1))


def padded(batch: Packed) -> tuple[Tensor, Tensor]:
    """A packed batch as a padded one: tokens and lengths."""
    lengths = torch.from_numpy(np.diff(batch.offsets))
    parts = batch.tokens.split(lengths.tolist())
    tokens = nn.utils.rnn.pad_sequence(list(parts), batch_first=True, padding_value=PAD)
    return tokens, lengths.to(tokens.device)


def parameters_of(values: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`TextCNN`'s values as `nn.Conv1d` lays them out: `[channels, embedding, height]`."""
    return {
        name: value.permute(1, 2, 0) if value.dim() == 3 else value
        for name, value in values.items()
    }


def train_epoch(
    model: DenseTextCNN, masks: Masks, splits: PackedSplits, protocol: Protocol
) -> float:
    """One epoch and its validation pass; the validation accuracy."""
    optimizer = torch.optim.Adam(
        model.parameters(), lr=protocol.learning_rate, weight_decay=protocol.l2
    )
    device = next(model.parameters()).device
    held = {name: mask.to(device) for name, mask in parameters_of(masks).items()}
    model.train()
    for chosen in torch.randperm(len(splits.train)).split(protocol.batch_size):
        batch = splits.train.rows(chosen.numpy()).to(device)
        train_step(model, held, optimizer, batch)
    return evaluate(model, splits.validation, protocol.batch_size)


def train_step(
    model: DenseTextCNN, held: Masks, optimizer: torch.optim.Optimizer, batch: Packed
) -> float:
    """One update; the loss before it. `held`: masks laid out like the model's parameters."""
    loss = nn.functional.cross_entropy(model(*padded(batch)), batch.labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.mul_(held[name])
    return float(loss.detach())


@torch.no_grad()
def evaluate(model: DenseTextCNN, reviews: Packed, batch_size: int) -> float:
    """Accuracy on `reviews`, in their order."""
    model.eval()
    right = 0
    for chosen in np.array_split(np.arange(len(reviews)), -(-len(reviews) // batch_size)):
        batch = reviews.rows(chosen).to(next(model.parameters()).device)
        right += int((model(*padded(batch)).argmax(dim=1) == batch.labels).sum())
    return right / len(reviews)
