"""The architectures of ltlib, by the name that a ticket's file gives them."""

from collections.abc import Mapping

from ltlib.data.vocabulary import Vocabulary
from ltlib.errors import InputError
from ltlib.networks.network import Architecture
from ltlib.networks.text import TextArchitecture


def known_architecture(name: str, carried: Mapping[str, bytes]) -> Architecture:
    """The architecture called `name`, made again from what it carried (`Architecture.carried`).

    Raises:
        InputError: ltlib has none of this name.
    """
    if name == TextArchitecture.__name__:
        model = carried.get("vocabulary")
        return TextArchitecture(None if model is None else Vocabulary(model))
    raise InputError(f"a ticket of {name}, which ltlib does not have; load it with `architecture`")
