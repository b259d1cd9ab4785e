"""jsonschema, imported without what takes longest about it.

What checks charts and notebooks loads it; and where `rfc3987_syntax` is installed, as it is with
JupyterLab, it builds a grammar of internationalised addresses, which takes a process longer than
all else that it loads. No chart and no notebook has such an address. A module is loaded once in a
process, so that the first to load this one is the one to see to it.
"""

import sys

GRAMMAR = "rfc3987_syntax"

if GRAMMAR not in sys.modules:
    sys.modules[GRAMMAR] = None  # type: ignore[assignment]  # to an import: it is not installed
    try:
        import jsonschema  # noqa: F401
    finally:
        del sys.modules[GRAMMAR]
