"""The command that repeats a run of a store."""

import shlex
from dataclasses import replace
from itertools import product
from typing import Any

from ltlib.protocol import Protocol
from ltlib.results.settings import SCALES
from ltlib.strategies import CONTROL, MASKS_SHUFFLED, OBTAIN


def repeating_command(record: dict[str, Any], store: str) -> str:
    """The command that repeats the run of a `run.json`, with the runs it needs.

    A run of a protocol that no scale and reading give (changed in Python) is said to need one.
    """
    spec = record["spec"]
    protocol = Protocol.from_differences(spec["protocol"])
    found = _scale_and_reading(protocol)
    if found is None:
        return "repeat it from Python: ltlib.run with the protocol above"
    scale, reading = found
    source = record["provenance"].get("corpus_source", spec["corpus"])
    words = ["ltlib", "run", "--corpus", source, "--scale", scale]
    if protocol.split is not None and protocol.split != Protocol.named(scale).split:
        words += ["--split", "/".join(map(str, protocol.split))]
    asked = CONTROL if spec["strategy"] == MASKS_SHUFFLED else spec["experiment"]
    words += ["--experiment", asked]
    if spec["experiment"] == OBTAIN:
        words += ["--domains", spec["source"]]
    else:
        words += ["--pairs", f"{spec['source']}:{spec['target']}"]
    words += ["--replicates", str(spec["replicate"] + 1), "--rounds", str(spec["round"])]
    words += ["--seed", str(spec["seed"]), "--store", store]
    if reading != "tensor":
        words += ["--reading", reading]
    if device := spec.get("device"):
        words += ["--device", device]
    return shlex.join(words)


def _scale_and_reading(protocol: Protocol) -> tuple[str, str] | None:
    for scale, reading in product(SCALES, Protocol.READINGS):
        named = replace(Protocol.named(scale).read_as(reading), split=protocol.split)
        if named.differences() == protocol.differences():
            return scale, reading
    return None
