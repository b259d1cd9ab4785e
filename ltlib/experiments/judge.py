"""A ticket of a domain reads a text."""

import torch

from ltlib.data.reviews import Reviews
from ltlib.data.vocabulary import Vocabulary
from ltlib.networks.packing import lay_out
from ltlib.networks.text_cnn import build_model
from ltlib.pruning import apply_masks
from ltlib.tickets import Ticket
from ltlib.training import scores_of


def judge(ticket: Ticket, vocabulary: Vocabulary, text: str) -> float:
    """Probability that `text` is positive, by the ticket as trained in its source domain."""
    values = ticket.trained or apply_masks(ticket.initial, ticket.masks)
    model = build_model(ticket.protocol, values)
    pieces = vocabulary.encode(text)[: ticket.protocol.max_length]
    tokens = torch.tensor(pieces, dtype=torch.int32)
    review = Reviews(tokens, torch.tensor([0, len(pieces)]), torch.zeros(1, dtype=torch.int64))
    scores = scores_of(model, lay_out(review, max(ticket.protocol.heights)))
    return float(scores.softmax(dim=1)[0, 1])
