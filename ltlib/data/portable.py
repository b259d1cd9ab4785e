"""A vocabulary as a script needs it to cut texts as SentencePiece does."""

import json
from typing import Any

from ltlib.data.normalisation import condensed, needed, rules_of
from ltlib.data.vocabulary import Vocabulary

FORMAT = 1  # raised when a script that reads this one could not read the next
SPACE = "▁"  # SentencePiece's sign for one, with which a word begins


def portable(vocabulary: Vocabulary) -> str:
    """JSON: `pieces` by id, in the order in which they were merged; the id of the `unknown`; and
    what is rewritten first, `rules` and `standing`, as `ltlib.data.normalisation.condensed` has it.

    Rules that could change no id are left out.
    """
    pieces, unknown = vocabulary.pieces, vocabulary.unknown
    ranks = vocabulary.scores
    assert ranks == sorted(ranks, reverse=True), "of two pairs the lower id is merged first"
    assert all(SPACE not in piece[1:] for piece in pieces), "no piece goes beyond a word"
    known = set("".join(piece for number, piece in enumerate(pieces) if number != unknown))
    rules, standing = condensed(needed(rules_of(vocabulary.model), known))
    held: dict[str, Any] = {
        "format": FORMAT,
        "pieces": pieces,
        "unknown": unknown,
        "rules": rules,
        "standing": standing,
    }
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")) + "\n"
