"""One place for versions: constraints.txt; what else states one agrees with it."""

import re
import tomllib
from importlib.metadata import version

import yaml

from tests.support.project import ROOT

NAME = re.compile(r"^([A-Za-z0-9._-]+)")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonical(name): pinned for name, pinned in pairs}


def requirements() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    found = [NAME.match(line) for group in groups for line in group]
    return {canonical(match[1]) for match in found if match} - {"ltlib"}


def test_every_requirement_is_pinned() -> None:
    assert requirements() <= set(pins())


def test_what_is_installed_is_what_is_pinned() -> None:
    for name in requirements():
        assert version(name).split("+")[0] == pins()[name], name


def test_conda_takes_the_same_torch_and_pip_the_same_constraints() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["channels"] == ["conda-forge"]
    conda = [line for line in environment["dependencies"] if isinstance(line, str)]
    assert f"pytorch-cpu={pins()['torch']}" in conda, "conda-forge's CPU build of torch"
    stated = [line.split("=") for line in conda if "=" in line]
    for name, *rest in stated:
        if name not in ("python", "pytorch-cpu"):
            assert rest == [pins()[canonical(name)]]
    pip = next(line["pip"] for line in environment["dependencies"] if isinstance(line, dict))
    assert "--constraint constraints.txt" in pip
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    editable = next(line for line in pip if line.startswith("--editable"))
    extras = re.search(r"\[(.*)\]", editable)
    assert extras is not None
    assert set(extras[1].split(",")) <= set(project["optional-dependencies"])
    python = next(rest[0] for name, *rest in stated if name == "python")
    assert python == project["requires-python"].removeprefix(">=")


def test_versions_are_pinned_in_no_other_place() -> None:
    """Jupyter Book's range stands in pyproject too: version 2 reads another format."""
    text = (ROOT / "pyproject.toml").read_text()
    assert set(re.findall(r'"([\w-]+)(?:\[\w+\])?[=<>]=', text)) <= {"jupyter-book", "setuptools"}
