"""The command that repeats a run plans that run again, whatever it was."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ltlib.cli import run as command
from ltlib.cli.commands import cli
from ltlib.cli.repeat import repeating_command
from ltlib.data.corpus import load_corpus
from ltlib.experiments.tasks import plan_experiment
from ltlib.protocol import Protocol
from ltlib.spec import RunSpec
from tests.support.data_helpers import write_folder

PROTOCOL = replace(Protocol.smoke(), split=(120, 60, "rest"))


def test_every_run_is_among_those_its_command_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "c", ("ants", "bees"), 400)
    corpus = load_corpus(str(folder), PROTOCOL)
    asked: list[list[RunSpec]] = []

    def record(specs: list[RunSpec], *given: Any) -> Any:
        asked.append(specs)
        return command.Report()

    monkeypatch.setattr(command, "execute", record)
    monkeypatch.setattr(command.torch.cuda, "is_available", lambda: True)
    plans = [plan_experiment(corpus, PROTOCOL, "control", seed=3)]
    plans += [plan_experiment(corpus, PROTOCOL, "control", ["bees"], device="cuda")]
    odd = replace(PROTOCOL, split=None, heights=(2, 3), patience=2, search="full", compiled=False)
    other = load_corpus(str(folder), odd)
    plans += [plan_experiment(other, odd, "reset")]
    plans += [
        plan_experiment(corpus, PROTOCOL.read_as(name), "reset") for name in Protocol.READINGS
    ]
    kinds = {
        (s.experiment, s.strategy, s.round, s.device, s.protocol): s for plan in plans for s in plan
    }
    for spec in kinds.values():
        record_of = {"spec": spec.canonical(), "provenance": {"corpus_source": str(folder)}}
        words = shlex.split(repeating_command(record_of, str(tmp_path / "s")))
        assert words[0] == "ltlib"
        done = CliRunner().invoke(cli, words[1:], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert spec.hash in {other.hash for other in asked[-1]}, spec.label()
        alone = spec.strategy in ("full-model", "ticket-reset") or spec.experiment == "transfer"
        if alone and "random" not in spec.strategy:
            assert not any("random" in other.strategy for other in asked[-1]), "nobody asked"
