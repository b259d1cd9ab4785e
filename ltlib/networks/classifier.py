"""From the filters' maxima to the loss (§4.2) and back, by hand.

A network this small keeps autograd busier with its graph than with its products. The operations
are autograd's own, one for one, so that the bits are those of `TextCNN`.
"""

from typing import NamedTuple

import torch
from torch import Tensor

threshold_backward = torch.ops.aten.threshold_backward  # of relu, from what it gave
log_softmax_backward = torch.ops.aten._log_softmax_backward_data
nll_loss_forward = torch.ops.aten.nll_loss_forward
nll_loss_backward = torch.ops.aten.nll_loss_backward
MEAN, NO_CLASS_LEFT_OUT = 1, -100  # autograd's own numbers for how a loss is reduced


class Layers(NamedTuple):
    """What comes after 1-max pooling, or the gradient of it.

    Attributes:
        bias: `[filters]`, of all convolutions.
        hidden_weight: `[hidden, filters]`.
        hidden_bias: `[hidden]`.
        output_weight: `[classes, hidden]`.
        output_bias: `[classes]`.
    """

    bias: Tensor
    hidden_weight: Tensor
    hidden_bias: Tensor
    output_weight: Tensor
    output_bias: Tensor


class Activations(NamedTuple):
    """What the layers gave, `[reviews, filters]`, `[reviews, hidden]` and `[reviews, classes]`."""

    features: Tensor
    hidden: Tensor
    scores: Tensor


def activations(pooled: Tensor, layers: Layers) -> Activations:
    """Of the filters' maxima `[reviews, filters]`, the convolutions' biases not yet added."""
    features = torch.relu_(pooled + layers.bias)
    hidden = torch.relu_(torch.addmm(layers.hidden_bias, features, layers.hidden_weight.T))
    return Activations(
        features, hidden, torch.addmm(layers.output_bias, hidden, layers.output_weight.T)
    )


def gradients(given: Tensor, found: Activations, layers: Layers, onto: Layers) -> Tensor:
    """That of the maxima, given that of the scores `[reviews, classes]`; those of the layers are
    written `onto` tensors of their shapes.
    """
    features, hidden, _ = found
    onto_hidden = threshold_backward(given.mm(layers.output_weight), hidden, 0)
    onto_pooled: Tensor = threshold_backward(onto_hidden.mm(layers.hidden_weight), features, 0)
    torch.sum(onto_pooled, 0, out=onto.bias)
    torch.mm(onto_hidden.T, features, out=onto.hidden_weight)
    torch.sum(onto_hidden, 0, out=onto.hidden_bias)
    torch.mm(given.T, hidden, out=onto.output_weight)
    torch.sum(given, 0, out=onto.output_bias)
    return onto_pooled


def cross_entropy(scores: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The mean over reviews, and its gradient by the scores `[reviews, classes]`."""
    logarithms = torch.log_softmax(scores, 1)
    how = (None, MEAN, NO_CLASS_LEFT_OUT)
    loss, weight = nll_loss_forward(logarithms, labels, *how)
    onto = nll_loss_backward(torch.ones_like(loss), logarithms, labels, *how, weight)
    return loss, log_softmax_backward(onto, logarithms, 1, scores.dtype)
