"""What builds, prints and archives the book; run from the project's folder."""

import ltlib.light_jsonschema  # noqa: F401 - before a tool loads what checks notebooks
