"""The command that repeats a run of a store."""

import json
import shlex
from dataclasses import asdict
from typing import Any

from ltlib.cli.words import ELSEWHERE
from ltlib.protocol import Protocol
from ltlib.results.settings import SCALES
from ltlib.strategies import (
    CONTROL,
    FULL_MODEL,
    MASKS_RESET,
    MASKS_STRATEGIES,
    OBTAIN,
    RESET,
    TICKET_RESET,
)


def repeating_command(record: dict[str, Any], store: str) -> str:
    """The command that repeats the run of a `run.json`, with the runs it needs."""
    spec = record["spec"]
    protocol = Protocol.from_differences(spec["protocol"])
    scale, changes = _scale_and_changes(protocol)
    source = record["provenance"].get("corpus_source", spec["corpus"])
    words = ["ltlib", "run", "--corpus", source, "--scale", scale]
    if protocol.split != Protocol.named(scale).split:
        words += ["--split", "/".join(map(str, protocol.split)) if protocol.split else "all"]
    for field, value in changes.items():
        words += ["--set", f"{field}={json.dumps(value)}"]
    control = spec["experiment"] == OBTAIN and spec["strategy"] in MASKS_STRATEGIES
    reset = spec["strategy"] in (FULL_MODEL, TICKET_RESET, MASKS_RESET)
    asked = CONTROL if control else RESET if reset else spec["experiment"]
    words += ["--experiment", asked]
    if spec["experiment"] == OBTAIN:
        words += ["--domains", spec["source"]]
    else:
        words += ["--pairs", f"{spec['source']}:{spec['target']}"]
    for option in ("replicate", "round"):
        words += [f"--{option}s", f"{spec[option]}-{spec[option]}"]
    words += ["--seed", str(spec["seed"]), "--store", store]
    if device := spec.get("device"):
        words += ["--device", device]
    return shlex.join(words)


def _scale_and_changes(protocol: Protocol) -> tuple[str, dict[str, Any]]:
    """The nearest scale, and the fields that `--set` changes in it."""
    wanted = asdict(protocol)
    found = []
    for scale in SCALES:
        named = asdict(Protocol.named(scale))
        changes = {k: v for k, v in wanted.items() if k not in ELSEWHERE and v != named[k]}
        found.append((scale, changes))
    return min(found, key=lambda pair: len(pair[1]))
