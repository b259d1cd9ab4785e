"""The setting of a run: its corpus, its protocol, its device. Results of two have no mean."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from ltlib.errors import InputError
from ltlib.protocol import Protocol

if TYPE_CHECKING:  # `ltlib --help` knows settings, and waits for no table
    import pandas as pd

SCALES = ("smoke", "laptop", "paper")
DIGITS = 7  # of a hash, as people copy it


class Setting(NamedTuple):
    """What runs have in common that may be compared; the names are those of a table's columns.

    `protocol` is JSON: the fields that differ from the paper's.
    """

    corpus: str
    corpus_hash: str
    protocol: str
    device: str

    def label(self) -> str:
        """For people: each part with the digits that choose it."""
        corpus = f"corpus {self.corpus} ({self.corpus_hash[:DIGITS]})"
        protocol = f"protocol {protocol_label(self.protocol)} ({digest(self.protocol)})"
        return ", ".join([corpus, protocol] + [self.device] * (self.device != "cpu"))


class Wanted(NamedTuple):
    """Which settings are asked for; what is None leaves them all.

    A corpus goes by its name or the first digits of its hash, a protocol by the name of its scale
    or the first digits that `Setting.label` gives.
    """

    corpus: str | None = None
    protocol: str | None = None
    device: str | None = None

    def among(self, settings: Iterable[Setting]) -> list[Setting]:
        """Those of `settings` that are asked for.

        Raises:
            InputError: there are settings, and none of them is.
        """
        there = sorted(set(settings))
        chosen = [setting for setting in there if self._are(setting)]
        if there and not chosen:
            asked = ", ".join(f"{name} {word}" for name, word in self._asdict().items() if word)
            known = "; ".join(setting.label() for setting in there)
            raise InputError(f"no run of {asked}; there are runs of {known}")
        return chosen

    def _are(self, setting: Setting) -> bool:
        corpora = (setting.corpus, setting.corpus_hash)
        protocols = (protocol_label(setting.protocol), digest(setting.protocol))
        return (
            _names(self.corpus, *corpora)
            and _names(self.protocol, *protocols)
            and self.device in (None, setting.device)
        )


EVERY_SETTING = Wanted()


def _names(word: str | None, name: str, digits: str) -> bool:
    return word is None or word == name or (len(word) > 2 and digits.startswith(word))


def setting_of(row: Mapping[Any, Any]) -> Setting:
    """The setting of a row of a results table."""
    return Setting(*(str(row[column]) for column in Setting._fields))


def settings_of(results: "pd.DataFrame") -> list[Setting]:
    """The settings of a results table."""
    rows = results[list(Setting._fields)].drop_duplicates()
    return [setting_of(row) for row in rows.to_dict("records")]


def select(
    results: "pd.DataFrame",
    corpus: str | None = None,
    protocol: str | None = None,
    device: str | None = None,
) -> "pd.DataFrame":
    """The rows of a results table that are of a corpus, a protocol, a device: see `Wanted`.

    Raises:
        InputError: there are none.
    """
    chosen = set(Wanted(corpus, protocol, device).among(settings_of(results)))
    rows = results[list(Setting._fields)].to_dict("records")
    return results.loc[[setting_of(row) in chosen for row in rows]]


def protocol_label(text: str) -> str:
    """A protocol as the nearest scale, and what differs from that.

    Args:
        text: its JSON; of another version of ltlib it stays as it is.
    """
    try:
        fields = asdict(Protocol.from_differences(json.loads(text)))
    except (InputError, ValueError, TypeError):
        return text
    changes = [(_changes(fields, asdict(Protocol.named(scale))), scale) for scale in SCALES]
    changed, scale = min(changes, key=lambda pair: len(pair[0]))
    return scale + (f" with {', '.join(changed)}" if changed else "")


def _changes(fields: dict[str, object], scale: dict[str, object]) -> list[str]:
    differing = [name for name in fields if fields[name] != scale[name]]
    return [f"{name}={fields[name]}" for name in differing if name not in Protocol.MATRIX]


def digest(protocol: str) -> str:
    """Digits by which a protocol is called where its label would be long."""
    return hashlib.sha256(protocol.encode()).hexdigest()[:DIGITS]


def described(column: str, value: str) -> str:
    """A value of one of a setting's columns, for people, with the word that selects it."""
    if column == "protocol":
        return f"{protocol_label(value)} ({digest(value)})"
    return value[:DIGITS] if column == "corpus_hash" else value
