"""The workflow that publishes the book runs what is there, and may do no more than it needs."""

import re
from typing import Any

import pytest
import yaml

from tests.support.project import ROOT

WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "book.yml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
MADE = ("_build", ".cache", "source/_build")  # by the commands; the last within an artifact


def steps(job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = WORKFLOW["jobs"][job]["steps"]
    return found


def all_steps() -> list[dict[str, Any]]:
    return [step for job in WORKFLOW["jobs"] for step in steps(job)]


def test_it_runs_on_push_and_pull_request() -> None:
    on = WORKFLOW[True]  # YAML 1.1 reads the key `on` as a truth value
    assert on["push"]["branches"] == ["main"]
    assert "pull_request" in on


def test_every_command_is_a_target_of_the_makefile() -> None:
    rules = re.findall(r"^([\w -]+):", MAKEFILE, re.MULTILINE)
    targets = {target for rule in rules for target in rule.split()}
    variables = set(re.findall(r"^(\w+) \?=", MAKEFILE, re.MULTILINE))
    commands = [step["run"].split("#")[0].split() for step in all_steps() if "run" in step]
    assert {command[1] for command in commands} == {"test-all", "test-book", "pdf", "archive"}
    for program, target, *settings in commands:
        assert program == "make"
        assert target in targets
        assert {setting.split("=")[0] for setting in settings} <= variables


def paths() -> list[str]:
    """Every path that the workflow names."""
    named = list(WORKFLOW["env"].values())
    for step in all_steps():
        given = step.get("with", {})
        for key in ("path", "cache-dependency-path"):
            named += given.get(key, "").split()
        for listed in re.findall(r"hashFiles\(([^)]*)\)", given.get("key", "")):
            named += re.findall(r"'([^']+)'", listed)
        if "args" in given:
            named.append(given["args"].split()[-1])
    return named


@pytest.mark.parametrize("path", paths())
def test_every_path_is_there_or_is_made(path: str) -> None:
    assert path.startswith(MADE) or (ROOT / path).exists()


def test_the_pages_that_are_published_are_those_that_are_built() -> None:
    built = "_build/source/_build/html"
    uploaded = [s["with"]["path"] for s in steps("build") if "upload" in s.get("uses", "")]
    assert len(uploaded) == 2
    assert all(built in path.split() for path in uploaded)
    assert f"$(OUT)/{built.removeprefix('_build/')}" in MAKEFILE
    assert re.search(r"^OUT \?= _build$", MAKEFILE, re.MULTILINE)


def test_only_main_is_published_and_only_after_the_tests() -> None:
    deploy = WORKFLOW["jobs"]["deploy"]
    assert set(deploy["needs"]) == {"test", "build"}
    assert "refs/heads/main" in deploy["if"]
    assert "!= 'pull_request'" in deploy["if"]


def test_nothing_but_deploying_may_write() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    allowed = {
        name: job["permissions"] for name, job in WORKFLOW["jobs"].items() if "permissions" in job
    }
    assert allowed == {"deploy": {"pages": "write", "id-token": "write"}}


def test_actions_are_pinned_to_a_major_version() -> None:
    used = [step["uses"] for step in all_steps() if "uses" in step]
    assert used
    for action in used:
        assert re.fullmatch(r"(actions|lycheeverse)/[\w-]+@v\d+", action)


def test_python_is_the_one_that_the_project_asks_for() -> None:
    asked = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    set_up = [
        s["with"]["python-version"] for s in all_steps() if "setup-python" in s.get("uses", "")
    ]
    assert asked is not None
    assert set(set_up) == {asked[1]}
