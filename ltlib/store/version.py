"""Which version of the spec wrote a store: runs of two versions are never mixed."""

import json
from pathlib import Path
from typing import Any

from ltlib.errors import InputError
from ltlib.paths import replace_into, writing
from ltlib.spec import SPEC_VERSION

MARKER = "store.json"


def check_version(store: Path) -> None:
    """Refuse a store that another version of the spec wrote; if it is not marked, its runs say.

    Raises:
        InputError: another version, or a marker that cannot be read.
    """
    marker = store / MARKER
    try:
        version = json.loads(marker.read_bytes())["spec_version"]
    except FileNotFoundError:
        found = map(_version_of, store.glob("[!.]*/run.json"))
        version = next((v for v in found if v != SPEC_VERSION), SPEC_VERSION)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{marker}: cannot be read ({error}); remove it") from None
    if version != SPEC_VERSION:
        raise InputError(
            f"{store}: a store of spec_version {version}, this ltlib has {SPEC_VERSION}; "
            "use another store, or the ltlib that wrote this one"
        )


def check_run(place: Path, version: Any) -> None:
    """Refuse a run of another version that was put into a store of this one.

    Raises:
        InputError: it is of another version.
    """
    if version != SPEC_VERSION:
        raise InputError(
            f"{place}: a run of spec_version {version}, this ltlib has {SPEC_VERSION}; "
            "it does not belong in this store: remove it"
        )


def write_version(store: Path) -> None:
    """Mark a store as of this version of the spec.

    Raises:
        InputError: the store cannot be written.
    """
    with writing(store), replace_into(store / MARKER) as temporary:
        temporary.write_text(json.dumps({"spec_version": SPEC_VERSION}) + "\n", encoding="utf-8")


def _version_of(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())["spec"]["spec_version"]
    except (OSError, ValueError, KeyError, TypeError):
        return SPEC_VERSION  # its damage is found when it is read
