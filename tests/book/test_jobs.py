"""The job files of the book: they parse, and what they call exists."""

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from ltlib.cli.commands import cli
from tests.support.project import ROOT

PAGE = ROOT / "book" / "cluster.md"
JOBS = sorted((ROOT / "book" / "jobs").iterdir())
SCRIPTS = [path for path in JOBS if path.suffix == ".sh"]


def commands(text: str, program: str) -> list[list[str]]:
    """The words of each call of `program`, over continued lines."""
    joined = re.sub(r"\\\n\s*", " ", text)
    found = re.findall(rf"^\s*{program} ([a-z]+ .*?)(?: &)?$", joined, re.MULTILINE)
    found += re.findall(rf"srun .* {program} ([a-z]+ .*?)(?: &)?$", joined, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in found]


def assert_known(words: list[str], command: click.Command) -> None:
    options = {name for p in command.params for name in (*p.opts, *p.secondary_opts)}
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert given and given <= options, given - options


def assert_ltlib(words: list[str]) -> None:
    assert isinstance(cli, click.Group)
    assert_known(words[1:], cli.commands[words[0]])


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_bash_and_call_what_exists(path: Path) -> None:
    done = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    text = path.read_text()
    called = commands(text, "ltlib")
    assert called
    for words in called:
        assert_ltlib(words)
    assert re.findall(r"^#SBATCH --\S+", text, re.MULTILINE)


def test_ray_is_started_with_options_it_has() -> None:
    from ray.scripts.scripts import start

    called = commands((ROOT / "book" / "jobs" / "slurm-ray.sh").read_text(), "ray")
    starts = [words for words in called if words[0] == "start"]
    assert len(starts) == 2, "the head and the others"
    for words in starts:
        assert_known(words[1:], start)


def test_the_rayjob_is_what_the_operator_reads() -> None:
    claim, job = yaml.safe_load_all((ROOT / "book" / "jobs" / "kuberay.yaml").read_text())
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    words = shlex.split(job["spec"]["entrypoint"])
    assert words[0] == "ltlib"
    assert_ltlib(words[1:])
    cluster = job["spec"]["rayClusterSpec"]
    head = cluster["headGroupSpec"]["template"]["spec"]
    workers = cluster["workerGroupSpecs"][0]["template"]["spec"]
    assert head["containers"][0]["image"] == workers["containers"][0]["image"]
    mounted = {m["name"]: m["mountPath"] for m in head["containers"][0]["volumeMounts"]}
    volume = head["volumes"][0]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    store = words[words.index("--store") + 1]
    assert store.startswith(mounted[volume["name"]] + "/"), "the store outlives the pod"


def test_the_page_shows_every_file_and_calls_what_exists() -> None:
    text = PAGE.read_text()
    shown = set(re.findall(r"\{literalinclude\} (\S+)", text))
    assert shown == {f"jobs/{path.name}" for path in JOBS}
    called = commands(text, "ltlib")
    assert {words[0] for words in called} == {"run", "status", "export"}
    for words in called:
        assert_ltlib(words)
