"""Altair, imported without what takes longest about it.

`jsonschema`, with which it checks charts, builds a grammar of internationalised addresses where
`rfc3987_syntax` is installed, as it is with JupyterLab: in a kernel that takes several times as
long as all else together. No chart has such an address. Altair is loaded once in a process, so that
the first to load it is the one to see to this.
"""

import sys

GRAMMAR = "rfc3987_syntax"

if GRAMMAR not in sys.modules:
    sys.modules[GRAMMAR] = None  # type: ignore[assignment]  # to an import: it is not installed
    try:
        import altair  # noqa: F401
    finally:
        del sys.modules[GRAMMAR]
